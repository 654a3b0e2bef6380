# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive that is decompressed while it is still being downloaded, which hides much of the time that this takes.

Until the digest of the whole archive is verified, the result is only held in memory, and only in part.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from .._os.threads import prefetch
from . import zstd
from .decompress import GZIP_MAGIC, gunzip

_Decompress = Callable[[Callable[[int], bytes]], Generator[bytes, None, None]]  # of what its argument reads

_POLL_S = 0.005
# Times the size of a chunk this is 32 MB, 16 for zstandard: the process has 53 MiB and may have 64. Measured: with 20
# MB a .tar.gz that takes longer to arrive than to inflate is installed 3 to 5 % later.
_CHUNKS_HELD = 64


class EarlyChunks:
    """The decompressed chunks of a part file; `of_verified` returns them once the download is complete."""

    def __init__(self, chunks: Iterator[bytes], part: _GrowingFile) -> None:
        self._chunks = chunks
        self._part = part

    def of_verified(self, path: str) -> Iterator[bytes] | None:
        """The chunks of the complete archive at `path`; None when it has to be read again.

        That is the case when nothing can decompress it early, and when the download started over in another file.
        """
        self._part.finish()
        self._part.is_decided.wait()
        return self._checked(path) if self._part.decompress and self._part.is_file_at(path) else None

    def _checked(self, path: str) -> Iterator[bytes]:
        if self._part.decompress is not gunzip:
            with open(path, "rb", buffering=0) as archive:
                zstd.check(archive)
        yield from self._chunks


@contextmanager
def early_decompress(part_path: str) -> Iterator[EarlyChunks]:
    """Decompress the growing file at `part_path` in the background. Leaving the block ends it."""
    part = _GrowingFile(part_path)
    try:
        with prefetch(_decompressed_early(part), _CHUNKS_HELD) as chunks:
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
        self.is_decided = threading.Event()  # from then on `decompress` is what suits the file, None if nothing does
        self.decompress: _Decompress | None = None

    def start(self, size: int) -> bytes:
        """The first `size` bytes of the file, or all of a shorter one; `read` begins with them, too."""
        start = b""
        while len(start) < size:
            more = self.read(size - len(start))
            if not more:
                break
            start += more
        self._position = 0
        return start

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


def _decompressed_early(part: _GrowingFile) -> Generator[bytes, None, None]:
    try:
        start = part.start(zstd.START_BYTES)
        part.decompress = gunzip if start.startswith(GZIP_MAGIC) else zstd.early_decompressor(start)
    finally:
        part.is_decided.set()
    if part.decompress:
        yield from part.decompress(part.read)
