# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about links and alternatives."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Alternative, Follower, Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_commands import (
    CommandPlan,
    Registration,
    plan_commands,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import LinksState, Owner
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinkedBuild, LinksSpec
from tests.support.linked_hosts import (
    BUILD,
    EXECUTABLE,
    GONE,
    GROUP,
    HAS,
    PAGE,
    PATH,
    PIP,
    PLAIN,
    PROGRAM,
    REGISTERED,
    host,
    spec,
)

WANTED = Registration("python3.13", "/bin/python3.13", PROGRAM, 100, (PIP, PAGE))
AGAIN = WANTED._replace(again=True)
CHOICE = GROUP.alternatives[0]
THEIRS = Alternative("/usr/lib/other/python3.13", 500)
ADVICE = "Move it away, choose another interpreter_link_dir, or set interpreter_alternatives: none."
SAME_MINOR = LinkedBuild("/srv/python", "/srv/.builds", "/srv/python/bin/python3.13")
FREE_THREADED = LinkedBuild("/opt/3.13t", "/opt/.builds", "/opt/3.13t/bin/python3.13t")
TOOL = frozenset({"update-alternatives"})


def by_alternatives(*builds: LinkedBuild, **options: object) -> LinksSpec:
    return spec(*builds, system="alternatives", **options)


def group_with(*choices: Alternative, link: str = "/bin/python3.13") -> dict[str, Group]:
    return {"python3.13": Group("python3.13", link, choices)}


def links_without(*links: str) -> dict[str, str]:
    return {link: target for link, target in REGISTERED.items() if link not in links}


