# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._cache import private_directory as _private_directory
from ansible_collections.standalone.python.plugins.plugin_utils._cache.private_directory import (
    Untrusted,
    open_private,
    private_directory,
    read_private,
    write_private,
)
from tests.support.acls import ACL_FOR_A_USER, with_attribute
from tests.support.foreign_files import fifo, give_away, open_to_all


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir(mode=0o755)
    return tmp_path / "a"


def test_it_is_created_with_its_parents_for_this_user_alone(root: Path) -> None:
    assert private_directory(str(root / "b" / "c")) == str(root / "b" / "c")
    assert [path.stat().st_mode & 0o777 for path in (root / "b", root / "b" / "c")] == [0o700, 0o700]


def test_a_sticky_directory_on_the_way_is_as_safe_as_tmp(root: Path) -> None:
    root.chmod(0o1777)
    assert private_directory(str(root / "b")) == str(root / "b")


def test_symlinks_of_this_user_are_followed(root: Path) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to("../a/./real")
    (root / "absolute").symlink_to(root / "link")
    assert private_directory(str(root / "absolute" / "b")) == str(root / "real" / "b")


@pytest.mark.parametrize("mode", [0o777, 0o722, 0o1777])
def test_where_others_may_write_nothing_is_kept(root: Path, mode: int) -> None:
    root.chmod(mode)
    with pytest.raises(Untrusted) as caught:
        private_directory(str(root))
    assert (caught.value.filename, caught.value.strerror) == (
        str(root),
        f"is writable for other users (mode {mode:04o})",
    )


def test_a_user_of_an_access_list_is_not_the_group_of_this_user(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_private_directory, "_is_group_of_one", lambda _status: True)
    root.chmod(0o775)
    assert private_directory(str(root)) == str(root)
    with_attribute(root, "system.posix_acl_access", ACL_FOR_A_USER)
    with pytest.raises(Untrusted, match="is writable for other users"):
        private_directory(str(root))


def test_nothing_is_created_where_others_may_rename_it(root: Path) -> None:
    root.chmod(0o777)
    with pytest.raises(Untrusted, match="is writable for other users"):
        private_directory(str(root / "b" / "c"))
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("place", ["", "b", "b/c"])
def test_a_directory_of_another_user_is_refused(root: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "b" / "c").mkdir(parents=True)
    give_away(root / place, monkeypatch)
    with pytest.raises(Untrusted, match=r"belongs to another user \(number "):
        private_directory(str(root / "b" / "c"))


def test_a_symlink_of_another_user_is_not_followed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to("real")
    give_away(root / "link", monkeypatch)
    with pytest.raises(Untrusted, match="belongs to another user"):
        private_directory(str(root / "link" / "b"))
    assert list((root / "real").iterdir()) == []


def test_the_target_of_a_symlink_is_checked(root: Path) -> None:
    (root / "real").mkdir()
    (root / "real").chmod(0o777)
    (root / "link").symlink_to("real")
    with pytest.raises(Untrusted, match="is writable for other users"):
        private_directory(str(root / "link"))


@pytest.mark.parametrize("make", [Path.touch, fifo, lambda path: path.symlink_to(path.name)])
def test_what_is_no_directory_is_an_error(root: Path, make: Callable[[Path], None]) -> None:
    make(root / "b")
    with pytest.raises(OSError, match="Not a directory|Too many levels"):
        private_directory(str(root / "b" / "c"))


@pytest.mark.parametrize(
    ("members", "is_safe"), [([], True), (["me"], True), (["me", "you"], False)], ids=["none", "me", "others"]
)
def test_the_private_group_of_a_user_may_write(
    root: Path, members: list[str], is_safe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with umask 002 in the distributions that give each user a group."""
    import grp
    import pwd

    status = root.stat()
    monkeypatch.setattr(pwd, "getpwuid", lambda _id: pwd.struct_passwd(("me", "", 1000, status.st_gid, "", "", "")))
    monkeypatch.setattr(grp, "getgrgid", lambda _id: grp.struct_group(("me", "", status.st_gid, members)))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    mine = os.stat_result((0o40775, 0, 0, 2, 1000, status.st_gid, 0, 0, 0, 0))
    assert _private_directory._is_group_of_one(mine) == is_safe


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize("plant", [fifo, unix_socket, open_to_all])
def test_what_is_no_private_file_is_replaced_and_never_read(root: Path, plant: Callable[[Path], None]) -> None:
    plant(root / "f")
    with pytest.raises(OSError):  # noqa: PT011  (a socket cannot be opened at all)
        read_private(str(root / "f"), 100)
    write_private(str(root / "f"), b"ours")
    assert read_private(str(root / "f"), 100) == b"ours"
    assert (root / "f").stat().st_mode & 0o777 == 0o600


def test_a_symlink_is_replaced_and_its_target_stays(root: Path) -> None:
    (root / "target").write_bytes(b"precious")
    (root / "f").symlink_to("target")
    with pytest.raises(OSError, match="Too many levels"):
        read_private(str(root / "f"), 100)
    os.close(open_private(str(root / "f")))
    assert (root / "target").read_bytes() == b"precious"
    assert not (root / "f").is_symlink()


def test_a_file_beyond_the_bound_is_not_read(root: Path) -> None:
    write_private(str(root / "f"), b"x" * 101)
    with pytest.raises(Untrusted):
        read_private(str(root / "f"), 100)
