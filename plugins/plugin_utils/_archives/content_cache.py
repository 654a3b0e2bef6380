# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory of archives on the controller, by digest, shared by processes and bounded in size.

Each archive has the file itself, named by its digest, and others whose names begin with the digest: a partial download,
a recompressed copy, and the lock. A process that uses an archive holds the lock shared, one that makes it holds the
lock exclusively. The lock is a separate file, whose content is the last failure to make the archive.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple, TypeVar

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_PATTERN
from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DigestMismatch,
    DownloadError,
    LockUnsupported,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._os.flock import (
    DEFAULT_LOCK_TIMEOUT_S,
    Limit,
    is_still_there,
    wait_for_lock,
)

from .._cache.private_directory import has_private_file, open_private, private_directory, remove_file

_T = TypeVar("_T")

_OURS = re.compile(rf"({SHA256_PATTERN})(?:\..+)?")
_LOCK = ".lock"
_IN_USE_NS = 24 * 60 * 60 * 10**9  # without a lock, another process may use a younger archive
_MOST_NOTE_BYTES = 64 * 1024


class ContentCache:
    """One such directory, of at most `bound_bytes`. Every disk error is raised as an `OSError`.

    Only this user and root can write there, and no symlink in it is followed.

    On a file system without locks, for which `no_locks_because` has the message, each process makes a missing archive
    for itself, in a file of its process number, and an archive stays until it was unused for a day.
    """

    def __init__(self, directory: str, bound_bytes: int) -> None:
        """Create the directory, for its owner only, and try a lock in it."""
        self.directory = private_directory(directory)
        self._bound_bytes = bound_bytes
        self.no_locks_because: str | None = None
        try:
            with locked(self.path_of(_LOCK), fcntl.LOCK_SH, Wait(Limit(DEFAULT_LOCK_TIMEOUT_S, "lock_timeout"))):
                pass
        except LockUnsupported as error:
            self.no_locks_because = str(error)

    def path_of(self, name: str) -> str:
        """The path of the file `name` in the directory."""
        return os.path.join(self.directory, name)

    def part_of(self, sha256: str) -> str:
        """The path of the unfinished archive: one for all processes, since the lock lets only one write it."""
        return self.path_of(f"{sha256}.{os.getpid()}.part" if self.no_locks_because else f"{sha256}.part")

    @contextlib.contextmanager
    def using(
        self,
        sha256: str,
        find: Callable[[], _T | None],
        make: Callable[[], None],
        way: str,
        lock_timeout_s: float = DEFAULT_LOCK_TIMEOUT_S,
    ) -> Iterator[_T]:
        """The result of `find` for an archive; no process removes the archive until the block ends.

        When `find` returns None, one process calls `make` and all others wait for it. Those with the same `way` to
        make it also share its failure, a `DownloadError`, instead of repeating it one after the other.

        Raises `StoreError` after `lock_timeout_s` seconds in which another process held the lock and no byte arrived.
        """
        if self.no_locks_because:
            yield self._found_or_made(sha256, find, make)
            return
        wait = Wait(Limit(lock_timeout_s, "lock_timeout"), self.path_of(f"{sha256}.part"))
        lock = self.path_of(sha256 + _LOCK)
        waiting_since_ns = time.time_ns()
        while True:
            with locked(lock, fcntl.LOCK_SH, wait) as descriptor:
                found = find()
                if found is not None:
                    now_ns = time.time_ns()
                    os.utime(descriptor, ns=(now_ns, now_ns))  # `make_room` asks when it was used
                    yield found
                    return
            with locked(lock, fcntl.LOCK_EX, wait) as descriptor:
                if find() is None:  # else another process was faster
                    _raise_failure(descriptor, way, waiting_since_ns)
                    with _noting_failure(descriptor, way):
                        make()

    def _found_or_made(self, sha256: str, find: Callable[[], _T | None], make: Callable[[], None]) -> _T:
        """What `using` yields, without a lock."""
        found = find()
        if found is None:
            make()
            found = find()
        if found is None:
            raise StoreError(f"An archive in {self.directory} was removed while it was used. Run again.")
        now_ns = time.time_ns()
        os.utime(self.path_of(sha256), ns=(now_ns, now_ns))  # `make_room` asks when it was used
        return found

    def make_room(self, needed_bytes: int) -> None:
        """Remove the least recently used archives until `needed_bytes` fit below the bound. Archives in use stay."""
        sizes, used = self._content()
        excess = sum(sizes.values()) + needed_bytes - self._bound_bytes
        for sha256 in sorted(sizes, key=used.__getitem__):
            if excess <= 0 or (self.no_locks_because and time.time_ns() - used[sha256] < _IN_USE_NS):
                return
            if self._remove(sha256):
                excess -= sizes[sha256]

    def _content(self) -> tuple[dict[str, int], dict[str, int]]:
        """Two mappings by digest: the bytes of all files of the archive, and the time of its last use in ns."""
        sizes: dict[str, int] = defaultdict(int)
        used: dict[str, int] = defaultdict(int)
        with os.scandir(self.directory) as files:
            for file in files:
                ours = _OURS.fullmatch(file.name)
                with contextlib.suppress(FileNotFoundError):  # removed by another process
                    if ours:
                        status = file.stat(follow_symlinks=False)
                        sizes[ours[1]] += status.st_size
                        used[ours[1]] = max(used[ours[1]], status.st_mtime_ns)
        return sizes, used

    def _remove(self, sha256: str) -> bool:
        """Remove all files of an archive; False when another process holds its lock."""
        lock = self.path_of(sha256 + _LOCK)
        taken = contextlib.nullcontext() if self.no_locks_because else locked(lock, fcntl.LOCK_EX)
        try:
            with taken:
                for name in os.listdir(self.directory):
                    if name.startswith(sha256) and name != sha256 + _LOCK:
                        os.unlink(self.path_of(name))
                remove_file(lock)  # last: without it another process may touch the other files
        except BlockingIOError:
            return False
        return True


