# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user without root may not change, asked of a real shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._host import CommandResult
from ansible_collections.standalone.python.plugins.plugin_utils._links import unwritable as _unwritable
from ansible_collections.standalone.python.plugins.plugin_utils._links.unwritable import unwritable
from tests.support.action_host import Host
from tests.support.unprivileged import NOBODY, can_change_user, identity, open_folder

DENIED = "Cannot change links, profiles and alternatives: this user may not write to {}. "
BECOME = "Use `--become` on the command line or `become: true` in a play"


class AsNobody(Host):
    """Commands run without privileges."""

    def run_command(self, command: str, *, input_bytes: bytes | None = None, become: bool = True) -> CommandResult:
        self.commands.append(command)
        who = identity(NOBODY) if can_change_user() else {}
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, cwd="/", **who)
        return CommandResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def area() -> Iterator[Path]:
    """With a directory of the user, and one of somebody else; alternatives are somebody else's."""
    with open_folder() as directory:
        (directory / "own").mkdir()
        (directory / "own").chmod(0o777)
        (directory / "other").mkdir(mode=0o555)
        yield directory


LINK = {"path": "other/bin/python3.13", "target": "x"}
GROUP = {"name": "python3.13", "link": "other/python3.13"}
# Parts of the result of `links_info`, what is denied, and what is named instead.
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({"absent": ["/opt/python/3.13"]}, "", ""),
    "a link of this user": ({"links": [{"path": "own/new/bin/python3.13", "target": "x"}]}, "", ""),
    "a link": ({"links": [LINK]}, "other/bin", "interpreter_link_dir to a directory of this user"),
    "the default": ({"default_links": [LINK]}, "other/bin", "interpreter_link_dir to a directory of this user"),
    "alternatives": (
        {"register": [GROUP]},
        "other/alternatives, other",
        "interpreter_alternatives: links, interpreter_link_dir to a directory of this user",
    ),
    "profiles": (
        {"profiles": [{"path": "other/a.sh"}, {"path": "other/a.d/a.conf"}]},
        "other, other/a.d",
        "interpreter_profile: false, interpreter_environment_d: false, interpreter_systemd_units: []",
    ),
    "an environment": (
        {"venvs": [{"path": "other/env"}]}, "other/env", "interpreter_virtualenv to a directory of this user",
    ),
    "what goes": (
        {"unlink": ["other/python3.12"], "surplus_profiles": ["own/a.sh"], "unregister": [GROUP]},
        "other, other/alternatives",
        "",
    ),
}  # fmt: skip


def within(area: Path, value: Any) -> Any:
    """The value, with the paths in it below `area`."""
    if isinstance(value, str):
        return f"{area}/{value}" if value.startswith(("own/", "other")) else value
    items = value.items() if isinstance(value, dict) else enumerate(value)
    pairs = [(key, within(area, one)) for key, one in items]
    return dict(pairs) if isinstance(value, dict) else [one for _key, one in pairs]


@pytest.mark.parametrize("case", CASES)
def test_what_is_denied_is_named_with_what_can_be_set(area: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    decided, denied, instead = CASES[case]
    monkeypatch.setattr(_unwritable, "LINKS_DIRECTORY", f"{area}/other/alternatives")
    places = ", ".join(f"{area}/{place}" for place in denied.split(", ") if place)
    message = f"{DENIED.format(places)}{BECOME}{instead and f', or set {instead}'}." if denied else ""
    host = AsNobody(str(area))
    assert unwritable(within(area, decided), host) == message
    assert len(host.commands) == (case != "nothing")


@pytest.mark.skipif(os.geteuid() != 0, reason="for root alone there is another advice")
def test_root_gets_advice_about_file_systems(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    decided = {"links": [{"path": f"{tmp_path}/file/bin/python3.13"}]}
    assert unwritable(decided, Host(str(tmp_path))) == (
        f"Cannot change links, profiles and alternatives: root may not write to {tmp_path}/file/bin. Remount what is "
        "read-only, or set interpreter_link_dir to a directory of this user."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to lose")
@pytest.mark.parametrize(
    ("decided", "unsafe", "why", "instead"),
    [
        ({"links": [{"path": "home/bin/python3.13"}]}, "home/bin", "home belongs to another user (number 65534)", True),
        ({"unlink": ["home/bin/python3.13"]}, "home/bin", "home belongs to another user (number 65534)", False),
        ({"links": [{"path": "link/python3.13"}]}, "link", "home belongs to another user (number 65534)", True),
        ({"links": [{"path": "theirs/python3.13"}]}, "theirs", "theirs belongs to another user (number 65534)", True),
        ({"links": [{"path": "all/python3.13"}]}, "all", "all may be written to by everybody", True),
        ({"links": [{"path": "root/bin/python3.13"}], "unlink": ["/etc/x"]}, "", "", False),
    ],
)
def test_root_is_not_redirected_by_another_user(
    tmp_path: Path, decided: dict[str, Any], unsafe: str, why: str, *, instead: bool
) -> None:
    for name in ("home/bin", "all", "root"):
        (tmp_path / name).mkdir(parents=True)
    os.chown(tmp_path / "home", 65534, 65534)
    (tmp_path / "all").chmod(0o777)
    (tmp_path / "link").symlink_to("home/bin")
    (tmp_path / "theirs").symlink_to("root")
    os.lchown(tmp_path / "theirs", 65534, 65534)
    places = {
        part: [f"{tmp_path}/{one}" if one[0] != "/" else one for one in ones]
        if part == "unlink" else [{"path": f"{tmp_path}/{one['path']}"} for one in ones]
        for part, ones in decided.items()
    }  # fmt: skip
    expected = (
        f"Cannot change links, profiles and alternatives: root should not write to {tmp_path}/{unsafe}, since "
        f"{tmp_path}/{why}, who could have it change other files. Run the task as that user, by become_user"
        f"{', or set interpreter_link_dir to a directory of this user' if instead else ''}."
    )
    assert unwritable(places, Host(str(tmp_path))) == (expected if unsafe else "")
