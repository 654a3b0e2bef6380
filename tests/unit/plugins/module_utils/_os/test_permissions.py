# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.permissions import require_ours


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
        (as_link, "is a link or a file where a directory of the store belongs"),
        (as_file, "is a link or a file where a directory of the store belongs"),
        (lambda place: place.chmod(0o775), "may be written to by others (mode 0775)"),
        (lambda place: place.chmod(0o1777), "may be written to by others (mode 1777)"),
    ],
)
def test_what_others_can_change_is_refused(place: Path, spoil: Callable[[Path], None], problem: str) -> None:
    spoil(place)
    with pytest.raises(StoreError) as caught:
        require_ours(str(place))
    assert str(caught.value) == (
        f"{place} {problem}, so whoever that is could make this task change or remove other files. "
        "Put that right, or set `store` to another place."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a directory away")
def test_another_users_directory_is_refused(place: Path) -> None:
    os.chown(place, 1234, 1234)
    with pytest.raises(StoreError, match=r"belongs to another user \(number 1234\)"):
        require_ours(str(place))
