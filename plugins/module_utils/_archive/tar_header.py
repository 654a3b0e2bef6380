# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One header block of a tar archive, read strictly: what two readers could take for two things is refused.

The format: POSIX.1-2001, `pax`, "ustar Interchange Format", and the manual of GNU tar, "Basic Tar Format".
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import NamedTuple

from .errors import Refused

BLOCK_BYTES = 512

# name, mode, (uid, gid), size, mtime, checksum, type, link target, magic and version, (owner, group, device), prefix
_FIELDS = struct.Struct("100s8s16x12s12s8sc100s8s80x155s12x")
_CHECKSUM_FIELD = slice(148, 156)
_USTAR = b"ustar\x0000"
_GNU = b"ustar  \x00"


class Header(NamedTuple):
    """The fields of a header as they stand there. An extension before it may still replace some of them."""

    path: bytes
    mode: int
    size_bytes: int
    mtime: int  # seconds since the epoch
    type: bytes  # one character
    target: bytes  # of a link


def parse(block: bytes) -> Header:
    """Reads one block of 512 bytes. Raises `Refused`."""
    path, mode, size, mtime, checksum, kind, target, magic, prefix = _FIELDS.unpack(block)
    if magic not in (_USTAR, _GNU) or _sum(block) != _number(checksum):
        raise Refused("it is damaged where the header of a member should be")
    path = _text(path)
    if magic == _USTAR and prefix[0]:  # GNU keeps other things in that field
        path = _text(prefix) + b"/" + path
    return Header(path, _number(mode), _number(size), _number(mtime), kind, _text(target))


def _sum(block: bytes) -> int:
    """The header's checksum: the sum of its bytes, where those of the checksum itself count as spaces.

    The low half of Adler-32 is one more than that sum, modulo 65,521, which half a block cannot reach. This is six
    times faster than `sum`, and there are thousands of headers.
    """
    low = zlib.adler32(block[:256]) & 0xFFFF
    high = zlib.adler32(block[256:]) & 0xFFFF
    return low + high - 2 - sum(block[_CHECKSUM_FIELD]) + 8 * ord(" ")


@lru_cache(maxsize=256)  # most modes and times are the same
def _number(field: bytes) -> int:
    """A number: octal digits, or in base 256 when the first bit is set. Refuses negative numbers."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ")
    if digits.isdigit():  # int() alone would also take signs and underscores
        try:
            return int(digits, 8)
        except ValueError:
            pass
    raise Refused("a number in the header of a member is not one")


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]
