# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories and files of the controller that nobody but this user and root can have changed.

The caches hold digests, addresses and verdicts that later runs believe. So every directory on the way to a cache is
checked before anything in it is used, and every file when it is opened. Once a directory has passed, no other user can
replace it or its content, and names below it are safe to use.

A file can end in the checksum of the rest, so that a flipped bit or a lost page is found before use: SQLite ignores
what follows its last page. The checksum detects accidents, not forgery. Measured: 3 ms for the 6 MB of all public
releases.
"""

from __future__ import annotations

import errno
import mmap
import os
import stat
import zlib
from collections import deque

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS = 40  # as many as Linux follows
# Follow no symlink, wait for no FIFO, and make no terminal the controlling one.
_WITHOUT_FOLLOWING = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_NOT_OPENED_AS_FILE = frozenset({errno.ELOOP, errno.EMLINK, errno.ENXIO})  # a symlink, also on FreeBSD; a socket


class Untrusted(OSError):
    """Another user may have written a directory or file. `strerror` says why, and `filename` which."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(errno.EPERM, reason, path)


def private_directory(path: str) -> str:
    """Create the directory and its parents where they are missing, and return its path without symlinks.

    The directory must belong to this user or root, and no one else may write there. The same holds for each directory
    on the way, except that one with the sticky bit, such as /tmp, may be writable for all: only its owner can rename
    an entry there. A symlink on the way is followed if it belongs to this user or root, and its target is checked
    likewise. Raises `OSError`, and its subclass `Untrusted` when a check fails.
    """
    current, links = "/", 0
    names = deque(os.path.join(os.getcwd(), path).split("/"))
    _require_owner(current, os.lstat(current))
    while names:
        name = names.popleft()
        if name in ("", "."):
            continue
        if name == "..":
            current = os.path.dirname(current)
            continue
        here = os.path.join(current, name)
        _require_closed(current, os.lstat(current), sticky_is_enough=True)
        status = _made(here)
        _require_owner(here, status)
        if not stat.S_ISLNK(status.st_mode):
            current = here
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        target = os.readlink(here)
        current = "/" if target.startswith("/") else current
        names.extendleft(reversed(target.split("/")))
    _require_closed(current, os.lstat(current), sticky_is_enough=False)
    return current


def open_private(path: str) -> int:
    """Open a file of a private directory for reading and writing, readable for this user only; created if missing.

    A symlink, FIFO, socket or device of that name is removed, and so is a file that another user may have written.
    Raises `OSError`.
    """
    for _attempt in range(3):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _WITHOUT_FOLLOWING, 0o600)
        except OSError as error:
            if error.errno not in _NOT_OPENED_AS_FILE:
                raise
        else:
            if is_private_file(os.fstat(descriptor)):
                return descriptor
            os.close(descriptor)
        remove_file(path)
    raise Untrusted(path, "is exchanged again and again by another process")


def read_private(path: str, most_bytes: int) -> bytes:
    """The content of a private file, of at most `most_bytes`. Raises `OSError`; `Untrusted` for any other file."""
    with os.fdopen(open_to_read(path), "rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise Untrusted(path, f"is larger than {most_bytes} bytes")
    return content


def open_to_read(path: str) -> int:
    """Open a private file for reading and return its descriptor. Raises `OSError`; `Untrusted` for any other file."""
    descriptor = os.open(path, os.O_RDONLY | _WITHOUT_FOLLOWING)
    if not is_private_file(os.fstat(descriptor)):
        os.close(descriptor)
        raise Untrusted(path, "is no file that this user wrote")
    return descriptor


def write_private(path: str, content: bytes) -> None:
    """Replace the content of a file in a private directory atomically. Raises `OSError`."""
    new = path + ".new"
    descriptor = open_private(new)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content, 0)
    finally:
        os.close(descriptor)
    os.replace(new, path)


def has_private_file(path: str) -> bool:
    """Whether the path is a regular file, not a symlink, that only this user or root can have written."""
    try:
        return is_private_file(os.lstat(path))
    except OSError:
        return False


def is_private_file(status: os.stat_result) -> bool:
    """Whether this is a regular file of this user or root that nobody else may write to."""
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_uid in (0, os.geteuid())
        and not stat.S_IMODE(status.st_mode) & _OTHERS_MAY_WRITE
    )


def remove_file(path: str) -> None:
    """Remove the file, or the symlink but not its target; a missing one is fine. Raises `OSError`."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _made(path: str) -> os.stat_result:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except OSError:
        if not os.path.lexists(path):  # else it exists, on a read-only file system
            raise
    return os.lstat(path)


def _require_owner(path: str, status: os.stat_result) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise Untrusted(path, f"belongs to another user (number {status.st_uid})")
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)


def _require_closed(path: str, status: os.stat_result, *, sticky_is_enough: bool) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not mode & _OTHERS_MAY_WRITE or (sticky_is_enough and mode & stat.S_ISVTX):
        return
    if mode & stat.S_IWOTH or not _is_group_of_one(status) or _has_access_list(path):
        raise Untrusted(path, f"is writable for other users (mode {mode:04o})")


def _is_group_of_one(status: os.stat_result) -> bool:
    """Whether the group that may write is the private group of this user, as many distributions create one for each.

    With their umask 002, directories such as ~/.cache are writable for that group. Root has no such group.
    """
    import grp
    import pwd

    user_id = os.geteuid()
    if user_id == 0 or status.st_uid != user_id:
        return False
    try:
        user, group = pwd.getpwuid(user_id), grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    return group.gr_name == user.pw_name and group.gr_gid == user.pw_gid and set(group.gr_mem) <= {user.pw_name}


def _has_access_list(path: str) -> bool:
    """Whether an ACL gives other users rights, which the mode shows as those of the group."""
    try:
        return bool(os.getxattr(path, "system.posix_acl_access", follow_symlinks=False))
    except (AttributeError, OSError):  # not on macOS, nor on each file system
        return False


_MARK = b"\nsealed:"
_LENGTH = len(_MARK) + 8


def seal(path: str) -> None:
    """Append the checksum. Raises `OSError`, and `ValueError` for an empty file."""
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        checksum = zlib.crc32(content)
        file.seek(0, os.SEEK_END)
        file.write(_MARK + b"%08x" % checksum)


def require_sealed(path: str) -> None:
    """Raise `Untrusted` for a file that is damaged, was never sealed or is not private. Raises `OSError`."""
    descriptor = open_to_read(path)
    with os.fdopen(descriptor, "rb"):
        if os.fstat(descriptor).st_size <= _LENGTH:
            raise Untrusted(path, "is damaged")
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            expected = _MARK + b"%08x" % zlib.crc32(view[:-_LENGTH])
            if view[-_LENGTH:] != expected:
                raise Untrusted(path, "is damaged")
