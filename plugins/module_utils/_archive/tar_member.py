# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member of a tar archive may be: a small part of what the format can say.

All else is refused, and so is every path that is not plainly one below the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from .errors import Refused, member
from .tar_header import Header

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
_PATH_PART_BYTES = 255  # what file systems allow


@dataclass(frozen=True)
class Limits:
    """Bounds far above any build, so that a bomb ends in a sentence and not in a full disk."""

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
    target: str  # of a link or hard link, as it stands in the archive


def judged(header: Header, limits: Limits) -> Member:
    """The member that a header, extensions applied, stands for. Raises `Refused`."""
    path = _checked_path(header, limits)
    kind = _KINDS.get(header.type)
    if kind is None:
        what = _REFUSED_KINDS.get(header.type, f"of the unknown type {header.type!r}")
        raise Refused(f"{member(path)} is {what}, which no build holds")
    if header.mode & _SPECIAL_BITS:
        raise Refused(f"{member(path)} has mode {header.mode & 0o7777:04o}, whose special bits no build has")
    if kind == "file" and header.size_bytes > limits.file_bytes:
        raise Refused(f"{member(path)} has {header.size_bytes:,} bytes, more than {limits.file_bytes:,}")
    if kind != "file" and header.size_bytes:
        raise Refused(f"{member(path)} is no file, and has {header.size_bytes:,} bytes of content all the same")
    target = "" if kind in ("file", "dir") else _decoded(header.target, f"the target of {member(path)}", limits)
    return Member(kind, path, bool(header.mode & 0o111), header.size_bytes, header.mtime, target)


def _checked_path(header: Header, limits: Limits) -> str:
    path = _decoded(header.path, "the path of a member", limits)
    if header.type == b"5":
        path = path.removesuffix("/")
    parts = path.split("/")
    if path.startswith("/"):
        raise Refused(f"{member(path)} has an absolute path")
    if ".." in parts:
        raise Refused(f"{member(path)} has a path with `..` in it")
    if "" in parts or "." in parts:
        raise Refused(f"{member(path)} has a path with an empty part or a dot for a part")
    if len(parts) > limits.depth:
        raise Refused(f"{member(path)} lies more than {limits.depth} directories deep")
    if len(header.path) > _PATH_PART_BYTES and any(len(part.encode()) > _PATH_PART_BYTES for part in parts):
        raise Refused(f"{member(path)} has a name of more than {_PATH_PART_BYTES} bytes")
    return path


def _decoded(raw: bytes, what: str, limits: Limits) -> str:
    if len(raw) > limits.path_bytes:
        raise Refused(f"{what} is longer than {limits.path_bytes:,} bytes: it begins {ascii(raw[:40])[1:]}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{what} is not UTF-8: {ascii(raw)[1:]}") from None
    if not text.isprintable():
        raise Refused(f"{what} holds a character that is not printable: {ascii(raw)[1:]}")
    return text
