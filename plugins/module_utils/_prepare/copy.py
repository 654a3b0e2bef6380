# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a prepared copy: the members of a published archive and, after each source, its bytecode, as a .tar.zst.

The archive is unpacked to a directory, compiled there by its own interpreter, and packed again from there. The same
archive gives the same members on every machine that can run it.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._archive.extract import extract, unpacked_size
from .._archive.members import Members, is_bytecode
from .._archive.tar_reader import Member
from .._builds.build import Prepared
from .._errors import ArchiveError
from .._install import bytecode
from .._os import disk_space
from .._os.paths import BUILD_PREFIX
from .._os.regular_file import sha256_of
from .._store.manifest import BYTECODE_DIRECTORY, interpreter_of
from .compress import Compress
from .tar_writer import END, header, padded

_ROOT = "python"
_PYC = re.compile(r"(?P<name>.+)\.cpython-[0-9]+[a-z]*\.pyc")
_READ_BYTES = 1024 * 1024


class Level(NamedTuple):
    """What compresses, and how much of its time that may take."""

    compress: Compress
    level: int


class _Listed(Members):
    """All members in their order, with the digests of files."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[Member, str | None]] = []

    def add(self, found: Member, sha256: str | None) -> None:
        """Add a member."""
        super().add(found, sha256)
        self.found.append((found, sha256))


def make(archive: str, target: str, scratch: str, level: Level, *, most_workers: int) -> Prepared:
    """Write the copy of a verified `archive` to the file `target`, by way of the empty directory `scratch`.

    Without bytecode if this machine cannot run the build. Raises `ArchiveError` for an archive of which there can be no
    copy, `StoreError` where the disk has too little space, and `OSError`.
    """
    size_bytes = unpacked_size(archive)
    if size_bytes is not None:
        disk_space.require_for_build(scratch, size_bytes)
    members = _Listed()
    entries = extract(archive, scratch, members=members).entries
    if any(is_bytecode(found.path) for found, _sha256 in members.found):
        raise ArchiveError(
            f"The archive {os.path.basename(archive)} has bytecode, which none of python-build-standalone has, "
            "so there can be no prepared copy of it."
        )
    # With a wrong clock, files have another time than in the archive, and bytecode another than Python looks for.
    has_right_times = all(found.mtime <= time.time() for found, _sha256 in members.found)
    interpreter = interpreter_of(entries) if has_right_times else None
    sources = [path for path, entry in entries.items() if entry.kind == "file" and path.endswith(".py")]
    if interpreter is None or not _compiled(scratch, interpreter, sources, most_workers):
        sources = []
    pack = _Pack(scratch, members, _bytecode_of(scratch, sources))
    with open(target, "wb") as stream:
        level.compress(pack.blocks(), pack.size_bytes(), stream, level.level)
    if pack.packed.sha256 != members.sha256:
        raise ArchiveError(f"{os.path.basename(archive)} changed while it was packed again. Run again.")
    return Prepared(sha256_of(target), members.sha256)


def _compiled(scratch: str, interpreter: str, sources: list[str], most_workers: int) -> bool:
    """Whether all sources were compiled that can be. A part of them would differ from machine to machine."""
    bytecode.make_directories(scratch, sources)
    return bytecode.compile_all(scratch, interpreter, BUILD_PREFIX, sources, alike=True, most_workers=most_workers)


def _bytecode_of(scratch: str, sources: list[str]) -> dict[str, str]:
    """The bytecode of each source that has some, both as paths below `scratch`."""
    found = {}
    for directory in {os.path.dirname(path) for path in sources}:
        cache = os.path.join(directory, BYTECODE_DIRECTORY)
        for name in os.listdir(os.path.join(scratch, cache)):
            match = _PYC.fullmatch(name)
            if match:
                found[os.path.join(directory, f"{match['name']}.py")] = os.path.join(cache, name)
    return found


class _Pack:
    """The tar of a copy, from what was unpacked. `packed` are the published members that it has so far."""

    def __init__(self, scratch: str, members: _Listed, compiled: Mapping[str, str]) -> None:
        self.packed = Members()
        self._scratch = scratch
        self._members = members
        self._compiled = compiled

    def size_bytes(self) -> int:
        """The size of the whole tar."""
        return len(END) + sum(
            len(header(member)) + len(_padding(member)) + member.size_bytes for member in self._all_members()
        )

    def blocks(self) -> Iterator[bytes]:
        """The whole tar, in pieces."""
        for member in self._all_members():
            yield header(member)
            hasher = hashlib.sha256()
            if member.kind == "file":
                for piece in self._content(member):
                    hasher.update(piece)
                    yield piece
                yield _padding(member)
            if not is_bytecode(member.path):
                self.packed.add(member, hasher.hexdigest() if member.kind == "file" else None)
        yield END

    def _all_members(self) -> Iterator[Member]:
        for member, _sha256 in self._members.found:
            yield member
            compiled = self._compiled.get(_below_root(member.path)) if member.kind == "file" else None
            if compiled:
                size_bytes = os.lstat(os.path.join(self._scratch, compiled)).st_size
                yield Member("file", f"{_ROOT}/{compiled}", False, size_bytes, member.mtime, "")

    def _content(self, member: Member) -> Iterator[bytes]:
        left = member.size_bytes
        with open(os.path.join(self._scratch, _below_root(member.path)), "rb", buffering=0) as stream:
            while left:
                piece = stream.read(min(left, _READ_BYTES))
                if not piece:
                    raise ArchiveError(f"{member.path} became shorter while it was packed again. Run again.")
                left -= len(piece)
                yield piece


def _below_root(path: str) -> str:
    return path.partition("/")[2]


def _padding(member: Member) -> bytes:
    return padded(bytes(member.size_bytes % 512))[member.size_bytes % 512 :]
