# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role refuses before it does anything on a host, with the sentence that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import HOST_PYTHONS
from tests.integration.playbooks import Player
from tests.support.role_variables import BOTH, NEITHER

ROLE = Path(__file__).with_name("role.yml")

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, NEITHER),
    "both forms": ({"interpreter_name": "3.13", "interpreter_builds": [{"name": "3.12"}]}, BOTH),
    "no minor version": (
        {"interpreter_name": "latest"},
        'Cannot derive a path from the name "latest": it does not say the minor version. Set interpreter_path, or path '
        "in the item of interpreter_builds.",
    ),
    "one path twice": (
        {"interpreter_builds": [{"name": "3.13"}, {"name": "3.13.5"}]},
        "Cannot have 3.13 and 3.13.5 at one path, /opt/python/3.13. Set path in the items of interpreter_builds.",
    ),
    "a unit without suffix": (
        {"interpreter_name": "3.13", "interpreter_systemd_units": ["app"]},
        "Cannot use app of interpreter_systemd_units: it is no name of a service. Write it with its suffix, as in "
        "myapp.service.",
    ),
    "a default that is not there": (
        {"interpreter_name": "3.13", "interpreter_default": "3.12"},
        "Cannot make 3.12 the default: the builds are 3.13. Set interpreter_default to the name or path of one of "
        "them.",
    ),
    "a vague build to leave": (
        {"entry": "rollback", "interpreter_name": "3.13", "interpreter_rollback_from_build": "3.13"},
        "'3.13' does not say which build to leave. Write its whole version, 3.13.6, its release, 20250807, both, "
        "3.13.6+20250807, or its full name.",
    ),
    "a slip in a name": (
        {"interpreter_name": "3.13", "interpreter_allow_sytem": True, "interpreter_notes": "mine"},
        "Cannot run the role interpreter: interpreter_allow_sytem is no variable of the role. Did you mean "
        "interpreter_allow_system?",
    ),
    "no build to leave": (
        {"entry": "rollback", "interpreter_name": "3.13"},
        "missing required arguments: interpreter_rollback_from_build",
    ),
    "an option that builds do not have": (
        {"interpreter_builds": [{"nam": "3.13"}]},
        "interpreter_builds.nam. Supported parameters include:",
    ),
    "a requirements file that is nowhere": (
        {"interpreter_name": "3.13", "interpreter_requirements": "nowhere.txt"},
        "Cannot read the requirements file nowhere.txt: the controller has no such file in ",
    ),
    "a line that no host can follow": (
        {"interpreter_name": "3.13", "interpreter_requirements": "{{ files }}/wrong.txt"},
        "wrong.txt names the local path ., but pip runs on the host, which lacks the controller's files.",
    ),
    "a path among the arguments of pip": (
        {
            "interpreter_name": "3.13",
            "interpreter_requirements": "{{ files }}/right.txt",
            "interpreter_pip_extra_args": ["--no-index", "--find-links=wheels"],
        },
        "Cannot install requirements: --find-links in interpreter_pip_extra_args names the local path wheels, but pip "
        "runs on the host. Write the path on the host from the root, or a URL.",
    ),
    "variables of an entry point that installs nothing": (
        {"entry": "prune", "interpreter_name": "latest"},
        'Cannot derive a path from the name "latest": it does not say the minor version.',
    ),
    "a directory that no PATH can carry": (
        {"interpreter_builds": [], "interpreter_link_dir": "/opt/my tools"},
        "link_dir is '/opt/my tools'. Give an absolute path, not the root, without spaces, `..` and characters that "
        "mean something to a shell.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused(case: str, tmp_path: Path) -> None:
    variables, message = REFUSED[case]
    directory = tmp_path / "files"
    directory.mkdir()
    (directory / "wrong.txt").write_text("app==1.0\n-e .\n")
    (directory / "right.txt").write_text("app==1.0\n")
    variables = {**variables, "files": str(directory)}
    played = Player(tmp_path, next(iter(HOST_PYTHONS.values()))).play(ROLE, variables=variables)
    assert played.rc == 2, played.output
    output = " ".join(played.output.replace("\\n", " ").replace('\\"', '"').split())
    assert message in output
    assert " plugin " not in output  # as in "The filter plugin ... failed: ", which Ansible writes around a message
