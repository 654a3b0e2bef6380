# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the clone importable as `ansible_collections.standalone.python`, wherever it is, and has builds for it.

Temporary directories are in memory where that has room: no test is about a disk without making its own.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.fake_builds import FakeBuild

REPOSITORY = Path(__file__).resolve().parent.parent
TREE = REPOSITORY / ".collection"
MEMORY = "/dev/shm"
ROOM_BYTES = 4 << 30
PID = os.getpid()


def _make_tree() -> None:
    link = TREE / "ansible_collections" / "standalone" / "python"
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(REPOSITORY, target_is_directory=True)
    except FileExistsError:  # a parallel test worker, or an earlier run
        pass


def _work_in_memory() -> None:
    """Unless the caller names another directory. Each sync of a disk is waited for, and most tests bring many."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    status = os.statvfs(MEMORY)
    if status.f_bavail * status.f_frsize > ROOM_BYTES and not status.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = MEMORY
        tempfile.tempdir = None  # what pytest has asked for already


_make_tree()
_work_in_memory()
sys.path.insert(0, str(TREE))
sys.path.insert(0, str(REPOSITORY))  # for tests.support


def pytest_collection_finish() -> None:
    """Have no test search all tests for garbage, which is a tenth of the time of short ones."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def old(mirror: Path) -> FakeBuild:
    from tests.support import fake_builds

    return fake_builds.make(mirror, "20260101")


@pytest.fixture
def new(mirror: Path) -> FakeBuild:
    from tests.support import fake_builds

    return fake_builds.make(mirror, "20260201")


@pytest.fixture(autouse=True)
def _sample_indexes_are_not_outdated() -> Iterator[None]:
    """Sample indexes end years before the bundled catalogue, which is a warning; tests of that set their own date.

    Without `monkeypatch`, which would then end after `tmp_path`, and what a test patches would be there while pytest
    removes its directories.
    """
    freshness = sys.modules.get("ansible_collections.standalone.python.plugins.plugin_utils._index.freshness")
    with pytest.MonkeyPatch.context() as patched:
        if freshness is not None:
            patched.setattr(freshness, "newest_bundled_release", lambda: "20180101")
        yield


@pytest.fixture(autouse=True)
def _only_processes_of_the_tests_run_builds() -> Iterator[None]:
    """As `tests.support.own_processes` says."""
    processes = sys.modules.get("ansible_collections.standalone.python.plugins.module_utils._os.processes")
    with pytest.MonkeyPatch.context() as patched:
        if processes is not None:
            from tests.support.own_processes import pids_from

            patched.setattr(processes, "_pids", pids_from(PID, processes._pids))
        yield
