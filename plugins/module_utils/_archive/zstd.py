# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard, decompressed with whatever the host has for it, and its frames, measured without decompressing.

The format: RFC 8878, section 3.1.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator
from io import FileIO
from typing import IO, TYPE_CHECKING, Protocol, cast

from .._errors import ArchiveError
from .._os.paths import found_program
from . import libzstd
from .errors import UnsafeArchive

if TYPE_CHECKING:
    import subprocess


MAGIC = b"\x28\xb5\x2f\xfd"

# Full archives are packed at level 22 with a window of this size (docs/development/builds.md 3.4). By default
# decoders allow 8 MiB.
WINDOW_LOG = 27
WINDOW_BYTES = 1 << WINDOW_LOG

START_BYTES = 6  # of a file: the magic number, what the frame's header has, and its window
_SMALL_WINDOW_BYTES = 8 << 20  # prepared copies need no larger one

_SKIPPABLE_MAGICS = range(0x184D2A50, 0x184D2A60)
_DICTIONARY_ID_BYTES = (0, 1, 2, 4)
_CHECKSUM_BYTES = 4
_RAW, _RUN_LENGTH, _COMPRESSED = 0, 1, 2


def check(archive: FileIO) -> int | None:
    """The bytes that all frames together decompress to; None when one of them does not say.

    Raises `UnsafeArchive` when a frame is incomplete, when other data follow, and when a frame needs more memory than a
    build's does. Some decoders treat the end of the file as the end of a frame, so a truncated archive is found here.
    """
    archive.seek(0)
    sizes: list[int | None] = []
    while True:
        magic = archive.read(len(MAGIC))
        if not magic:
            return None if None in sizes else sum(size for size in sizes if size is not None)
        if magic == MAGIC:
            sizes.append(_check_frame(archive))
        elif len(magic) == len(MAGIC) and int.from_bytes(magic, "little") in _SKIPPABLE_MAGICS:
            _skip(archive, _number(archive, 4))
        else:
            raise UnsafeArchive("something that does not belong to it follows its end")


def _check_frame(archive: FileIO) -> int | None:
    descriptor = _number(archive, 1)
    single_segment = bool(descriptor & 0x20)
    window_bytes = 0 if single_segment else _window(_number(archive, 1))
    if _number(archive, _DICTIONARY_ID_BYTES[descriptor & 3]):
        raise UnsafeArchive("it can only be decompressed with a dictionary, which no build needs")
    size_field_bytes = (int(single_segment), 2, 4, 8)[descriptor >> 6]
    size_bytes = _number(archive, size_field_bytes) + (256 if size_field_bytes == 2 else 0)
    if max(window_bytes, size_bytes if single_segment else 0) > WINDOW_BYTES:
        raise UnsafeArchive(f"it needs a window of more than {WINDOW_BYTES >> 20} MiB to be decompressed")
    last = False
    while not last:
        block = _number(archive, 3)
        last, kind = bool(block & 1), block >> 1 & 3
        if kind not in (_RAW, _RUN_LENGTH, _COMPRESSED):
            raise UnsafeArchive("its compressed data are damaged")
        _skip(archive, 1 if kind == _RUN_LENGTH else block >> 3)
    if descriptor & 4:
        _skip(archive, _CHECKSUM_BYTES)
    return size_bytes if size_field_bytes else None


def _window(descriptor: int) -> int:
    base = 1 << 10 + (descriptor >> 3)
    return base + (base >> 3) * (descriptor & 7)


def _number(archive: FileIO, length: int) -> int:
    field = archive.read(length)
    if len(field) < length:
        raise UnsafeArchive("it breaks off before its end")
    return int.from_bytes(field, "little")


def _skip(archive: FileIO, length: int) -> None:
    """Skip `length` bytes; read the last of them, since seeking beyond the end is no error."""
    if length:
        archive.seek(length - 1, 1)
        _number(archive, 1)


_CHUNK_BYTES = 256 * 1024
_SILENCE_S = 60  # the program needs a moment for each chunk


def decompressed(archive: FileIO) -> Generator[bytes, None, None]:
    """The decompressed bytes of `archive`, a file at its start. Raises as `decompress.open_chunks` does.

    The library is as fast as the two modules, and its import takes 4 ms of processor time where that of the package
    zstandard takes 20. The program takes twice their time (of 86 MB).
    """
    check(archive)
    archive.seek(0)
    for means in (_by_library, _by_standard_library, _by_zstandard, _by_program):
        chunks = means(archive)
        if chunks is not None:
            return chunks
    raise _unreadable(archive.name)


