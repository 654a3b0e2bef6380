# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prepared copy of a cached archive: much faster to unpack, and with the bytecode that each host would compile.

Level 9 costs a third of the processor time of level 12 and packs 1 % less, which a controller's network notices less
than its user does the wait.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._archive.decompress import is_gzip
from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_PATTERN, Prepared
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.bytecode import worker_count
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit
from ansible_collections.standalone.python.plugins.module_utils._prepare.compress import compressor
from ansible_collections.standalone.python.plugins.module_utils._prepare.copy import Level, make

from .._cache.private_directory import remove_file
from .._index.cache import run_directory
from .cache import bound_bytes
from .content_cache import ContentCache, Wait, is_intact, locked

_LEVEL = 9
_WAIT_S = 300  # another process needs seconds for it, a minute on a busy machine, or hangs


class PackedArchive(NamedTuple):
    """A file to send. `prepared` are the digests of a prepared copy; None for the archive as published."""

    path: str
    prepared: Prepared | None = None


def prepared_copy(archive: str, environ: Mapping[str, str], *, may_make: bool) -> PackedArchive:
    """The prepared copy of a cached archive, whose lock the caller holds; the archive itself when there is none.

    With `may_make`, one process makes a missing copy and the others wait for it.
    """
    directory, name = os.path.split(archive)
    try:
        found = _copy_of(directory, name)
        if found or not may_make or not is_gzip(archive):
            return found or PackedArchive(archive)
        with locked(f"{archive}.zst.lock", fcntl.LOCK_EX, Wait(Limit(_WAIT_S, "packing"))):
            return _copy_of(directory, name) or _made(archive, ContentCache(directory, bound_bytes(environ)))
    except (ArchiveError, OSError, StoreError):  # without compressor, space or lock, the archive itself will do
        return PackedArchive(archive)


def _copy_of(directory: str, name: str) -> PackedArchive | None:
    """The copy, whose name holds its digests; None when no intact one exists."""
    named = re.compile(rf"{re.escape(name)}\.zst\.({SHA256_PATTERN})\.({SHA256_PATTERN})")
    for file in os.listdir(directory):
        match = named.fullmatch(file)
        if match and is_intact(os.path.join(directory, file), match[1]):
            return PackedArchive(os.path.join(directory, file), Prepared(*match.groups()))
    return None


def _made(archive: str, cache: ContentCache) -> PackedArchive:
    cache.make_room(os.path.getsize(archive))
    part = f"{archive}.zst.part"
    remove_file(part)  # of a writer that was killed; anything else of that name is not followed
    level = Level(compressor(), _LEVEL)
    try:
        with _scratch() as scratch:
            prepared = make(archive, part, scratch, level, most_workers=worker_count())
        path = f"{archive}.zst.{prepared.sha256}.{prepared.members_sha256}"
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    return PackedArchive(path, prepared)


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    """An empty directory, in the one that Ansible removes at the end of the run."""
    directory = tempfile.mkdtemp(prefix="prepare-", dir=run_directory("prepare"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
