# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of a tar archive, one after the other, from a stream of chunks; only one chunk is in memory.

Members may use only a small part of the format. Everything else is refused, and so is every path that is not plainly
below the root.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from .._os.paths import LONGEST_NAME
from . import tar_header
from .errors import UnsafeArchive, member
from .tar_header import BLOCK_BYTES, Extensions, Header

Kind = Literal["file", "link", "hard link", "dir"]

_KINDS: dict[bytes, Kind] = {b"0": "file", b"\0": "file", b"1": "hard link", b"2": "link", b"5": "dir"}
_REFUSED_KINDS = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
    b"7": "a contiguous file",
    b"D": "an incremental dump's directory",
    b"M": "a part of a file from another volume",
    b"S": "a sparse file",
    b"V": "a volume label",
}
_SPECIAL_BITS = 0o7000  # set-user-id, set-group-id, sticky


class Limits(NamedTuple):
    """Bounds far above any build, so that a bomb ends in an error and not in a full disk."""

    total_bytes: int = 8 * 1024**3
    file_bytes: int = 2 * 1024**3
    members: int = 200_000
    path_bytes: int = 1024
    depth: int = 64


class Member(NamedTuple):
    """One member; its path has been checked: relative, no `..`, no empty part, printable."""

    kind: Kind
    path: str
    executable: bool
    size_bytes: int
    mtime: int  # seconds since the epoch
    target: str  # of a link or hard link, as written in the archive


def check_member(header: Header, limits: Limits) -> Member:
    """The member that a header describes, extensions applied. Raises `UnsafeArchive`."""
    path = _checked_path(header, limits)
    kind = _KINDS.get(header.type)
    if kind is None:
        what = _REFUSED_KINDS.get(header.type, f"of the unknown type {header.type!r}")
        raise UnsafeArchive(f"{member(path)} is {what}, which no build holds")
    if header.mode & _SPECIAL_BITS:
        raise UnsafeArchive(f"{member(path)} has mode {header.mode & 0o7777:04o}, whose special bits no build has")
    if kind == "file" and header.size_bytes > limits.file_bytes:
        raise UnsafeArchive(f"{member(path)} has {header.size_bytes:,} bytes, more than {limits.file_bytes:,}")
    if kind != "file" and header.size_bytes:
        raise UnsafeArchive(f"{member(path)} is no file, and has {header.size_bytes:,} bytes of content all the same")
    target = "" if kind in ("file", "dir") else _decoded(header.target, f"the target of {member(path)}", limits)
    return Member(kind, path, bool(header.mode & 0o111), header.size_bytes, header.mtime, target)


def _checked_path(header: Header, limits: Limits) -> str:
    path = _decoded(header.path, "the path of a member", limits)
    if header.type == b"5":
        path = path.removesuffix("/")
    parts = path.split("/")
    if path.startswith("/"):
        raise UnsafeArchive(f"{member(path)} has an absolute path")
    if ".." in parts:
        raise UnsafeArchive(f"{member(path)} has a path with `..` in it")
    if "" in parts or "." in parts:
        raise UnsafeArchive(f"{member(path)} has a path with an empty part or a dot for a part")
    if len(parts) > limits.depth:
        raise UnsafeArchive(f"{member(path)} is more than {limits.depth} directories deep")
    if len(header.path) > LONGEST_NAME and any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise UnsafeArchive(f"{member(path)} has a name of more than {LONGEST_NAME} bytes")
    return path