def early_decompressor(start: bytes) -> Callable[[Callable[[int], bytes]], Generator[bytes, None, None]] | None:
    """What decompresses a file that begins with `start` and is not complete yet; its argument reads it.

    None if it is not zstandard, may need much memory before its digest is known, or if there is no library.
    """
    if len(start) < START_BYTES or not start.startswith(MAGIC):
        return None
    is_single_segment = start[4] & 0x20
    if is_single_segment or _window(start[5]) > _SMALL_WINDOW_BYTES:
        return None
    try:
        library = libzstd.load()
    except ImportError:
        return None
    return lambda read: libzstd.decompressed(library, read, WINDOW_LOG)


def require_reader(archive: str) -> None:
    """Raise `ArchiveError` when the host has nothing that decompresses. `archive` is the path or name of a file."""
    if not can_read():
        raise _unreadable(archive)


def can_read() -> bool:
    """Whether the host has something that decompresses."""
    has_module = _has_module("zstandard") or _has_module("compression.zstd")
    return bool(has_module or found_program("zstd") or _why_no_library() is None)


def _has_module(name: str) -> bool:
    from importlib.util import find_spec

    with contextlib.suppress(ImportError):  # of its package
        return find_spec(name) is not None
    return False


def _why_no_library() -> str | None:
    try:
        libzstd.load()
    except ImportError as error:
        return str(error)
    return None


def _unreadable(archive: str) -> ArchiveError:
    return ArchiveError(
        f"The archive {os.path.basename(archive)} is compressed with zstandard, which this host cannot read: "
        f"{_why_no_library()}, no Python module zstandard or compression.zstd, and no program zstd. Install the "
        "package libzstd1, libzstd, zstd-libs or zstd, or choose a flavor that comes as .tar.gz, such as install_only."
    )


def _by_library(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        return libzstd.decompressed(libzstd.load(), archive.read, WINDOW_LOG)
    except ImportError:
        return None


def _by_zstandard(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        import zstandard
    except ImportError:
        return None
    decoder = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
    return _read_all(decoder.stream_reader(archive, read_across_frames=True), zstandard.ZstdError)


def _by_standard_library(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        from compression import zstd  # Python 3.14 and later
    except ImportError:
        return None
    options = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    return _read_all(zstd.ZstdFile(archive, options=options), zstd.ZstdError)


class _Reader(Protocol):
    def read(self, size: int) -> bytes: ...


def _read_all(reader: _Reader, damage: type[Exception]) -> Generator[bytes, None, None]:
    try:
        while True:
            chunk = reader.read(_CHUNK_BYTES)
            if not chunk:
                return
            yield chunk
    except damage:
        raise UnsafeArchive("its compressed data are damaged") from None


def _by_program(archive: FileIO) -> Generator[bytes, None, None] | None:
    program = found_program("zstd")
    return None if program is None else _run(program, archive)


def _output(zstd: subprocess.Popen[bytes]) -> Generator[bytes, None, None]:
    import select
    from subprocess import TimeoutExpired

    output = cast(IO[bytes], zstd.stdout)  # the type includes None, for calls without a pipe
    while select.select([output], [], [], _SILENCE_S)[0]:
        chunk = output.read(_CHUNK_BYTES)
        if chunk:
            yield chunk
            continue
        with contextlib.suppress(TimeoutExpired):
            zstd.wait(_SILENCE_S)
            return
        break
    raise UnsafeArchive(f"the program zstd did nothing for {_SILENCE_S} seconds")


def _run(program: str, archive: FileIO) -> Generator[bytes, None, None]:
    import subprocess

    command = [program, "-dcq", f"--long={WINDOW_LOG}"]
    with subprocess.Popen(  # pylint: disable=ansible-bad-function # no module object, and lists only
        command, stdin=archive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as zstd:
        try:
            yield from _output(zstd)
        finally:
            zstd.kill()  # no effect if it has ended; otherwise it hangs, or the caller needs no more
    if zstd.returncode != 0:
        raise UnsafeArchive("its compressed data are damaged")
