# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard, compressed with whatever this machine has for it: one frame, made by one thread, with its size in it.

With the same version of zstandard all of them write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, Any, Optional

from .._archive import libzstd
from .._errors import ArchiveError
from .._os.paths import found_program

# Higher levels need windows of more than 8 MiB, and so more memory on each host.
LEVELS = range(1, 20)

Compress = Callable[[Iterable[bytes], int, "IO[bytes]", int], None]  # chunks, their bytes in all, a file, the level
_Means = Callable[[], Optional[Compress]]

_LEVEL, _CHECKSUM = 100, 201  # ZSTD_c_compressionLevel, ZSTD_c_checksumFlag
_CONTINUE, _END = 0, 2  # ZSTD_EndDirective
_OUTPUT_BYTES = 256 * 1024


def compressor() -> Compress:
    """The first that there is, in the order in which zstandard is read. Raises `ArchiveError` when there is none."""
    for means in _MEANS:
        compress = means()
        if compress:
            return compress
    raise ArchiveError(
        "Nothing on this machine compresses with zstandard, which prepared copies need. Install the C library (package "
        "libzstd1, libzstd or zstd-libs), the program zstd, or Python's module zstandard there."
    )


def _by_library() -> Compress | None:
    try:
        library = libzstd.load()
    except ImportError:
        return None

    def compress(chunks: Iterable[bytes], size_bytes: int, target: IO[bytes], level: int) -> None:
        import ctypes

        library.ZSTD_compressStream2.restype = ctypes.c_size_t
        with libzstd.context_of(library.ZSTD_createCCtx, library.ZSTD_freeCCtx) as context:
            library.ZSTD_CCtx_setParameter(context, _LEVEL, level)
            library.ZSTD_CCtx_setParameter(context, _CHECKSUM, 1)
            library.ZSTD_CCtx_setPledgedSrcSize(context, ctypes.c_ulonglong(size_bytes))
            for packed in _packed(library, context, chunks):
                target.write(packed)

    return compress


def _packed(library: Any, context: Any, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of the frame. Buffers are made once for all chunks."""
    import ctypes

    buffer = libzstd.buffer_type()
    packed = ctypes.create_string_buffer(_OUTPUT_BYTES)
    for chunk, directive in chain(((chunk, _CONTINUE) for chunk in chunks), [(b"", _END)]):
        source = buffer(ctypes.cast(ctypes.c_char_p(chunk), ctypes.c_void_p), len(chunk), 0)
        left = 1
        while source.position < source.size or (directive == _END and left):
            output = buffer(ctypes.addressof(packed), _OUTPUT_BYTES, 0)
            left = library.ZSTD_compressStream2(context, ctypes.byref(output), ctypes.byref(source), directive)
            if library.ZSTD_isError(ctypes.c_size_t(left)):
                raise ArchiveError("The library libzstd could not compress. Run again.")
            yield ctypes.string_at(packed, output.position)


def _by_standard_library() -> Compress | None:
    try:
        from compression import zstd  # Python 3.14 and later
    except ImportError:
        return None

    def compress(chunks: Iterable[bytes], size_bytes: int, target: IO[bytes], level: int) -> None:
        parameter = zstd.CompressionParameter
        packer = zstd.ZstdCompressor(options={parameter.compression_level: level, parameter.checksum_flag: 1})
        packer.set_pledged_input_size(size_bytes)
        for chunk in chunks:
            target.write(packer.compress(chunk))
        target.write(packer.flush())

    return compress


def _by_zstandard() -> Compress | None:
    try:
        import zstandard
    except ImportError:
        return None

    def compress(chunks: Iterable[bytes], size_bytes: int, target: IO[bytes], level: int) -> None:
        packer = zstandard.ZstdCompressor(level=level, write_checksum=True)
        with packer.stream_writer(target, size=size_bytes, closefd=False) as writer:
            for chunk in chunks:
                writer.write(chunk)

    return compress


def _by_program() -> Compress | None:
    program = found_program("zstd")
    if program is None:
        return None

    def compress(chunks: Iterable[bytes], size_bytes: int, target: IO[bytes], level: int) -> None:
        import subprocess

        command = [program, "-qc", f"-{level}", "--single-thread", "--check", f"--stream-size={size_bytes}"]
        # pylint: disable-next=ansible-bad-function # no module object, and lists only
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=target, stderr=subprocess.DEVNULL) as zstd:
            if zstd.stdin:
                with zstd.stdin as stream:
                    for chunk in chunks:
                        stream.write(chunk)
        if zstd.returncode:
            raise ArchiveError(f"The program {program} could not compress and ended with {zstd.returncode}. Run again.")

    return compress


_MEANS: tuple[_Means, ...] = (_by_library, _by_standard_library, _by_zstandard, _by_program)
