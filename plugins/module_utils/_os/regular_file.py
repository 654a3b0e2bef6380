# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the collection's own files, and nothing else that may be found under their names.

A named pipe would block a reader for ever, a device may act when it is opened, a symbolic link points elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat

from .._errors import StoreError

_READ_BYTES = 1024 * 1024
_WITHOUT_WAITING = os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFDIR: "a directory",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# The errors of a file that was swapped meanwhile, or that the disk lost.
_UNREADABLE = (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EIO, errno.ESTALE, getattr(errno, "EUCLEAN", errno.EIO))


def open_regular(file: str, flags: int, mode: int = 0o600) -> int:
    """Open a regular file, which `flags` may create, and return its descriptor.

    Raises `StoreError` for anything else there, `OSError` when it cannot be opened.
    """
    _require_regular(file, _mode_of(file))
    handle = os.open(file, flags | _WITHOUT_WAITING, mode)
    try:
        _require_regular(file, os.fstat(handle).st_mode)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_regular(file: str, *, most_bytes: int) -> bytes:
    """The whole content of a regular file. The buffer is of its size: small hosts have no `most_bytes` to allocate.

    Raises `FileNotFoundError`, and `StoreError` for another kind of file, a larger one, and one that the disk lost.
    """
    try:
        with os.fdopen(open_regular(file, os.O_RDONLY), "rb") as stream:
            content = stream.read(min(most_bytes, os.fstat(stream.fileno()).st_size) + 1)
    except OSError as error:
        if error.errno not in _UNREADABLE:
            raise
        raise StoreError(f"{file} is damaged: it cannot be read ({error.strerror}).") from error
    if len(content) > most_bytes:
        raise StoreError(f"{file} is damaged: it has more than {most_bytes} bytes.")
    return content


def sha256_of(path: str) -> str:
    """The SHA-256 digest of a file, in hexadecimal. Raises `OSError`."""
    hasher = hashlib.sha256()
    with open(path, "rb", buffering=0) as stream:
        add_all(stream, hasher)
    return hasher.hexdigest()


def add_all(stream: io.FileIO, hasher: hashlib._Hash) -> int:
    """Feed everything from the stream's position on to `hasher`, and return the number of bytes."""
    buffer = bytearray(_READ_BYTES)
    view = memoryview(buffer)
    total_bytes = 0
    while count := stream.readinto(buffer):
        hasher.update(view[:count])
        total_bytes += count
    return total_bytes


def _mode_of(file: str) -> int:
    try:
        return os.lstat(file).st_mode
    except FileNotFoundError:
        return stat.S_IFREG


def _require_regular(file: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something unknown")
        raise StoreError(f"{file} is damaged: it is {kind}, and should be a regular file.")
