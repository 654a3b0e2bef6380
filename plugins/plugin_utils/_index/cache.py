# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's cache of indexes, shared by Ansible's forked workers and by runs side by side.

Each address has up to four files: the database, whose modification time is when its content was last known to be
current; a lock, held by the worker that reads the document again; a note of the last failure, so that the other workers
do not wait for the same dead server one after the other; and a note of the newest release that was ever seen. Later
runs trust these files, so they are kept in a directory that no other user can write to, and each is checked when it is
opened.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import day_of
from ansible_collections.standalone.python.plugins.module_utils._errors import LockUnsupported
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit, wait_for_lock

from .._cache.private_directory import (
    Untrusted,
    open_private,
    private_directory,
    read_private,
    remove_file,
    require_sealed,
    seal,
    write_private,
)
from .._documents import UnknownHome, local_path
from .._http.errors import FetchError
from .address import Address
from .catalog import Catalog, Origin
from .entry import IndexEntry

# How long a failure counts for all workers: long enough for a batch of hosts, too short to delay a user who fixed it.
_FAILURE_COUNTS_S = 60
_MOST_NOTE_BYTES = 64 * 1024
_NOTED_OUTLOOKS = ("soon", "later")
_SQLITE_COMPANIONS = ("-journal", "-wal", "-shm")  # files that SQLite reads or writes beside a database


def cache_folder(environ: Mapping[str, str]) -> str:
    """The cache as the environment names it: our own variable, else below the XDG cache directory, else `~/.cache`.

    The XDG Base Directory Specification says that a relative `XDG_CACHE_HOME` is invalid and ignored.
    """
    base = environ.get("XDG_CACHE_HOME", "")
    default = os.path.join(base if os.path.isabs(base) else "~/.cache", "standalone-python")
    return environ.get("ANSIBLE_STANDALONE_PYTHON_CACHE") or default


def cache_directory(environ: Mapping[str, str], *below: str, warn: Callable[[str], None]) -> str | None:
    """The directory of the cache that has the relative path `below`, created if it is missing.

    If another user could have changed it, if it cannot be created, or if its `~` is unknown, calls `warn` and returns a
    directory that all workers of the run share and Ansible removes at its end. None if that fails too.
    """
    directory = cache_folder(environ)
    try:
        directory = local_path(directory)
        private_directory(directory)
        return private_directory(os.path.join(directory, *below))
    except OSError as error:
        substitute = run_directory(*below)
        instead = "uses a temporary directory instead" if substitute else "does without a cache"
        reason, advice = _objection(error, directory)
        warn(
            f"Cannot use the cache {directory}: {reason}. This run {instead}, so the next one fetches and checks "
            f"everything again. {advice}, or set ANSIBLE_STANDALONE_PYTHON_CACHE to another one."
        )
        return substitute


def _objection(error: OSError, directory: str) -> tuple[str, str]:
    """Why the cache cannot be used, and the beginning of the advice."""
    if isinstance(error, UnknownHome):
        return str(error.strerror), "Set HOME to the home directory of this user"
    reason = error.strerror if isinstance(error, Untrusted) else f"cannot be used ({error.strerror})"
    is_denied = error.errno in (errno.EACCES, errno.EPERM)
    advice = "Give the directory to this user alone (chown, chmod go-w)" if is_denied else "Correct that"
    return f"{error.filename or directory} {reason}", advice


def run_directory(*below: str) -> str | None:
    """A directory with the relative path `below` in the one that Ansible creates for each run and removes at its end.

    None if it cannot be created.
    """
    from ansible import constants

    try:
        return private_directory(os.path.join(constants.DEFAULT_LOCAL_TMP, "standalone-python", *below))
    except OSError:
        return None


@contextlib.contextmanager
def held(path: str | None, wait_s: float) -> Iterator[int | None]:
    """Lock a file in the cache, created if it is missing, and yield its descriptor.

    Yields None without a path, or when the file cannot be written. On a file system without locks the block runs
    unlocked. Raises `StoreError` when another run still holds the lock after `wait_s` seconds.
    """
    descriptor = _opened(path)
    try:
        if descriptor is not None:
            with contextlib.suppress(LockUnsupported):
                wait_for_lock(descriptor, f"{path} in the cache", Limit(wait_s, "lock_timeout"))
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _opened(path: str | None) -> int | None:
    try:
        return open_private(path) if path else None
    except OSError:
        return None


