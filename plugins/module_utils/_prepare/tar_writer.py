# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members as tar headers: plain ustar, with a pax record only for a path that it cannot hold. One way to write each.

The format: POSIX.1-2001, `pax`, "ustar Interchange Format".
"""

from __future__ import annotations

import struct

from .._archive.tar_header import BLOCK_BYTES
from .._archive.tar_reader import Member
from .._errors import ArchiveError

END = bytes(2 * BLOCK_BYTES)

_TYPES = {"file": b"0", "hard link": b"1", "link": b"2", "dir": b"5"}
# name, mode, uid, gid, size, mtime, checksum, type, link target, magic and version, owner, group, device, prefix
_FIELDS = struct.Struct("100s8s8s8s12s12s8sc100s8s32s32s16s155s12x")
_PAX = b"x"
_NAME_BYTES, _PREFIX_BYTES = 100, 155


def header(member: Member) -> bytes:
    """The blocks before the content of a member. Raises `ArchiveError` for one whose time no header can hold."""
    path, target = member.path.encode(), member.target.encode()
    name, prefix = _split(path)
    records = (_record(b"path", path) if name is None else b"") + (
        _record(b"linkpath", target) if len(target) > _NAME_BYTES else b""
    )
    mode = 0o755 if member.executable or member.kind == "dir" else 0o644
    block = _block(name or path[:_NAME_BYTES], mode, member, _TYPES[member.kind], target[:_NAME_BYTES], prefix)
    if not records:
        return block
    extended = Member("file", "", False, len(records), member.mtime, "")
    return _block(b"pax", 0o644, extended, _PAX, b"", b"") + padded(records) + block


def padded(content: bytes) -> bytes:
    """The content with the zeros that fill its last block."""
    return content + bytes(-len(content) % BLOCK_BYTES)


def _split(path: bytes) -> tuple[bytes | None, bytes]:
    """The name and the prefix, which a slash joins; no name for a path that does not fit."""
    if len(path) <= _NAME_BYTES:
        return path, b""
    at = path.find(b"/", len(path) - _NAME_BYTES - 1)
    return (path[at + 1 :], path[:at]) if 0 < at <= _PREFIX_BYTES else (None, b"")


def _block(name: bytes, mode: int, member: Member, kind: bytes, target: bytes, prefix: bytes) -> bytes:
    def block(checksum: bytes) -> bytes:
        return _FIELDS.pack(
            name,
            _octal(mode, 8),
            _octal(0, 8),
            _octal(0, 8),
            _octal(member.size_bytes, 12),
            _octal(member.mtime, 12),
            checksum,
            kind,
            target,
            b"ustar\x0000",
            b"root",
            b"root",
            b"",
            prefix,
        )

    return block(b"%06o\0 " % sum(block(b" " * 8)))


def _octal(number: int, width: int) -> bytes:
    digits = b"%0*o" % (width - 1, number)
    if len(digits) >= width:
        raise ArchiveError(f"No tar header can hold the number {number}, so the archive cannot be packed again.")
    return digits + b"\0"


def _record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while length != len(rest) + len(b"%d" % length):
        length = len(rest) + len(b"%d" % length)
    return b"%d" % length + rest
