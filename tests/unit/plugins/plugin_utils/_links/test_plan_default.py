# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about `python3` and `python`."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_default import DefaultPlan, plan_default
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import LinksState, Owner
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinksSpec
from tests.support.linked_hosts import EXECUTABLE, GONE, HAS, PATH, PROGRAM, host, spec

WANTED = spec(default=PATH)
ALLOWED = spec(default=PATH, allow_system=True)
NOT_WANTED = spec()
SET = {"/bin/python3": PROGRAM, "/bin/python": PROGRAM}
SAVED = "/bin/.python3.before-standalone"
ADVICE = "Programs of the system may need it. Call the build by its own name instead, or set"

CASES: dict[str, tuple[LinksSpec, LinksState, DefaultPlan]] = {
    "from nothing": (
        WANTED,
        host(),
        DefaultPlan((("/bin/python3", PROGRAM), ("/bin/python", PROGRAM))),
    ),
    "a build without a program for links": (
        WANTED,
        host(links=SET, has=HAS - {PROGRAM}),
        DefaultPlan((("/bin/python3", EXECUTABLE), ("/bin/python", EXECUTABLE))),
    ),
    "as wanted": (WANTED, host(links=SET), DefaultPlan()),
    "from another of our builds": (
        WANTED,
        host(links={**SET, "/bin/python": f"{PATH}/bin/python3.12"}),
        DefaultPlan((("/bin/python", PROGRAM),)),
    ),
    "instead of what the system has": (
        ALLOWED,
        host(links={**SET, "/bin/python3": "python3.11"}),
        DefaultPlan(((SAVED, "python3.11"), ("/bin/python3", PROGRAM))),
    ),
    "again instead of what a package has put there since": (
        ALLOWED,
        host(links={**SET, "/bin/python3": "python3.12", SAVED: "python3.11"}),
        DefaultPlan(((SAVED, "python3.12"), ("/bin/python3", PROGRAM))),
    ),
    "not wanted, and not there": (NOT_WANTED, host(links={"/bin/python3": "python3.11"}), DefaultPlan()),
    "not wanted any more": (NOT_WANTED, host(links=SET), DefaultPlan(unlink=("/bin/python3", "/bin/python"))),
    "not wanted any more, and something was replaced": (
        NOT_WANTED,
        host(links={"/bin/python3": PROGRAM, SAVED: "python3.11"}),
        DefaultPlan((("/bin/python3", "python3.11"),), (SAVED,)),
    ),
    "not wanted any more, and a package was faster": (
        NOT_WANTED,
        host(links={"/bin/python3": "python3.12", SAVED: "python3.11"}),
        DefaultPlan(unlink=(SAVED,)),
    ),
    "the build goes": (spec(GONE), host(links=SET), DefaultPlan(unlink=("/bin/python3", "/bin/python"))),
}

REFUSED = {
    "it would shadow a package's file": (
        WANTED,
        host(owners={"python3": Owner("/usr/bin/python3", "python3-minimal")}),
        "Cannot create the link /bin/python3 for interpreter_default: it would shadow /usr/bin/python3, which the "
        f"package python3-minimal owns. {ADVICE} interpreter_allow_system: true.",
    ),
    "it does so already": (
        WANTED,
        host(links=SET, owners={"python3": Owner("/usr/bin/python3", "python3-minimal")}),
        "Cannot create the link /bin/python3 for interpreter_default: it would shadow /usr/bin/python3, which the "
        f"package python3-minimal owns. {ADVICE} interpreter_allow_system: true.",
    ),
    "it would replace a package's link": (
        WANTED,
        host(links={"/bin/python3": "python3.9"}, owners={"python3": Owner("/bin/python3", "python39")}),
        "Cannot create the link /bin/python3 for interpreter_default: it would replace /bin/python3, which the package "
        f"python39 owns. {ADVICE} interpreter_allow_system: true.",
    ),
    "it would replace somebody's link": (
        WANTED,
        host(links={"/bin/python": "/home/me/python"}),
        "Cannot create the link /bin/python for interpreter_default: it points to /home/me/python already, which is "
        "none of these builds. Remove it, or set interpreter_allow_system: true to have it replaced until the default "
        "goes.",
    ),
    "a file is there, whatever is allowed": (
        ALLOWED,
        host(occupied={"/bin/python3"}),
        "Cannot create the link /bin/python3 for interpreter_default: a file or directory that this role did not make "
        "exists there. Move it away, or choose another interpreter_link_dir.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_differs_is_planned_and_nothing_else(case: str) -> None:
    asked, found, planned = CASES[case]
    assert plan_default(asked, found) == planned


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_ours_is_not_taken(case: str) -> None:
    asked, found, message = REFUSED[case]
    assert plan_default(asked, found) == DefaultPlan(refused=(message,))
