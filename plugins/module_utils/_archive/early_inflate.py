# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inflates an archive while it is still being downloaded, which hides most of the time that this takes.

Until the digest of the whole archive is verified, the result is only held in memory, and only in part: nothing is
written before that, as without this.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from .decompress import GZIP_MAGIC, gunzip
from .prefetch import prefetch

_POLL_S = 0.005
_CHUNKS_HELD = 40  # times the size of a chunk: 20 MB, which leaves the process well below its bound of 64 MB


class EarlyChunks:
    """The inflated chunks of a part file; `of_verified` returns them once the download is complete."""

    def __init__(self, chunks: Iterator[bytes], part: _GrowingFile) -> None:
        self._chunks = chunks
        self._part = part

    def of_verified(self, path: str) -> Iterator[bytes] | None:
        """The chunks of the complete archive at `path`; None when it has to be read again.

        That is the case when it is no gzip archive, and when the download started over in another file.
        """
        self._part.finish()
        self._part.check_member.wait()
        return self._chunks if self._part.is_gzip and self._part.is_file_at(path) else None


@contextmanager
def early_inflate(part_path: str) -> Iterator[EarlyChunks]:
    """Inflate the growing file at `part_path` in the background. Leaving the block ends it."""
    part = _GrowingFile(part_path)
    try:
        with prefetch(_inflated(part), _CHUNKS_HELD) as chunks:
            try:
                yield EarlyChunks(chunks, part)
            finally:
                part.finish()  # otherwise the thread would wait for ever
    finally:
        part.close()


class _GrowingFile:
    """A file that another process writes. Reading waits for data until `finish` says that it is complete."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._handle: int | None = None
        self._position = 0
        self._finished = threading.Event()
        self.check_member = threading.Event()  # from then on `is_gzip` says what the file is
        self.is_gzip = False

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, and none only at the end of the finished file."""
        while True:
            # In this order, so that nothing that was written before `finish` is missed.
            finished = self._finished.is_set()
            data = self._read_now(size)
            if data or finished:
                self._position += len(data)
                return data
            self._finished.wait(_POLL_S)

    def finish(self) -> None:
        self._finished.set()

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def is_file_at(self, path: str) -> bool:
        return self._handle is not None and os.path.samestat(os.fstat(self._handle), os.stat(path))

    def _read_now(self, size: int) -> bytes:
        if self._handle is None:
            try:
                self._handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
            except FileNotFoundError:  # the download has not begun
                return b""
        return os.pread(self._handle, size, self._position)


def _inflated(part: _GrowingFile) -> Generator[bytes, None, None]:
    try:
        start = _start_of(part)
        part.is_gzip = start == GZIP_MAGIC
    finally:
        part.check_member.set()
    if part.is_gzip:
        yield from gunzip(part.read, start)


def _start_of(part: _GrowingFile) -> bytes:
    start = b""
    while len(start) < len(GZIP_MAGIC):
        more = part.read(len(GZIP_MAGIC) - len(start))
        if not more:
            break
        start += more
    return start
