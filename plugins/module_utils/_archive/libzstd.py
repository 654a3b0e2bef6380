# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C library of zstandard, called through ctypes. Package managers and init systems need it, so most hosts have it.

Only functions that are stable since version 1.4 are used; the interface is that of zstd.h.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import UnsafeArchive

if TYPE_CHECKING:
    from ctypes import CDLL

# macOS searches the current directory for a bare name, so only names with a directory are used there.
_ON_MACOS = tuple(f"{directory}/lib/libzstd.1.dylib" for directory in ("/opt/homebrew", "/usr/local", "/opt/local"))
_ON_LINUX = ("libzstd.so.1",)
_WINDOW_LOG_MAX = 100  # ZSTD_d_windowLogMax
_READ_BYTES = 128 * 1024
_CHUNK_BYTES = 256 * 1024


def load() -> CDLL:
    """The library. Raises `ImportError` with a clause that says why there is none."""
    try:
        import ctypes
    except (ImportError, MemoryError):  # the latter where a policy forbids memory that can be executed
        raise ImportError("its Python has no ctypes, which would call the library libzstd") from None
    for name in _ON_MACOS if sys.platform == "darwin" else _ON_LINUX:
        try:
            if os.path.isabs(name) and os.stat(name).st_uid not in (0, os.geteuid()):
                continue  # its owner would run code as this user
            library = ctypes.CDLL(name)
            library.ZSTD_DCtx_setParameter.restype = ctypes.c_size_t
        except (OSError, AttributeError):  # the latter for an older version
            continue
        return library
    raise ImportError("it has no library libzstd 1.4 or newer")


def buffer_type() -> Any:
    """The structure ZSTD_inBuffer or ZSTD_outBuffer: both are an address, a size and a position."""
    import ctypes

    class Buffer(ctypes.Structure):
        _fields_ = (("address", ctypes.c_void_p), ("size", ctypes.c_size_t), ("position", ctypes.c_size_t))

    return Buffer


@contextmanager
def context_of(create: Any, free: Any) -> Iterator[Any]:
    """A context of the library, made and freed by these functions of it. Raises `MemoryError`."""
    import ctypes

    create.restype = ctypes.c_void_p
    context = ctypes.c_void_p(create())
    if not context:
        raise MemoryError
    try:
        yield context
    finally:
        free(context)


def decompressed(library: CDLL, read: Callable[[int], bytes], window_log: int) -> Generator[bytes, None, None]:
    """The decompressed bytes of all frames. The memory of the library is freed when the generator ends or is closed.

    `read(size)` returns up to `size` bytes, and none at the end.
    """
    import ctypes

    library.ZSTD_decompressStream.restype = ctypes.c_size_t
    with context_of(library.ZSTD_createDCtx, library.ZSTD_freeDCtx) as context:
        library.ZSTD_DCtx_setParameter(context, _WINDOW_LOG_MAX, window_log)
        yield from _stream(library, context, read)


def _stream(library: CDLL, context: Any, read: Callable[[int], bytes]) -> Generator[bytes, None, None]:
    import ctypes

    plain = ctypes.create_string_buffer(_CHUNK_BYTES)
    buffer = buffer_type()
    source = buffer(None, 0, 0)
    target = buffer(ctypes.addressof(plain), _CHUNK_BYTES, 0)
    missing = 0  # 0 after the end of a frame; else a hint at what should follow
    while True:
        # Within a frame, a full target means that there may be more without further input.
        if source.position == source.size and (target.position < target.size or not missing):
            packed = read(_READ_BYTES)
            if not packed:
                break
            source = buffer(ctypes.cast(ctypes.c_char_p(packed), ctypes.c_void_p), len(packed), 0)
        target.position = 0
        missing = library.ZSTD_decompressStream(context, ctypes.byref(target), ctypes.byref(source))
        if library.ZSTD_isError(ctypes.c_size_t(missing)):
            raise UnsafeArchive("its compressed data are damaged")
        if target.position:
            yield ctypes.string_at(plain, target.position)
    if missing:
        raise UnsafeArchive("it breaks off before its end")
