# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard: the frames of a .tar.zst checked, and decompressed by whatever this host has for it."""

from __future__ import annotations

from collections.abc import Generator
from io import FileIO
from typing import IO, Protocol, cast

from ._errors import ArchiveError
from ._refusal import Refused

MAGIC = b"\x28\xb5\x2f\xfd"

# Full archives are packed at level 22 with a window of this size (BUILDS.md 3.4). Decoders admit 8 MiB of their own.
_WINDOW_LOG = 27
_WINDOW_BYTES = 1 << _WINDOW_LOG
_CHUNK_BYTES = 256 * 1024

# The format: RFC 8878, section 3.1.
_SKIPPABLE_MAGICS = range(0x184D2A50, 0x184D2A60)
_DICTIONARY_ID_BYTES = (0, 1, 2, 4)
_CHECKSUM_BYTES = 4
_RAW, _RUN_LENGTH, _COMPRESSED = 0, 1, 2


def decompressed(archive: FileIO) -> Generator[bytes, None, None]:
    """The decompressed bytes of `archive`, a file at its start. Raises as `_streams.open_chunks` says."""
    check_frames(archive)
    archive.seek(0)
    for means in (_by_zstandard, _by_standard_library, _by_program):
        chunks = means(archive)
        if chunks is not None:
            return chunks
    raise ArchiveError(
        f"The archive {archive.name} is compressed with zstandard, and this host has nothing that reads it. "
        "Install the zstd program or the zstandard module of Python on the host, "
        "or choose a flavor that comes as .tar.gz, such as install_only."
    )


def check_frames(archive: FileIO) -> int | None:
    """Walks over the frames without decompressing: they must be whole, and nothing else may follow.

    Returns the bytes that they decompress to, or None when a frame does not say. Some decoders take the end of the
    file for the end of a frame, so this is where a cut archive is found. Raises `Refused`.
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
            raise Refused("something that does not belong to it follows its end")


def _check_frame(archive: FileIO) -> int | None:
    descriptor = _number(archive, 1)
    single_segment = bool(descriptor & 0x20)
    window_bytes = 0 if single_segment else _window(_number(archive, 1))
    if _number(archive, _DICTIONARY_ID_BYTES[descriptor & 3]):
        raise Refused("it can only be decompressed with a dictionary, which no build needs")
    size_field_bytes = (int(single_segment), 2, 4, 8)[descriptor >> 6]
    size_bytes = _number(archive, size_field_bytes) + (256 if size_field_bytes == 2 else 0)
    if max(window_bytes, size_bytes if single_segment else 0) > _WINDOW_BYTES:
        raise Refused(f"it needs a window of more than {_WINDOW_BYTES >> 20} MiB to be decompressed")
    last = False
    while not last:
        block = _number(archive, 3)
        last, kind = bool(block & 1), block >> 1 & 3
        if kind not in (_RAW, _RUN_LENGTH, _COMPRESSED):
            raise Refused("its compressed data are damaged")
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
        raise Refused("it breaks off before its end")
    return int.from_bytes(field, "little")


def _skip(archive: FileIO, length: int) -> None:
    """Passes over `length` bytes; reads the last of them, since seeking beyond the end is no error."""
    if length:
        archive.seek(length - 1, 1)
        _number(archive, 1)


def _by_zstandard(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        import zstandard
    except ImportError:
        return None
    decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    return _read_all(decoder.stream_reader(archive, read_across_frames=True), zstandard.ZstdError)


def _by_standard_library(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        from compression import zstd  # type: ignore[import-not-found]  # Python 3.14 and newer
    except ImportError:
        return None
    options = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
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
        raise Refused("its compressed data are damaged") from None


def _by_program(archive: FileIO) -> Generator[bytes, None, None] | None:
    import shutil

    program = shutil.which("zstd")
    return None if program is None else _run(program, archive)


def _run(program: str, archive: FileIO) -> Generator[bytes, None, None]:
    import subprocess

    command = [program, "-dcq", f"--long={_WINDOW_LOG}"]
    with subprocess.Popen(command, stdin=archive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0) as zstd:
        output = cast("IO[bytes]", zstd.stdout)  # the type says "or None", for those who ask for no pipe
        while True:
            chunk = output.read(_CHUNK_BYTES)
            if not chunk:
                break
            yield chunk
    # Left early, the program dies of its closed pipe, and nobody is here to ask for its verdict.
    if zstd.returncode != 0:
        raise Refused("its compressed data are damaged")
