# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os import atomic


def c_library(monkeypatch: pytest.MonkeyPatch, **functions: object) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: SimpleNamespace(**functions))


def failing_syncfs(_handle: int) -> int:
    ctypes.set_errno(errno.EIO)
    return -1


def test_the_directorys_own_file_system_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic.sync_file_system(str(tmp_path))
    asked: list[str] = []

    def syncfs(handle: int) -> int:
        asked.append(os.readlink(f"/proc/self/fd/{handle}"))
        return 0

    c_library(monkeypatch, syncfs=syncfs)
    atomic.sync_file_system(str(tmp_path))
    assert asked == [str(tmp_path)]


def test_what_the_disk_refuses_is_reported_with_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c_library(monkeypatch, syncfs=failing_syncfs)
    with pytest.raises(OSError, match="Input/output error") as caught:
        atomic.sync_file_system(str(tmp_path))
    assert (caught.value.errno, caught.value.filename) == (errno.EIO, str(tmp_path))


def test_where_there_is_no_such_call_everything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    c_library(monkeypatch)
    monkeypatch.setattr(os, "sync", lambda: done.append("sync"))
    atomic.sync_file_system(str(tmp_path))
    assert done == ["sync"]
