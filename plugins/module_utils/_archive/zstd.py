# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard decompressed by whatever the host has for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from io import FileIO
from typing import IO, TYPE_CHECKING, Protocol, cast

from .._errors import ArchiveError
from . import zstd_frames
from .errors import Refused

if TYPE_CHECKING:
    import subprocess

_CHUNK_BYTES = 256 * 1024
_SILENCE_S = 60  # the program needs a moment for each chunk


def decompressed(archive: FileIO) -> Generator[bytes, None, None]:
    """The decompressed bytes of `archive`, a file at its start. Raises as `_streams.open_chunks` says."""
    zstd_frames.check(archive)
    archive.seek(0)
    for means in (_by_zstandard, _by_standard_library, _by_program):
        chunks = means(archive)
        if chunks is not None:
            return chunks
    raise ArchiveError(
        f"The archive {os.path.basename(archive.name)} is compressed with zstandard, which this host cannot read. "
        "Install the zstd program or Python's zstandard module on the host, "
        "or choose a flavor that comes as .tar.gz, such as install_only."
    )


def _by_zstandard(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        import zstandard
    except ImportError:
        return None
    decoder = zstandard.ZstdDecompressor(max_window_size=zstd_frames.WINDOW_BYTES)
    return _read_all(decoder.stream_reader(archive, read_across_frames=True), zstandard.ZstdError)


def _by_standard_library(archive: FileIO) -> Generator[bytes, None, None] | None:
    try:
        from compression import zstd  # Python 3.14 and newer
    except ImportError:
        return None
    options = {zstd.DecompressionParameter.window_log_max: zstd_frames.WINDOW_LOG}
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


def _output(zstd: subprocess.Popen[bytes]) -> Generator[bytes, None, None]:
    import select
    from subprocess import TimeoutExpired

    output = cast(IO[bytes], zstd.stdout)  # the type says "or None", for those who ask for no pipe
    while select.select([output], [], [], _SILENCE_S)[0]:
        chunk = output.read(_CHUNK_BYTES)
        if chunk:
            yield chunk
            continue
        with contextlib.suppress(TimeoutExpired):
            zstd.wait(_SILENCE_S)
            return
        break
    raise Refused(f"the program zstd did nothing for {_SILENCE_S} seconds")


def _run(program: str, archive: FileIO) -> Generator[bytes, None, None]:
    import subprocess

    command = [program, "-dcq", f"--long={zstd_frames.WINDOW_LOG}"]
    with subprocess.Popen(  # pylint: disable=ansible-bad-function # no module object, and lists only
        command, stdin=archive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as zstd:
        try:
            yield from _output(zstd)
        finally:
            zstd.kill()  # without effect on one that has ended; else it hangs, or its caller needs no more
    if zstd.returncode != 0:
        raise Refused("its compressed data are damaged")