class Seen(NamedTuple):
    """A release that an index had, the day on which it was seen there (ISO 8601), and the file that says so."""

    release: str
    day: str
    file: str


class CacheEntry:
    """The cached files of one address in a private directory, which is None when nothing can be kept.

    Only `replace` fails when the directory cannot be written.
    """

    def __init__(self, directory: str | None, address: Address) -> None:
        self._key = address.cache_key
        self._base = os.path.join(directory, self._key) if directory else None

    def _path(self, suffix: str) -> str:
        if self._base is None:
            raise FileNotFoundError("no cache")
        return self._base + suffix

    def open(self) -> Catalog | None:
        """The cached catalogue; None when there is none or it cannot be used."""
        try:
            require_sealed(self._path(".sqlite3"))
            catalog = Catalog.open(self._path(".sqlite3"))
        except (OSError, sqlite3.Error):
            return None
        if catalog.origin.key == self._key:
            return catalog
        catalog.close()  # it belongs to another address with the same key
        return None

    def age_s(self) -> float:
        """Seconds since the content was last known to be current; infinite when nothing is cached."""
        try:
            return time.time() - os.stat(self._path(".sqlite3")).st_mtime
        except OSError:
            return float("inf")

    def confirm(self) -> None:
        """Record that the content is current now."""
        with contextlib.suppress(OSError):
            os.utime(self._path(".sqlite3"))
        self._forget_failure()

    def replace(self, listed: Iterable[IndexEntry], origin: Origin) -> Catalog:
        """Replace the content atomically. Raises `OSError` or `sqlite3.Error`."""
        database, new = self._path(".sqlite3"), self._path(".new")
        for suffix in ("", *_SQLITE_COMPANIONS):
            remove_file(new + suffix)  # left by a writer that was killed; SQLite would follow a symlink
        os.close(open_private(new))
        Catalog.create(new, listed, origin._replace(key=self._key)).close()
        seal(new)
        os.replace(new, database)
        self.confirm()
        return Catalog.open(database)

    def discard(self) -> None:
        """Remove content that has been found damaged."""
        with contextlib.suppress(OSError):
            remove_file(self._path(".sqlite3"))

    def recent_failure(self) -> FetchError | None:
        """The failure that another worker noted a moment ago, to raise instead of waiting again; None without one."""
        try:
            path = self._path(".failed")
            age_s = time.time() - os.lstat(path).st_mtime
            failure = _failure(json.loads(read_private(path, _MOST_NOTE_BYTES)))
        except (OSError, ValueError, RecursionError):
            return None
        return failure if 0 <= age_s < _FAILURE_COUNTS_S else None

    def note_failure(self, failure: FetchError) -> None:
        """Record the failure for the other workers."""
        with contextlib.suppress(OSError):
            write_private(self._path(".failed"), json.dumps([str(failure), failure.outlook]).encode())

    def newest_seen(self) -> Seen | None:
        """The newest release that this address ever had; None when unknown."""
        try:
            content = json.loads(read_private(self._path(".seen"), _MOST_NOTE_BYTES))
            release, day = content["release"], content["day"]
            is_one = day_of(release) is not None and date.fromisoformat(day).isoformat() == day
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return Seen(release, day, self._path(".seen")) if is_one else None

    def note_seen(self, release: str, day: str) -> None:
        """Record the newest release and the day (ISO 8601) for later runs, even if the database is removed."""
        with contextlib.suppress(OSError):
            write_private(self._path(".seen"), json.dumps({"release": release, "day": day}).encode())

    def locked(self, wait_s: float) -> contextlib.AbstractContextManager[int | None]:
        """Hold the lock of the address while fetching. Raises `StoreError` after `wait_s` seconds."""
        return held(self._base and self._base + ".lock", wait_s)

    def _forget_failure(self) -> None:
        with contextlib.suppress(OSError):
            remove_file(self._path(".failed"))


def _failure(content: Any) -> FetchError | None:
    """The failure in a note; None for invalid content."""
    if not (isinstance(content, list) and len(content) == 2 and all(isinstance(text, str) for text in content)):
        return None
    message, outlook = content
    return FetchError(message, outlook) if outlook in _NOTED_OUTLOOKS else None


class OpenIndex(NamedTuple):
    """An open index. Close `catalog` after use; `entry` is its entry in the cache."""

    name: str
    catalog: Catalog
    entry: CacheEntry
