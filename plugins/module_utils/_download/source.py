# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of an archive: a file of an http(s) server, or of the host's own file system for a mounted mirror."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import unquote, urlsplit

from .._http.errors import TransferFailure
from .._http.options import UrlOptions
from .._http.peer import Body

# The largest builds are about 300 MB. A longer file is no build, and would only fill the disk.
MAX_BYTES = 1024**3
LONGEST_SHOWN = "1 GiB"
_REMEDY = "Mount the directory of the mirror there, or sync the mirror, or correct its path in `mirror`"
_CHUNK_BYTES = 1024 * 1024


@contextmanager
def opened(url: str, options: UrlOptions, offset: int = 0) -> Iterator[Body]:
    """The file at an http(s) or `file` URL, from byte `offset` on if the source can do that.

    Raises `TransferFailure`, also for a file that is longer than any build: a length in a header must not fill the
    disk.
    """
    with _opened(url, options, offset) as body:
        if body.total_bytes is not None and body.total_bytes > MAX_BYTES:
            raise TransferFailure(
                f"it is {body.total_bytes} bytes long by its own account, and no build is longer than {LONGEST_SHOWN}",
                remedy="",
            )
        yield body


def _opened(url: str, options: UrlOptions, offset: int) -> AbstractContextManager[Body]:
    if url.startswith("file:"):
        return _opened_file(url)
    from .._http import client

    return client.opened(url, options=options, offset=offset)


@contextmanager
def _opened_file(url: str) -> Iterator[Body]:
    """The file's content, always from its first byte, since a disk is quick. Raises `TransferFailure`."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise TransferFailure(
            "a file:// URL names a file of this host: write file:///path, with three slashes", remedy=""
        )
    path = unquote(parts.path)
    try:
        file = io.FileIO(path, "rb", opener=open_without_waiting)
    except OSError as error:
        raise _failure(path, error) from error
    except ValueError as error:  # a %00 in the URL
        raise TransferFailure("the path in it holds a character that no file name has", remedy="") from error
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise TransferFailure(f"{path} on this host is no regular file", is_local=True, remedy=_REMEDY)
        yield Body(offset=0, total_bytes=status.st_size, chunks=_chunks(file, path))


def open_without_waiting(path: str, flags: int) -> int:
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
        from .._os.errors import BECOME

        words = f"{path} on this host may not be read by this user"
        return TransferFailure(words, is_local=True, remedy=f"{BECOME}, or make it readable")
    return TransferFailure(f"{path} on this host cannot be read ({error.strerror})", is_local=True, remedy=_REMEDY)