CASES: dict[str, tuple[LinksSpec, LinksState, CommandPlan]] = {
    "links, from nothing": (spec(), host(), CommandPlan(links=tuple(PLAIN.items()))),
    "links, as wanted": (spec(), host(links=PLAIN), CommandPlan()),
    "links, before the build is there": (spec(), LinksState(), CommandPlan(links=(("/bin/python3.13", PROGRAM),))),
    "links, one lost": (
        spec(),
        host(links={**PLAIN, PIP.link: f"{PATH}/bin/pip3"}),
        CommandPlan(links=((PIP.link, PIP.path),)),
    ),
    "links, of a program that a new build lacks": (
        spec(),
        host(links=PLAIN, has=HAS - {PIP.path}),
        CommandPlan(unlink=(PIP.link,)),
    ),
    "links, of a minor version that was at the path before": (
        spec(),
        host(links={**PLAIN, "/bin/python3.12": f"{PATH}/bin/python3.12"}),
        CommandPlan(unlink=("/bin/python3.12",)),
    ),
    "links that somebody else made into the build": (
        spec(),
        host(links={**PLAIN, "/bin/httpie": f"{PATH}/bin/httpie", "/sbin/pip3.13": PIP.path}),
        CommandPlan(),
    ),
    "links, not wanted": (spec(system="none"), host(links=PLAIN), CommandPlan(unlink=tuple(PLAIN))),
    "links, of a build that is to go": (spec(GONE), host(links=PLAIN), CommandPlan(unlink=tuple(PLAIN))),
    "links, where alternatives were": (
        spec(),
        host(links=REGISTERED, groups={"python3.13": GROUP}),
        CommandPlan(unregister=((GROUP, PROGRAM),), links=tuple(PLAIN.items())),
    ),
    "two builds with different names": (
        spec(BUILD, FREE_THREADED),
        host(links=PLAIN),
        CommandPlan(links=(("/bin/python3.13t", "/opt/3.13t/libexec/python3.13t"),)),
    ),
    "the host has no alternatives": (spec(system="auto"), host(links=PLAIN), CommandPlan()),
    "a build is registered, and the program is not found": (
        spec(system="auto"),
        host(links=REGISTERED, groups={"python3.13": GROUP}),
        CommandPlan(),
    ),
    "only others are registered, and the program is not found": (
        spec(system="auto"),
        host(links=PLAIN, groups={"python3.12": Group("python3.12", "/bin/python3.12", (THEIRS,))}),
        CommandPlan(),
    ),
    "the host has alternatives": (spec(system="auto"), host(tools=TOOL), CommandPlan(register=(WANTED,))),
    "alternatives, from nothing": (by_alternatives(), host(), CommandPlan(register=(WANTED,))),
    "alternatives, as wanted": (
        by_alternatives(),
        host(links=REGISTERED, groups={"python3.13": GROUP}),
        CommandPlan(),
    ),
    "alternatives, another chosen by hand": (
        by_alternatives(),
        host(
            links={**links_without(PIP.link, PAGE.link), "/etc/alternatives/python3.13": THEIRS.path},
            groups=group_with(CHOICE, THEIRS),
        ),
        CommandPlan(),
    ),
    "alternatives, with another priority": (
        by_alternatives(priority=7),
        host(links=REGISTERED, groups={"python3.13": GROUP}),
        CommandPlan(register=(WANTED._replace(priority=7),)),
    ),
    "alternatives, with a priority that the module does not see": (
        by_alternatives(),
        host(links=REGISTERED, groups=group_with(CHOICE._replace(priority=-1))),
        CommandPlan(register=(WANTED,)),
    ),
    "alternatives, with one follower less": (
        by_alternatives(),
        host(links=links_without(PAGE.link), groups=group_with(CHOICE._replace(followers=frozenset({PIP})))),
        CommandPlan(register=(WANTED,)),
    ),
    "alternatives, their link removed by hand": (
        by_alternatives(),
        host(links=links_without("/bin/python3.13"), groups={"python3.13": GROUP}),
        CommandPlan(register=(AGAIN,)),
    ),
    "alternatives, a follower's link removed by hand": (
        by_alternatives(),
        host(links=links_without(PIP.link), groups={"python3.13": GROUP}),
        CommandPlan(register=(AGAIN,)),
    ),
    "alternatives, in another directory before": (
        by_alternatives(),
        host(links=links_without("/bin/python3.13"), groups=group_with(CHOICE, link="/sbin/python3.13")),
        CommandPlan(register=(AGAIN,)),
    ),
    "alternatives, where links were": (
        by_alternatives(),
        host(links=PLAIN),
        CommandPlan(register=(WANTED,), unlink=tuple(PLAIN)),
    ),
    "alternatives, of a build that is to go": (
        by_alternatives(GONE),
        host(links=REGISTERED, groups={"python3.13": GROUP}),
        CommandPlan(unregister=((GROUP, PROGRAM),)),
    ),
    "alternatives that somebody else made for the build": (
        by_alternatives(GONE),
        host(groups={"python3": Group("python3", "/bin/python3", (CHOICE,))}),
        CommandPlan(),
    ),
}

LEFT_OUT = (
    "python3.13 is left to the system: /bin/python3.13 would shadow or replace /usr/bin/python3.13, which the "
    "package python3.13-minimal owns. The build is at /opt/3.13/bin/python3.13. To point the command to it, set "
    "interpreter_allow_system: true."
)

