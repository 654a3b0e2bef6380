# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of a published archive, as one digest, and what a prepared copy of it may hold beside them.

docs/development/decisions/prepared-copies.md has the reasons. A copy is hostile until its members are known to be those
of the archive; its bytecode can only belong to a source before it.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator

from .errors import UnsafeArchive, member
from .tar_reader import Member

_BYTECODE = re.compile(r"(?P<directory>(?:.*/)?)__pycache__/(?P<name>[^/]+)\.(?P<tag>cpython-[0-9]+[a-z]*)\.pyc")
_HEADER_BYTES = 16  # magic number, flags, time and size of the source (PEP 552)
_MAGIC_END = b"\r\n"
_FLAGS = bytes(4)  # checked by time


class Members:
    """Collects the members of an archive, in their order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of the members so far. No field can hold a NUL or a line end: paths and targets are printable."""
        return self._digest.hexdigest()

    def add(self, found: Member, sha256: str | None) -> None:
        """Add a member; `sha256` is that of a file's content, None for anything else."""
        mode = "x" if found.executable else "-"
        fields = (found.kind, found.path, mode, str(found.size_bytes), str(found.mtime), found.target, sha256 or "")
        self._digest.update("\0".join(fields).encode() + b"\n")


class CopyMembers(Members):
    """The members of a prepared copy, whose bytecode is checked and left out of the digest.

    `compiled` are the sources, as paths in the archive, whose bytecode was unpacked; `magic` and `tag` are those of all
    of it. With `with_bytecode` false it is skipped.
    """

    def __init__(self, expected_sha256: str, *, with_bytecode: bool) -> None:
        super().__init__()
        self.with_bytecode = with_bytecode
        self.compiled: set[str] = set()
        self.magic = b""
        self.tag = ""
        self._expected = expected_sha256
        self._sources: dict[str, Member] = {}
        self._now = int(time.time())

    def add(self, found: Member, sha256: str | None) -> None:
        """Add a member that is no bytecode."""
        super().add(found, sha256)
        if found.kind == "file" and found.path.endswith(".py"):
            self._sources[found.path] = found

    def finish(self) -> None:
        """Raise `UnsafeArchive` unless the members are those of the published archive."""
        if self.sha256 != self._expected:
            raise UnsafeArchive("its members are not those of the published archive")

    def bytecode(self, found: Member, content: Iterable[memoryview]) -> Iterator[memoryview | bytes]:
        """The content of a member that is bytecode, checked as it passes. Raises `UnsafeArchive`."""
        match = _BYTECODE.fullmatch(found.path)
        source = self._sources.get(f"{match['directory']}{match['name']}.py") if match else None
        if match is None or source is None or found.kind != "file" or found.executable:
            raise UnsafeArchive(f"{member(found.path)} is no bytecode of a source before it")
        pieces = iter(content)
        start = b""
        for piece in pieces:
            start += piece
            if len(start) >= _HEADER_BYTES:
                break
        header = start[:_HEADER_BYTES]
        self.magic, self.tag = self.magic or header[:4], self.tag or match["tag"]
        if (header, match["tag"]) != (_header(self.magic, source), self.tag) or header[2:4] != _MAGIC_END:
            raise UnsafeArchive(f"{member(found.path)} is not what Python would use for its source")
        if source.mtime <= self._now:  # else the file gets another time, with which this bytecode does not count
            self.compiled.add(source.path)
        yield start
        yield from pieces


def is_bytecode(path: str) -> bool:
    """Whether a path is a bytecode directory or in one, which no member of a published archive is."""
    return "__pycache__" in path.split("/")


def _header(magic: bytes, source: Member) -> bytes:
    numbers = ((number & 0xFFFFFFFF).to_bytes(4, "little") for number in (source.mtime, source.size_bytes))
    return magic + _FLAGS + b"".join(numbers)
