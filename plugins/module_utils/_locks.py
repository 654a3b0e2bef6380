# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock file: whoever writes in a directory holds it, and whoever comes second waits."""

from __future__ import annotations

import os
import time

from ._errors import StoreError

_POLL_S = 0.1


def open_lock(path: str) -> int:
    """The lock file, which only its owner may open: whoever could read it could hold the lock up."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    os.fchmod(handle, 0o600)
    return handle


def wait_for_lock(handle: int, what: str, deadline: float) -> None:
    """Raises `StoreError` when `deadline`, by the monotonic clock, comes first. `what` is, say, `the store /opt`."""
    import fcntl  # not on Windows, where this file is imported by the controller only

    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreError(
                    f"Another run holds the lock of {what} and did not let go of it in time. "
                    "Wait until it has ended, then run again."
                ) from None
            time.sleep(_POLL_S)


def is_still_there(handle: int, path: str) -> bool:
    """Whether the open lock file is the one that others find at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
