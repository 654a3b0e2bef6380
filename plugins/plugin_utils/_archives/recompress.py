# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cached archive recompressed with zstandard: a little less to send, and much faster to unpack.

Measured with a real CPython of 31 MB, on two cores: level 9 takes 0.24 s once, is 9 % smaller than gzip, and inflates
in 24 ms instead of 113. Level 3 is 1 % smaller than gzip; level 15 is 2 % smaller than level 9 and takes eight times as
long. So it pays for many hosts, or when the copy exists already.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.standalone.python.plugins.module_utils._archive.decompress import gunzip, is_gzip
from ansible_collections.standalone.python.plugins.module_utils._archive.errors import UnsafeArchive
from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_PATTERN
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit

from .._cache.private_directory import remove_file
from .cache import bound_bytes
from .content_cache import ContentCache, Wait, is_intact, locked

_LEVEL = 9
_THREADS = 2
_WAIT_S = 60  # another process needs seconds for it, or hangs


@dataclass(frozen=True)
class PackedArchive:
    """A file to send. `sha256` is the digest of a recompressed copy; None for the archive as published."""

    path: str
    sha256: str | None = None


def recompressed(archive: str, environ: Mapping[str, str], *, may_make: bool) -> PackedArchive:
    """The recompressed copy of a cached archive, whose lock the caller holds; the archive itself when there is none.

    With `may_make`, one process makes a missing copy and the others wait for it.
    """
    directory, name = os.path.split(archive)
    try:
        found = _copy_of(directory, name)
        if found or not may_make or not is_gzip(archive):
            return found or PackedArchive(archive)
        with locked(f"{archive}.zst.lock", fcntl.LOCK_EX, Wait(Limit(_WAIT_S, "packing"))):
            return _copy_of(directory, name) or _made(archive, ContentCache(directory, bound_bytes(environ)))
    except (
        ImportError,
        OSError,
        UnsafeArchive,
        StoreError,
    ):  # without library, space or lock, the archive itself will do
        return PackedArchive(archive)


def _copy_of(directory: str, name: str) -> PackedArchive | None:
    """The copy, whose name holds its digest; None when no intact one exists."""
    named = re.compile(rf"{re.escape(name)}\.zst\.({SHA256_PATTERN})")
    for file in os.listdir(directory):
        match = named.fullmatch(file)
        if match and is_intact(os.path.join(directory, file), match[1]):
            return PackedArchive(os.path.join(directory, file), match[1])
    return None


def _made(archive: str, cache: ContentCache) -> PackedArchive:
    import zstandard

    with open(archive, "rb", buffering=0) as packed:
        content = b"".join(gunzip(packed.read))
    copy = zstandard.ZstdCompressor(level=_LEVEL, threads=_THREADS, write_checksum=True).compress(content)
    cache.make_room(len(copy))
    sha256 = hashlib.sha256(copy).hexdigest()
    path = f"{archive}.zst.{sha256}"
    part = f"{archive}.zst.part"
    try:
        remove_file(part)  # of a writer that was killed; anything else of that name is not followed
        with open(part, "xb") as file:
            file.write(copy)
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    return PackedArchive(path, sha256)
