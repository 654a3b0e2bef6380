# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._store import ownership
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Settings
from tests.support.receipts import fill

ROOT_GROUP = grp.getgrgid(0).gr_name  # wheel on macOS


@pytest.fixture
def build(tmp_path: Path) -> Path:
    files = {"bin/python3.13": "", "lib/a.py": "", ".build.json": "", ".build.manifest": "", "lib/.build.json": ""}
    return fill(tmp_path / "build", files, {"bin/python3": "python3.13", "up": "/etc"})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    """Which path was given to whom, since only root may do so in truth."""
    given: dict[str, tuple[int, int]] = {}
    monkeypatch.setattr(os, "lchown", lambda path, user_id, group_id: given.update({path: (user_id, group_id)}))
    return given


@pytest.mark.parametrize(
    ("owner", "group", "ids"),
    [
        ("root", None, (0, -1)),
        (None, ROOT_GROUP, (-1, 0)),
        ("1234", "5678", (1234, 5678)),
        (pwd.getpwuid(os.getuid()).pw_name, "0", (os.getuid(), 0)),
    ],
)
def test_all_of_the_build_is_given_but_for_what_is_believed_later(
    build: Path, given: dict[str, tuple[int, int]], owner: str | None, group: str | None, ids: tuple[int, int]
) -> None:
    ownership.apply(str(build), owner, group)
    ours = {build / ".build.json", build / ".build.manifest"}
    assert given == {str(item): ids for item in build.rglob("*") if item not in ours}


def test_a_directory_is_given_after_all_that_is_in_it(build: Path, given: dict[str, tuple[int, int]]) -> None:
    ownership.apply(str(build), "1234", None)
    spec = list(given)
    assert spec.index(str(build / "lib")) > spec.index(str(build / "lib" / "a.py"))


def test_nobody_asked_for_nothing_done(build: Path, given: dict[str, tuple[int, int]]) -> None:
    ownership.apply(str(build), None, None)
    assert given == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_a_link_is_given_and_not_what_it_names(build: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").touch()
    (build / "link").symlink_to(tmp_path / "outside")
    ownership.apply(str(build), "1234", "5678")
    assert ((build / "link").lstat().st_uid, (build / "link").lstat().st_gid) == (1234, 5678)
    assert (tmp_path / "outside").stat().st_uid == os.getuid()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"owner": "nobody-of-that-name"},
            "There is no user nobody-of-that-name on this host. Create it first, or change `owner`.",
        ),
        (
            {"group": "no-group-of-that-name"},
            "There is no group no-group-of-that-name on this host. Create it first, or change `group`.",
        ),
        ({"owner": "²"}, "There is no user ² on this host. Create it first, or change `owner`."),
        ({"owner": "a\0b"}, "There is no user a\\x00b on this host. Create it first, or change `owner`."),
        ({"group": "9" * 5000}, f"There is no group {'9' * 5000} on this host. Create it first, or change `group`."),
        ({"owner": "-1"}, "There is no user -1 on this host. Create it first, or change `owner`."),
        ({"owner": "\u0663"}, "There is no user \u0663 on this host. Create it first, or change `owner`."),
        ({"group": "\u0663"}, "There is no group \u0663 on this host. Create it first, or change `group`."),
        ({"owner": "4294967295"}, "There is no user 4294967295 on this host. Create it first, or change `owner`."),
        ({"group": "9" * 30}, f"There is no group {'9' * 30} on this host. Create it first, or change `group`."),
    ],
)
def test_a_user_that_does_not_exist_is_named(
    build: Path, given: dict[str, tuple[int, int]], asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(StoreError) as caught:
        ownership.apply(str(build), **{"owner": None, "group": None, **asked})
    assert str(caught.value) == message
    assert given == {}


@pytest.mark.parametrize("kind", ["a named pipe", "a directory", "more than"])
def test_a_list_of_users_that_is_no_such_file(tmp_path: Path, kind: str) -> None:
    users = tmp_path / "etc" / "passwd"
    users.parent.mkdir()
    if kind == "a named pipe":
        os.mkfifo(users)
    elif kind == "a directory":
        users.mkdir()
    else:
        users.touch()
        os.truncate(users, 2**40)
    with pytest.raises(StoreError, match=f"{users} is damaged: it (is|has) {kind}"):
        ownership.ids("app", None, TargetRoot(str(tmp_path)))


@pytest.mark.parametrize(
    ("owner", "group", "capabilities", "refused"),
    [
        (None, None, None, None),
        ("1000", "1000", (), None),
        (None, "27", None, None),  # a group of this user
        ("0", None, None, "to the owner 0"),
        ("1000", "0", None, "to the group 0"),
        (None, None, ("cap_net_raw+ep",), r"the capabilities cap_net_raw\+ep"),
    ],
)
def test_who_is_not_root_gives_files_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
    owner: str | None,
    group: str | None,
    capabilities: tuple[str, ...] | None,
    refused: str | None,
) -> None:
    settings = Settings("/opt/python/3.13", True, owner, group, capabilities=capabilities)
    for function, value in (("geteuid", 1000), ("getegid", 1000), ("getgroups", [27])):
        monkeypatch.setattr(os, function, lambda value=value: value)
    if refused is None:
        ownership.require_permitted(settings)
        return
    with pytest.raises(StoreError, match=f"^Cannot give the build {refused}: only root can. Use `--become`"):
        ownership.require_permitted(settings)
