# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing data to disk: before a build is published, and mostly while it is still being unpacked."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .threads import with_stack_size

_WRITEBACK_PAUSE_S = 0.03  # measured: half of that gains nothing more, three times as long loses a third of the gain
_MOST_WRITEBACKS = 12  # a file system has other users, and whatever they wrote is written back as well


def sync_file_system(directory: str) -> None:
    """Write the directory's file system to disk: one call instead of an fsync for each of thousands of files."""
    import ctypes  # only for runs that change something

    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if syncfs is None:
            os.sync()
        elif syncfs(handle):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), directory)
    finally:
        os.close(handle)


def sync_directory(directory: str) -> None:
    """Write the names in one directory to disk, so that a rename in it survives a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def early_writeback(directory: str) -> Iterator[None]:
    """Write back, in a thread, what the block writes, so that little is left for the final sync.

    The final sync precedes publication and reports errors; errors of the early writeback are ignored.
    """
    done = threading.Event()

    def write_back() -> None:
        with suppress(OSError):
            for _round in range(_MOST_WRITEBACKS):
                if done.wait(_WRITEBACK_PAUSE_S):
                    return
                sync_file_system(directory)

    thread = threading.Thread(target=write_back, name="early-writeback", daemon=True)
    with with_stack_size(), suppress(RuntimeError):  # when this user may have no more threads
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.ident:  # it was started
            thread.join()
