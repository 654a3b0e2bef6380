# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.disk_space import (
    has_few_inodes,
    require_for_archive,
    require_for_build,
    require_inodes,
)

MEGABYTE = 1_000_000


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes a file system have so many bytes for ordinary users, and twice as many for root."""

    def set_free(size_bytes: int) -> None:
        status = SimpleNamespace(f_bavail=size_bytes // 4096, f_bfree=size_bytes // 2048, f_frsize=4096, f_bsize=65536)
        monkeypatch.setattr(os, "statvfs", lambda directory: status)

    return set_free


@pytest.mark.parametrize(
    ("require", "asked_mb", "needed_mb"), [(require_for_archive, 32, 138), (require_for_build, 86, 108)]
)
def test_what_is_needed_is_reported_with_what_is_there(
    free: Callable[[int], None], require: Callable[[str, int], None], asked_mb: int, needed_mb: int
) -> None:
    free((needed_mb + 1) * MEGABYTE)
    require("/opt/python/.builds", asked_mb * MEGABYTE)
    free((needed_mb - 1) * MEGABYTE - 1)
    with pytest.raises(StoreError) as caught:
        require("/opt/python/.builds", asked_mb * MEGABYTE)
    assert str(caught.value) == (
        f"There is not enough space in /opt/python/.builds: the build needs about {needed_mb} MB, and "
        f"{needed_mb - 2} MB are free. Free some space, or set `store` to a place on another file system."
    )


def test_what_is_known_from_afar_counts(free: Callable[[int], None]) -> None:
    free(0)
    require_for_archive("/opt/python/.builds", 32 * MEGABYTE, free_bytes=138 * MEGABYTE)
    with pytest.raises(StoreError, match="the build needs about 138 MB, and 137 MB are free"):
        require_for_archive("/opt/python/.builds", 32 * MEGABYTE, free_bytes=137 * MEGABYTE)


def test_the_real_file_system_is_asked(tmp_path: os.PathLike[str]) -> None:
    require_for_build(str(tmp_path), 1)
    with pytest.raises(StoreError):
        require_for_build(str(tmp_path), 10**18)


@pytest.fixture
def inodes(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Makes a file system have so many inodes, and so many of them free."""

    def set_free(count: int, free: int) -> None:
        monkeypatch.setattr(os, "statvfs", lambda directory: SimpleNamespace(f_files=count, f_favail=free))

    return set_free


def test_inodes_are_counted_with_both_figures(inodes: Callable[[int, int], None]) -> None:
    inodes(100_000, 4999)
    assert has_few_inodes("/opt/python/.builds")
    require_inodes("/opt/python/.builds", 4999)
    with pytest.raises(StoreError) as caught:
        require_inodes("/opt/python/.builds", 5000)
    assert str(caught.value) == (
        "There are not enough inodes in /opt/python/.builds: the build needs 5000 files and directories, and 4999 can "
        "still be made. Remove files that nothing needs, or set `store` to a directory on another file system."
    )


@pytest.mark.parametrize(("count", "free"), [(0, 0), (1_000_000, 50_000)])
def test_inodes_that_suffice_or_are_not_counted(inodes: Callable[[int, int], None], count: int, free: int) -> None:
    inodes(count, free)
    assert not has_few_inodes("/opt/python/.builds")
    require_inodes("/opt/python/.builds", 50_000)
