# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.permissions import require_ours, require_way_of_root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(0o755)
    return tmp_path / "store"


def test_our_own_and_absent_directories_pass(place: Path) -> None:
    require_ours(str(place), str(place / ".staging"))


def as_link(place: Path) -> None:
    place.rmdir()
    place.symlink_to("/etc")


def as_file(place: Path) -> None:
    place.rmdir()
    place.touch()


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (as_link, "is a link or a file where a directory belongs"),
        (as_file, "is a link or a file where a directory belongs"),
        (lambda place: place.chmod(0o775), "may be written to by others (mode 0775)"),
        (lambda place: place.chmod(0o1777), "may be written to by others (mode 1777)"),
    ],
)
def test_what_others_can_change_is_refused(place: Path, spoil: Callable[[Path], None], problem: str) -> None:
    spoil(place)
    with pytest.raises(StoreError) as caught:
        require_ours(str(place))
    assert str(caught.value) == (
        f"{place} {problem}, so another user could make this task change or remove other files. "
        "Put that right, or set `store` to another place."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a directory away")
def test_another_users_directory_is_refused(place: Path) -> None:
    os.chown(place, 1234, 1234)
    with pytest.raises(StoreError, match=r"belongs to another user \(number 1234\)"):
        require_ours(str(place))


def seen_by_root(monkeypatch: pytest.MonkeyPatch, owners: dict[Path, int]) -> None:
    """The user of the tests: all that is not in `owners` is root's, and root asks."""
    lstat = os.lstat

    def owned(path: str) -> os.stat_result:
        return os.stat_result([owners.get(Path(path), 0) if n == 4 else v for n, v in enumerate(lstat(path)[:10])])

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "lstat", owned)


def test_root_works_below_directories_of_root(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_by_root(monkeypatch, {})
    place.parent.chmod(0o1777)
    require_way_of_root(str(place / "not yet" / "there"))
    place.parent.chmod(0o775)  # a group that the host trusts, such as staff on Debian
    require_way_of_root(str(place / ".builds"))


def test_root_does_not_work_below_what_another_user_can_exchange(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = place.parent / "link"
    link.symlink_to(place)
    (place / "back").symlink_to("/usr")  # where the user leads root now, to exchange it later
    (place.parent / "far").symlink_to("link/back")
    seen_by_root(monkeypatch, {place: 1234})
    for store in (place / ".builds", place / "x" / "y" / ".builds", link / ".builds", place.parent / "far" / ".builds"):
        with pytest.raises(StoreError) as caught:
            require_way_of_root(str(store))
        assert str(caught.value) == (
            f"Cannot work in {store} as root: {place} belongs to another user (number 1234), so another user could "
            "exchange what this task runs and changes. Choose a path below directories of root, such as /opt/python, "
            "or run the task as that user."
        )
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    require_way_of_root(str(place / ".builds"))


def test_root_does_not_follow_the_link_of_another_user(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = place.parent / "link"
    link.symlink_to(place)
    place.parent.chmod(0o1777)
    seen_by_root(monkeypatch, {link: 1234})
    with pytest.raises(StoreError, match=f"{link} belongs to another user"):
        require_way_of_root(str(link / ".builds"))
    link.unlink()
    link.symlink_to("link")
    seen_by_root(monkeypatch, {})
    require_way_of_root(str(link / ".builds"))  # ends, and the system refuses it


@pytest.mark.parametrize(("mode", "name"), [(0o777, "store"), (0o1777, "not yet")])
def test_root_does_not_work_where_everybody_can_make_what_is_on_the_way(
    place: Path, monkeypatch: pytest.MonkeyPatch, mode: int, name: str
) -> None:
    seen_by_root(monkeypatch, {})
    place.parent.chmod(mode)
    with pytest.raises(StoreError, match=f"{place.parent} may be written to by everybody"):
        require_way_of_root(str(place.parent / name / ".builds"))
