# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tar archives made byte by byte, with the standard library only, so that every field can be wrong on purpose."""

from __future__ import annotations

import gzip
from typing import Union

Text = Union[str, bytes]

BLOCK_BYTES = 512
END = bytes(2 * BLOCK_BYTES)
USTAR, GNU = b"ustar\x0000", b"ustar  \x00"
FILE, HARD_LINK, LINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO = b"0", b"1", b"2", b"3", b"4", b"5", b"6"
PAX, PAX_GLOBAL, GNU_PATH, GNU_TARGET = b"x", b"g", b"L", b"K"

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_RAW_BLOCK_BYTES = 128 * 1024


def member(
    path: Text,
    content: bytes = b"",
    *,
    kind: bytes = FILE,
    target: Text = b"",
    mode: int = 0o664,
    mtime: int = 1704067200,
    size: int | bytes | None = None,
    checksum: int | None = None,
    magic: bytes = USTAR,
    prefix: Text = b"",
) -> bytes:
    """Header and padded content. `size` as bytes is the field itself; otherwise it defaults to that of the content."""
    size_field = size if isinstance(size, bytes) else b"%011o\0" % (len(content) if size is None else size)
    header = b"".join(
        (
            _raw(path).ljust(100, b"\0"),
            b"%07o\0" % mode,
            b"%07o\0" % 0,
            b"%07o\0" % 0,
            size_field.ljust(12, b"\0"),
            b"%011o\0" % mtime,
            b" " * 8,
            kind,
            _raw(target).ljust(100, b"\0"),
            magic,
            b"root".ljust(32, b"\0") * 2,
            b"%07o\0" % 0 * 2,
            _raw(prefix).ljust(155, b"\0"),
            bytes(12),
        )
    )
    total = sum(header) if checksum is None else checksum
    return header[:148] + b"%06o\0 " % total + header[156:] + _padded(content)


def link(path: Text, target: Text) -> bytes:
    return member(path, kind=LINK, target=target, mode=0o777)


def hard_link(path: Text, target: Text) -> bytes:
    return member(path, kind=HARD_LINK, target=target)


def directory(path: Text, mode: int = 0o775) -> bytes:
    return member(path, kind=DIRECTORY, mode=mode)


def pax(*records: tuple[str, Text], kind: bytes = PAX) -> bytes:
    """An extended header with these records, in this order."""
    return member("PaxHeaders/0", b"".join(_pax_record(key, _raw(value)) for key, value in records), kind=kind)


def gnu_name(name: Text, kind: bytes = GNU_PATH) -> bytes:
    return member("././@LongLink", _raw(name) + b"\0", kind=kind, magic=GNU)


def gz(*members: bytes, end: bytes = END) -> bytes:
    """A .tar.gz of these members."""
    return gzip.compress(b"".join(members) + end, mtime=0)


def zst(*members: bytes, end: bytes = END) -> bytes:
    """A .tar.zst of these members: one frame, whose blocks are stored as they are."""
    content = b"".join(members) + end
    blocks = [content[at : at + _ZSTD_RAW_BLOCK_BYTES] for at in range(0, len(content), _ZSTD_RAW_BLOCK_BYTES)]
    single_segment_size_of_8_bytes = b"\xe0"
    frame = [_ZSTD_MAGIC, single_segment_size_of_8_bytes, len(content).to_bytes(8, "little")]
    for number, block in enumerate(blocks, start=1):
        frame += [zst_block(len(block), last=number == len(blocks)), block]
    return b"".join(frame)


def zst_block(size: int, *, last: bool = True, kind: int = 0) -> bytes:
    """The header of a block of a zstandard frame."""
    return (size << 3 | kind << 1 | int(last)).to_bytes(3, "little")


def _pax_record(key: str, value: bytes) -> bytes:
    rest = b" " + key.encode() + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % BLOCK_BYTES)


def _raw(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text
