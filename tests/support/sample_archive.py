# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of an archive, and writing them as python-build-standalone does (docs/development/builds.md 3.4).

No directory members, modes 0664 or 0775, owner root, one modification time. Gzip with time 0 over plain ustar;
zstd with a window of 128 MiB over pax.
"""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

MTIME = 1704067200  # 2024-01-01T00:00:00Z, what every release since 20240224 carries
ZSTD_WINDOW_LOG = 27  # 128 MiB, what upstream's level 22 declares


@dataclass(frozen=True)
class Member:
    """A regular file, or a symlink when `link` is not empty. `name` is relative to the Python prefix."""

    name: str
    content: bytes = b""
    link: str = ""
    executable: bool = False


def write_tar_gz(path: Path, members: Iterable[Member], level: int) -> None:
    """Write members as ustar in gzip, with neither a time nor a file name in the gzip header."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as stream:
        _write_tar(cast(IO[bytes], stream), members, tarfile.USTAR_FORMAT)


def write_tar_zst(path: Path, members: Iterable[Member], level: int) -> None:
    """Write members as pax in zstd. Raises `RuntimeError` when nothing here can write zstd."""
    with _zstd_writer(path, level) as stream:
        _write_tar(stream, members, tarfile.PAX_FORMAT)


def _write_tar(stream: IO[bytes], members: Iterable[Member], tar_format: int) -> None:
    with tarfile.open(fileobj=stream, mode="w|", format=tar_format) as tar:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.mtime = MTIME
            info.uname = info.gname = "root"
            if member.link:
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, member.link, 0o777
            else:
                info.size, info.mode = len(member.content), 0o775 if member.executable else 0o664
            tar.addfile(info, io.BytesIO(member.content))


@contextmanager
def _zstd_writer(path: Path, level: int) -> Iterator[IO[bytes]]:
    try:
        import zstandard
    except ImportError:
        with _zstd_program(path, level) as stream:  # pylint: disable=contextmanager-generator-missing-cleanup
            yield stream
        return
    parameters = zstandard.ZstdCompressionParameters.from_level(level, window_log=ZSTD_WINDOW_LOG)
    with path.open("wb") as raw:
        with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(raw, closefd=False) as stream:
            yield stream


@contextmanager
def _zstd_program(path: Path, level: int) -> Iterator[IO[bytes]]:
    program = shutil.which("zstd")
    if program is None:
        raise RuntimeError(
            "A sample of flavor 'full' needs something that writes zstd: install the Python package 'zstandard' "
            "or the program 'zstd'."
        )
    command = [program, "-q", "-c", f"-{level}", f"--long={ZSTD_WINDOW_LOG}"]
    with path.open("wb") as raw, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=raw) as process:
        yield cast(IO[bytes], process.stdin)
    if process.returncode:
        raise RuntimeError(f"{program} ended with status {process.returncode}.")
