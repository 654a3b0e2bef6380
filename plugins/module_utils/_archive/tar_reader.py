# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of a tar archive, one after the other, from a stream of chunks. Nothing is held but one chunk."""

from __future__ import annotations

from collections.abc import Iterator

from . import tar_extensions, tar_header
from .errors import Refused
from .tar_extensions import Extensions
from .tar_header import BLOCK_BYTES, Header
from .tar_member import Limits, Member, judged

_ZERO_BLOCK = bytes(BLOCK_BYTES)
_TRAILING_BYTES = 1024 * 1024  # tar programs pad to 10 KiB, and some block sizes are larger


class TarReader:
    """Iterate for the members; `content()` gives the bytes of the one at hand, to be read whole or not at all.

    Raises `Refused` for all that a build never holds or that can be read in two ways.
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
            if header.type in tar_extensions.TYPES:
                extensions = extensions or Extensions()
                extensions.add(header.type, self._extension_content(header))
                continue
            if extensions is not None:
                header = extensions.apply(header)
                extensions = None
            count += 1
            if count > self._limits.members:
                raise Refused(f"it has more than {self._limits.members:,} members")
            found = judged(header, self._limits)
            self._unread_bytes = found.size_bytes
            yield found
            self._feed.skip(self._unread_bytes + -found.size_bytes % BLOCK_BYTES)

    def content(self) -> Iterator[memoryview]:
        """The content of the member at hand, in pieces that are valid until the next is asked for."""
        size_bytes, self._unread_bytes = self._unread_bytes, 0
        return self._feed.pieces(size_bytes)

    def _extension_content(self, header: Header) -> bytes:
        if header.size_bytes > tar_extensions.CONTENT_BYTES:
            raise Refused(f"it has an extended header of more than {tar_extensions.CONTENT_BYTES:,} bytes")
        content = b"".join(self._feed.pieces(header.size_bytes))
        self._feed.skip(-header.size_bytes % BLOCK_BYTES)
        return content

    def _finish(self, member_expected: bool) -> None:
        """Reads to the end of the stream, so that its checksum is compared too."""
        if member_expected:
            raise Refused("it ends after an extended header, where a member should be")
        if self._feed.block() != _ZERO_BLOCK:
            raise Refused("it has only half of the mark that ends a tar archive")
        trailing_bytes = 0
        for chunk in self._feed.rest():
            trailing_bytes += len(chunk)
            if trailing_bytes > _TRAILING_BYTES or chunk.count(0) != len(chunk):
                raise Refused("something that does not belong to it follows the mark that ends a tar archive")


class _Feed:
    """Cuts a stream of chunks into what the reader asks for, without copying content."""

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
                raise Refused("it breaks off before the mark that ends a tar archive")
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
        """Goes on to the next chunk; False at the end of the stream."""
        self._chunk, self._at = next(self._chunks, b""), 0
        self._received_bytes += len(self._chunk)
        if self._received_bytes > self._total_bytes:
            raise Refused(f"it unpacks to more than {self._total_bytes:,} bytes")
        return bool(self._chunk)