REFUSED = {
    "a path to clear that is the system's": (
        spec(GONE),
        host(links=PLAIN, foreign={PATH}),
        (
            f"Cannot remove {PATH}: this collection did not make it. No link to it was removed either. Correct the "
            "path, or move away what is there.",
        ),
    ),
    "a file": (
        spec(),
        host(occupied={"/bin/python3.13"}),
        (
            "Cannot create the link /bin/python3.13: a file or directory that this role did not make exists there. "
            f"{ADVICE}",
        ),
    ),
    "somebody's link": (
        spec(),
        host(links={"/bin/pip3.13": "/usr/local/lib/pip"}),
        (
            "Cannot create the link /bin/pip3.13: it points to /usr/local/lib/pip already, which is none of these "
            f"builds. {ADVICE}",
        ),
    ),
    "somebody's manual page": (
        spec(),
        host(links={PAGE.link: "/usr/local/lib/page.1"}),
        (
            f"Cannot create the link {PAGE.link}: it points to /usr/local/lib/page.1 already, which is none of these "
            f"builds. {ADVICE.replace('link_dir', 'man_dir')}",
        ),
    ),
    "somebody's alternatives, where plain links are wanted": (
        spec(),
        host(links=links_without(PIP.link, PAGE.link), groups=group_with(CHOICE, THEIRS)),
        (
            "Cannot create the link /bin/python3.13: it points to /etc/alternatives/python3.13 already, which is none "
            f"of these builds. {ADVICE}",
        ),
    ),
    "somebody's alternatives for another link": (
        by_alternatives(),
        host(groups=group_with(THEIRS, link="/usr/bin/python3.13")),
        (
            "Cannot register the alternatives python3.13 for /bin/python3.13: they exist for /usr/bin/python3.13, with "
            f"choices that point to none of these builds. {ADVICE}",
        ),
    ),
    "two builds of one name": (
        spec(BUILD, SAME_MINOR),
        host(links=PLAIN),
        (
            "Cannot create the link /bin/python3.13: it would have to point to both /opt/3.13/libexec/python3.13 and "
            "/srv/python/libexec/python3.13. Leave one out, or set interpreter_alternatives: alternatives where the "
            "host has these.",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_differs_is_planned_and_nothing_else(case: str) -> None:
    asked, found, planned = CASES[case]
    assert plan_commands(asked, found) == planned


@pytest.mark.parametrize("case", REFUSED)
def test_what_others_made_is_not_touched(case: str) -> None:
    asked, found, messages = REFUSED[case]
    assert plan_commands(asked, found).refused == messages


@pytest.mark.parametrize("asked", [spec(), by_alternatives()], ids=["links", "alternatives"])
def test_a_name_of_the_system_is_left_to_it(asked: LinksSpec) -> None:
    owners = {"python3.13": Owner("/usr/bin/python3.13", "python3.13-minimal")}
    assert plan_commands(asked, host(owners=owners)) == CommandPlan(left_out=(LEFT_OUT,))


def test_a_companion_of_the_system_is_left_to_it() -> None:
    owners = {"pip3.13": Owner("/usr/bin/pip3.13", "python3.13-pip")}
    planned = plan_commands(by_alternatives(), host(owners=owners))
    assert planned == CommandPlan(register=(WANTED._replace(followers=(PAGE,)),))


def test_builds_of_one_name_are_choices_of_one_group() -> None:
    planned = plan_commands(by_alternatives(BUILD, SAME_MINOR), host(links=REGISTERED, groups={"python3.13": GROUP}))
    assert planned == CommandPlan(register=(WANTED._replace(path="/srv/python/libexec/python3.13", followers=()),))


def test_followers_have_separate_names() -> None:
    has = frozenset({"/opt/3.13t/bin/pip3.13", "/opt/3.13t/share/man/man1/python3.13.1"})
    (planned,) = plan_commands(by_alternatives(FREE_THREADED), host(has=has)).register
    assert planned.followers == (
        Follower("pip3.13t", "/bin/pip3.13t", "/opt/3.13t/bin/pip3.13"),
        Follower("python3.13t.1", "/man/python3.13t.1", "/opt/3.13t/share/man/man1/python3.13.1"),
    )


class TestBuildsOfAnEarlyVersionOfThisCollection:
    """They lack the program that starts the interpreter, so links name that itself until they are replaced."""

    before = HAS - {PROGRAM}

    def test_links(self) -> None:
        old = {**PLAIN, "/bin/python3.13": EXECUTABLE}
        assert plan_commands(spec(), host(has=self.before, links=old)) == CommandPlan()
        assert plan_commands(spec(), host(links=old)).links == (("/bin/python3.13", PROGRAM),)

    def test_alternatives(self) -> None:
        old = GROUP._replace(alternatives=(GROUP.alternatives[0]._replace(path=EXECUTABLE),))
        links = {**REGISTERED, "/etc/alternatives/python3.13": EXECUTABLE}
        planned = plan_commands(spec(system="alternatives"), host(links=links, groups={"python3.13": old}))
        assert [(one.link, one.path) for one in planned.register] == [("/bin/python3.13", PROGRAM)]
        assert planned.unregister == ((old, EXECUTABLE),)
        assert planned.refused == ()