def is_intact(path: str, sha256: str) -> bool:
    """Whether a private file with that digest exists at the path; anything else there is removed.

    Raises `OSError` when the path is a directory.
    """
    try:
        if has_private_file(path):
            verify_file(path, sha256)
            return True
    except DigestMismatch:
        pass
    remove_file(path)
    return False


class Wait(NamedTuple):
    """How long to wait for a lock: until the limit has passed and the file `part` has not grown for as long."""

    limit: Limit
    part: str | None = None

    def idle_s(self) -> float:
        """Seconds since the file `part` last grew; infinite when there is none."""
        try:
            return time.time() - os.stat(self.part or "").st_mtime
        except OSError:
            return inf


@contextlib.contextmanager
def locked(path: str, kind: int, wait: Wait | None = None) -> Iterator[int]:
    """Hold the lock at `path` and yield its descriptor. If the file was removed meanwhile, the new one is locked.

    `kind` is `LOCK_SH` or `LOCK_EX`. Raises `StoreError` when another process does not release it; without `wait`,
    `BlockingIOError` at once.
    """
    descriptor = _lock(path, kind, wait)
    while not is_still_there(descriptor, path):
        os.close(descriptor)
        descriptor = _lock(path, kind, wait)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(path: str, kind: int, wait: Wait | None) -> int:
    descriptor = open_private(path)
    try:
        if wait is None:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        else:
            is_shared = kind == fcntl.LOCK_SH
            wait_for_lock(descriptor, f"{path} in the cache", wait.limit, is_shared=is_shared, idle_s=wait.idle_s)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def _noting_failure(descriptor: int, way: str) -> Iterator[None]:
    """Write a `DownloadError` of the block into the lock, for the processes that wait for it."""
    os.ftruncate(descriptor, 0)
    try:
        yield
    except DownloadError as error:
        os.pwrite(descriptor, json.dumps([way, str(error)]).encode(), 0)
        raise


def _raise_failure(descriptor: int, way: str, waiting_since_ns: int) -> None:
    """Raise the failure that was noted while this process waited. The cause of an older one may be fixed by now.

    A note dated in the future was written before the clock was set back. It would seem newer than every wait until the
    clock has passed it.
    """
    status = os.fstat(descriptor)
    if status.st_size and waiting_since_ns < status.st_mtime_ns <= time.time_ns():
        try:
            noted = json.loads(os.pread(descriptor, _MOST_NOTE_BYTES, 0))
        except (ValueError, RecursionError):
            return  # cut off by a kill or a full disk
        if isinstance(noted, list) and len(noted) == 2 and noted[0] == way and isinstance(noted[1], str):
            raise DownloadError(noted[1])
