# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The header of a tar member, read strictly: a block that two readers could understand differently is refused.

Pax records and GNU's long names precede the header that they extend. The formats: POSIX.1-2001, `pax`, "ustar
Interchange Format" and "pax Extended Header"; GNU tar's manual, "Basic Tar Format", `L` and `K`.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import NamedTuple

from .errors import UnsafeArchive

BLOCK_BYTES = 512

# name, mode, (uid, gid), size, mtime, checksum, type, link target, magic and version, (owner, group, device), prefix
_FIELDS = struct.Struct("100s8s16x12s12s8sc100s8s80x155s12x")
_CHECKSUM_FIELD = slice(148, 156)
_USTAR = b"ustar\x0000"
_GNU = b"ustar  \x00"


class Header(NamedTuple):
    """The fields of a header as written. An extension before it may still replace some of them."""

    path: bytes
    mode: int
    size_bytes: int
    mtime: int  # seconds since the epoch
    type: bytes  # one character
    target: bytes  # of a link


def parse(block: bytes) -> Header:
    """Read one block of 512 bytes. Raises `UnsafeArchive`."""
    path, mode, size, mtime, checksum, kind, target, magic, prefix = _FIELDS.unpack(block)
    if magic not in (_USTAR, _GNU) or _sum(block) != _number(checksum):
        raise UnsafeArchive("it is damaged where the header of a member should be")
    path = _text(path)
    if magic == _USTAR and prefix[0]:  # GNU uses that field for other values
        path = _text(prefix) + b"/" + path
    return Header(path, _number(mode), _number(size), _number(mtime), kind, _text(target) if target[0] else b"")


def _sum(block: bytes) -> int:
    """The header's checksum: the sum of its bytes, where those of the checksum itself count as spaces.

    The low half of Adler-32 is one more than that sum, modulo 65,521, which a block of ASCII cannot reach. This is many
    times faster than `sum`, and there are thousands of headers.
    """
    total = (zlib.adler32(block) & 0xFFFF) - 1 if block.isascii() else sum(block)
    return total - sum(block[_CHECKSUM_FIELD]) + 8 * ord(" ")


@lru_cache(maxsize=256)  # most modes and times are the same
def _number(field: bytes) -> int:
    """A number: octal digits, or base 256 when the first bit is set. Raises `UnsafeArchive` for negative numbers."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ")
    if digits.isdigit():  # int() alone would also accept signs and underscores
        try:
            return int(digits, 8)
        except ValueError:
            pass
    raise UnsafeArchive("a number in the header of a member is not one")


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


PAX, PAX_GLOBAL, GNU_PATH, GNU_TARGET = b"x", b"g", b"L", b"K"
TYPES = frozenset((PAX, PAX_GLOBAL, GNU_PATH, GNU_TARGET))

# Far above what a path needs; attributes of other systems that we pass over have room too.
CONTENT_BYTES = 64 * 1024

_DIGITS = 20  # of the largest number of 64 bits
_PER_MEMBER_KEYS = ("path", "linkpath", "size")


class Extensions:
    """Collects the extensions of one member, then `apply` adds them to its header. Raises `UnsafeArchive`."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.seen: set[bytes] = set()

    def add(self, kind: bytes, content: bytes) -> None:
        """Add an extension of type `kind`. The same type twice before a member could hide one of the two."""
        if kind in self.seen:
            raise UnsafeArchive("it has two extended headers of one kind before one member")
        if kind == PAX_GLOBAL:
            _check_global(_pax_records(content))
            return
        self.seen.add(kind)
        if kind == PAX:
            found = _pax_records(content)
        else:
            found = {"path" if kind == GNU_PATH else "linkpath": _gnu_name(content)}
        for key, value in found.items():
            if key in self.values and self.values[key] != value:
                raise UnsafeArchive(f"it gives a member's {key} twice, and not the same")
            self.values[key] = value

    def apply(self, header: Header) -> Header:
        """The header with every value replaced that an extension gives, the size included: mixed values are unsafe."""
        size = self.values.get("size")
        return header._replace(
            path=self.values.get("path", header.path),
            target=self.values.get("linkpath", header.target),
            size_bytes=header.size_bytes if size is None else _decimal(size),
        )


def _pax_records(content: bytes) -> dict[str, bytes]:
    """The records, each `LENGTH KEY=VALUE` and a line feed, including those that do not matter to an extraction."""
    records: dict[str, bytes] = {}
    at = 0
    while at < len(content):
        length_text, space, _rest = content[at : at + 8].partition(b" ")
        end = at + (_decimal(length_text) if space else 0)
        record = content[at + len(length_text) + 1 : end]
        key_bytes, equals, value = record[:-1].partition(b"=")
        if end > len(content) or not record.endswith(b"\n") or not equals:
            raise UnsafeArchive("it has a damaged pax header")
        key = key_bytes.decode("utf-8", "replace")
        if key.startswith("GNU.sparse."):
            raise UnsafeArchive("it holds a sparse file, which no build does")
        if key in records:
            raise UnsafeArchive(f"it gives a member's {key} twice in one pax header")
        records[key] = value
        at = end
    return records


def _check_global(records: dict[str, bytes]) -> None:
    for key in _PER_MEMBER_KEYS:
        if key in records:
            raise UnsafeArchive(f"it gives one {key} to all of its members")


def _gnu_name(content: bytes) -> bytes:
    name, _nul, rest = content.partition(b"\0")
    if rest.strip(b"\0"):
        raise UnsafeArchive("it has a long name with a NUL inside")
    return name


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > _DIGITS:
        raise UnsafeArchive("a number in a pax header is not one")
    return int(text)