def _decoded(raw: bytes, what: str, limits: Limits) -> str:
    if len(raw) > limits.path_bytes:
        raise UnsafeArchive(f"{what} is longer than {limits.path_bytes:,} bytes: it begins {ascii(raw[:40])[1:]}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UnsafeArchive(f"{what} is not UTF-8: {ascii(raw)[1:]}") from None
    if not text.isprintable():
        raise UnsafeArchive(f"{what} holds a character that is not printable: {ascii(raw)[1:]}")
    return text


_ZERO_BLOCK = bytes(BLOCK_BYTES)
_TRAILING_BYTES = 1024 * 1024  # tar programs pad to 10 KiB, and some block sizes are larger


class TarReader:
    """An iterator over the members; `content()` is that of the current one, to be read whole or not at all.

    Raises `UnsafeArchive` for anything that a build never contains or that can be read in two ways.
    """

    def __init__(self, chunks: Iterator[bytes], limits: Limits) -> None:
        self._feed = _Feed(chunks, limits.total_bytes)
        self._limits = limits
        self._unread_bytes = 0

    def __iter__(self) -> Iterator[Member]:
        extensions = None
        count = 0
        while True:
            block = self._feed.block()
            if block == _ZERO_BLOCK:
                self._finish(extensions is not None)
                return
            header = tar_header.parse(block)
            if header.type in tar_header.TYPES:
                extensions = extensions or Extensions()
                extensions.add(header.type, self._extension_content(header))
                continue
            if extensions is not None:
                header = extensions.apply(header)
                extensions = None
            count += 1
            if count > self._limits.members:
                raise UnsafeArchive(f"it has more than {self._limits.members:,} members")
            found = check_member(header, self._limits)
            self._unread_bytes = found.size_bytes
            yield found
            self._feed.skip(self._unread_bytes + -found.size_bytes % BLOCK_BYTES)

    def content(self) -> Iterator[memoryview]:
        """The content of the current member, in pieces that are valid until the next is requested."""
        size_bytes, self._unread_bytes = self._unread_bytes, 0
        return self._feed.pieces(size_bytes)

    def _extension_content(self, header: Header) -> bytes:
        if header.size_bytes > tar_header.CONTENT_BYTES:
            raise UnsafeArchive(f"it has an extended header of more than {tar_header.CONTENT_BYTES:,} bytes")
        content = b"".join(self._feed.pieces(header.size_bytes))
        self._feed.skip(-header.size_bytes % BLOCK_BYTES)
        return content

    def _finish(self, member_expected: bool) -> None:
        """Read to the end of the stream, so that its checksum is compared too."""
        if member_expected:
            raise UnsafeArchive("it ends after an extended header, where a member should be")
        if self._feed.block() != _ZERO_BLOCK:
            raise UnsafeArchive("it has only half of the mark that ends a tar archive")
        trailing_bytes = 0
        for chunk in self._feed.rest():
            trailing_bytes += len(chunk)
            if trailing_bytes > _TRAILING_BYTES or chunk.count(0) != len(chunk):
                raise UnsafeArchive("something that does not belong to it follows the mark that ends a tar archive")


class _Feed:
    """Cuts a stream of chunks into the pieces that the reader requests, without copying content."""

    def __init__(self, chunks: Iterator[bytes], total_bytes: int) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._at = 0
        self._total_bytes = total_bytes
        self._received_bytes = 0

    def block(self) -> bytes:
        at = self._at
        block = self._chunk[at : at + BLOCK_BYTES]
        if len(block) == BLOCK_BYTES:
            self._at = at + BLOCK_BYTES
            return block
        return b"".join(self.pieces(BLOCK_BYTES))

    def pieces(self, size_bytes: int) -> Iterator[memoryview]:
        while size_bytes:
            if self._at == len(self._chunk) and not self._advance():
                raise UnsafeArchive("it breaks off before the mark that ends a tar archive")
            piece = memoryview(self._chunk)[self._at : self._at + size_bytes]
            self._at += len(piece)
            size_bytes -= len(piece)
            yield piece

    def skip(self, size_bytes: int) -> None:
        if size_bytes <= len(self._chunk) - self._at:
            self._at += size_bytes
        else:
            for _piece in self.pieces(size_bytes):
                pass

    def rest(self) -> Iterator[bytes]:
        yield self._chunk[self._at :]
        while self._advance():
            yield self._chunk

    def _advance(self) -> bool:
        self._chunk, self._at = next(self._chunks, b""), 0
        self._received_bytes += len(self._chunk)
        if self._received_bytes > self._total_bytes:
            raise UnsafeArchive(f"it unpacks to more than {self._total_bytes:,} bytes")
        return bool(self._chunk)
