# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock file: whoever writes in a directory holds it, and whoever comes second waits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from math import inf

from .._errors import StoreError
from .regular_file import open_regular
from .time_limit import Limit

_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.1


def open_lock(path: str) -> int:
    """The lock file, which only its owner may open: whoever could read it could hold the lock up."""
    handle = open_regular(path, os.O_RDWR | os.O_CREAT)
    os.fchmod(handle, 0o600)
    return handle


def wait_for_lock(
    handle: int,
    what: str,
    limit: Limit,
    *,
    is_shared: bool = False,
    idle_s: Callable[[], float] = lambda: inf,
) -> None:
    """Raises `StoreError` when the limit is over. `what` is, say, `the store /opt`.

    `idle_s` says for how many seconds the holder has shown no sign of life: one that makes progress is waited for.
    """
    import fcntl  # not on Windows, where this file is imported by the controller only

    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if limit.left_s <= 0 and not 0 <= idle_s() < limit.seconds:
                raise StoreError(
                    f"Cannot lock {what}: another run has held the lock for {limit.seconds:g} seconds, the limit of "
                    f"{limit.option}. Wait until that run has ended, or end it, then run again."
                ) from None
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def is_still_there(handle: int, path: str) -> bool:
    """Whether the open lock file is the one that others find at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
