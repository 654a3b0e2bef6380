# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of time, and a lock file, which a process that writes in a directory holds."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

from .._errors import LockUnsupported, StoreError
from .regular_file import open_regular

DEFAULT_LOCK_TIMEOUT_S = 15 * 60
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.1


@dataclass(frozen=True)
class Limit:
    """How many seconds an operation may take in total, from now on. `option` sets it."""

    seconds: float
    option: str
    began_at_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """The seconds that are left, negative when it is over."""
        return self.began_at_s + self.seconds - time.monotonic()


def open_lock(path: str) -> int:
    """Open the lock file, with mode 0600: any user who can read it could hold the lock."""
    try:
        handle = open_regular(path, os.O_RDWR | os.O_CREAT)
    except StoreError as error:
        raise StoreError(f"{error} Remove it, then run again.") from None
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
    """Wait for the lock. Raises `StoreError` when the limit is over, `LockUnsupported` where nothing can be locked.

    `what` names the locked thing in messages, as in `the store /opt`. `idle_s` returns the seconds since the holder
    last made progress: a holder that makes progress is waited for.
    """
    import fcntl  # not on Windows, where this file is imported by the controller only

    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                from .errors import mount_of

                mount = mount_of(f"/proc/self/fd/{handle}")
                raise LockUnsupported(
                    f"Cannot lock {what}: {mount} has no working locks ({error.strerror}), without which two runs "
                    "could destroy each other's work. Mount it with them, as NFS with lockd or local_lock=flock, or "
                    "choose a directory on another file system."
                ) from None
            if limit.left_s <= 0 and not 0 <= idle_s() < limit.seconds:
                raise StoreError(
                    f"Cannot lock {what}: another run has held the lock for {limit.seconds:g} seconds, the limit of "
                    f"{limit.option}. Wait until that run has ended, or end it, then run again.{_holders(handle)}"
                ) from None
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


@contextlib.contextmanager
def held_in(make: Callable[[], str], what: str, limit: Limit) -> Iterator[None]:
    """Hold the lock file that `make` names, once it made the directory, which the last holder may remove."""
    while True:
        try:
            lock = make()
            handle = open_lock(lock)
        except FileNotFoundError:  # removed just now
            if limit.left_s <= 0:
                raise
            continue
        try:
            wait_for_lock(handle, what, limit)
            if is_still_there(handle, lock):
                yield
                return
        finally:
            os.close(handle)


def is_still_there(handle: int, path: str) -> bool:
    """Whether others find the open lock file at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _holders(handle: int) -> str:
    """The other holders, as the end of a message; "" when the system lists none."""
    status = os.fstat(handle)
    file = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        with open("/proc/locks", encoding="utf-8") as locks:
            fields = [line.split() for line in locks]
    except OSError:
        return ""
    # number, kind, mode, access, process, file, start, end; one more field for a process that waits
    pids = {int(field[4]) for field in fields if len(field) == 8 and field[1] == "FLOCK" and field[5] == file}
    others = sorted(pid for pid in pids - {os.getpid()} if pid > 0)  # 0 and less belong to another container
    return f" Process {' and '.join(map(_described, others))} holds it now." if others else ""


def _described(pid: int) -> str:
    """Number, and name while it runs: a child may keep the lock."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as name:
            return f"{pid} ({name.read().strip()})"
    except OSError:
        return f"{pid} (ended)"
