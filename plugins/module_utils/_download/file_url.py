# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the file of a `file://` URL from the host's own file system, for a mirror that is mounted there."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from .._http.transfer import Body, TransferFailure
from .._os.errors import BECOME

_REMEDY = "Mount the directory of the mirror there, or sync the mirror, or correct its path in `mirror`"
_CHUNK_BYTES = 1024 * 1024


@contextmanager
def opened(url: str) -> Iterator[Body]:
    """The file's content, always from its first byte, since a disk is quick. Raises `TransferFailure`."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise TransferFailure(
            "a file:// URL names a file of this host: write file:///path, with three slashes", remedy=""
        )
    path = unquote(parts.path)
    try:
        file = io.FileIO(path, "rb", opener=_open_without_waiting)
    except OSError as error:
        raise _failure(path, error) from error
    except ValueError as error:  # a %00 in the URL
        raise TransferFailure("the path in it holds a character that no file name has", remedy="") from error
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise TransferFailure(f"{path} on this host is no regular file", is_local=True, remedy=_REMEDY)
        yield Body(offset=0, total_bytes=status.st_size, chunks=_chunks(file, path))


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file without waiting for the other end of a named pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _chunks(file: io.FileIO, path: str) -> Iterator[memoryview]:
    buffer = bytearray(_CHUNK_BYTES)
    while True:
        try:
            count = file.readinto(buffer)
        except OSError as error:
            raise _failure(path, error) from error
        if not count:
            return
        yield memoryview(buffer)[:count]


def _failure(path: str, error: OSError) -> TransferFailure:
    if isinstance(error, FileNotFoundError):
        return TransferFailure(f"there is no file {path} on this host", is_local=True, remedy=_REMEDY)
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        words = f"{path} on this host may not be read by this user"
        return TransferFailure(words, is_local=True, remedy=f"{BECOME}, or make it readable")
    return TransferFailure(f"{path} on this host cannot be read ({error.strerror})", is_local=True, remedy=_REMEDY)
