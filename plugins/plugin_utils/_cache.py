# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's cache of indexes, shared by Ansible's forked workers and by runs side by side.

For each address there are up to three files: the database, whose modification time says when its content was last
known to be current; a lock, held by whoever reads the document anew; and a note of the last failure, so that the other
workers do not wait for the same dead server one after the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping

from ._addresses import Address
from ._catalog import Catalog, Origin
from ._fetch_errors import FetchError
from ._listed import Listed

# How long a failure speaks for all workers. Long enough for a batch of hosts, too short to hinder one who repairs.
_FAILURE_COUNTS_S = 60


def cache_folder(environ: Mapping[str, str]) -> str:
    """Where the cache is: our own variable, else the XDG cache directory, else `~/.cache`."""
    own = environ.get("ANSIBLE_STANDALONE_PYTHON_CACHE")
    if own:
        return os.path.expanduser(own)
    base = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "standalone-python")


@contextlib.contextmanager
def held(path: str) -> Iterator[int | None]:
    """Holds the lock of a file in the cache, which is made where it is missing, and gives its descriptor.

    None where the cache cannot be written. It goes on without the lock where the file system has none.
    """
    descriptor = _opened(path)
    try:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _opened(path: str) -> int | None:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


class CacheEntry:
    """What is kept of one address. Only `replace` minds a folder that cannot be written."""

    def __init__(self, folder: str, address: Address) -> None:
        base = os.path.join(folder, address.cache_key)
        self._database = base + ".sqlite3"
        self._new_database = base + ".new"
        self._lock = base + ".lock"
        self._failure = base + ".failed"

    def open(self) -> Catalog | None:
        """The catalogue that is kept, or None when there is none or it cannot be used."""
        try:
            return Catalog.open(self._database)
        except sqlite3.Error:
            return None

    def age_s(self) -> float:
        """Seconds since the content was last known to be current; infinite when nothing is kept."""
        try:
            return time.time() - os.stat(self._database).st_mtime
        except OSError:
            return float("inf")

    def confirm(self) -> None:
        """Notes that the content is current now."""
        with contextlib.suppress(OSError):
            os.utime(self._database)
        self._forget_failure()

    def replace(self, listed: Iterable[Listed], origin: Origin) -> Catalog:
        """Puts a new content in the place of the old one, at once and whole. Raises `OSError` or `sqlite3.Error`."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._new_database)  # of a writer that was killed
        Catalog.create(self._new_database, listed, origin).close()
        os.replace(self._new_database, self._database)
        self.confirm()
        return Catalog.open(self._database)

    def discard(self) -> None:
        """Removes a content that turned out to be damaged."""
        with contextlib.suppress(OSError):
            os.unlink(self._database)

    def recent_failure(self) -> FetchError | None:
        """What another worker met a moment ago, so that its sentence can be used instead of a wait of our own."""
        try:
            with open(self._failure, encoding="utf-8") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                failure = FetchError(*json.load(file))
        except (OSError, ValueError, TypeError):
            return None
        return failure if 0 <= age_s < _FAILURE_COUNTS_S else None

    def note_failure(self, failure: FetchError) -> None:
        with contextlib.suppress(OSError), open(self._failure, "w", encoding="utf-8") as file:
            json.dump([str(failure), failure.outlook], file)

    def locked(self) -> contextlib.AbstractContextManager[int | None]:
        """While one worker fetches, the others wait for it."""
        return held(self._lock)

    def _forget_failure(self) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._failure)
