# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that grows while it is decompressed, and the cases in which that was for nothing."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import zstd
from ansible_collections.standalone.python.plugins.module_utils._archive.early import early_decompress
from ansible_collections.standalone.python.plugins.module_utils._archive.errors import UnsafeArchive
from tests.support import tar_maker
from tests.support.tar_maker import zst_block

CONTENT = os.urandom(300_000) * 2
PACKED = gzip.compress(CONTENT, mtime=0)
OF_8_MIB, OF_9_MIB = b"\x68", b"\x69"  # how zstandard writes a window


def zst(window: bytes = OF_8_MIB) -> bytes:
    """The content as a frame of zstandard, in blocks that are stored as they are."""
    starts = range(0, len(CONTENT), 100_000)
    blocks = [zst_block(100_000, last=at == starts[-1]) + CONTENT[at : at + 100_000] for at in starts]
    return b"".join([b"\x28\xb5\x2f\xfd", b"\0", window, *blocks])


needs_libzstd = pytest.mark.skipif(zstd.early_decompressor(zst()) is None, reason="libzstd is not on this machine")
EACH_FORMAT = pytest.mark.parametrize(
    "packed", [PACKED, pytest.param(zst(), marks=needs_libzstd)], ids=["gzip", "zstd"]
)


def append_slowly(path: Path, data: bytes, pieces: int = 5) -> None:
    size = len(data) // pieces + 1
    for start in range(0, len(data), size):
        with path.open("ab") as stream:
            stream.write(data[start : start + size])
        time.sleep(0.01)


@EACH_FORMAT
def test_what_comes_bit_by_bit_is_all_there(tmp_path: Path, packed: bytes) -> None:
    part = tmp_path / "part"
    with early_decompress(str(part)) as early:
        append_slowly(part, packed)
        chunks = early.of_verified(str(part))
        assert chunks is not None
        assert b"".join(chunks) == CONTENT


@EACH_FORMAT
def test_a_file_that_was_there_before_is_read_from_its_start(tmp_path: Path, packed: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(packed[:1000])
    with early_decompress(str(part)) as early:
        append_slowly(part, packed[1000:])
        assert b"".join(early.of_verified(str(part)) or ()) == CONTENT


def test_a_download_that_started_over_is_read_again(tmp_path: Path) -> None:
    part = tmp_path / "part"
    with early_decompress(str(part)) as early:
        append_slowly(part, b"\x1f\x8b\x08" + b"x" * 1000)
        part.unlink()
        part.write_bytes(PACKED)
        assert early.of_verified(str(part)) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f", b"\x28\xb5\x2f\xfd", zst(OF_9_MIB), tar_maker.zst(b"of one segment"), b"<html>"],
    ids=["nothing", "start of gzip", "start of zstd", "zstd that needs memory", "zstd without a window", "web page"],
)
def test_what_cannot_be_decompressed_early_is_read_again(tmp_path: Path, content: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(content)
    with early_decompress(str(part)) as early:
        time.sleep(0.02)
        assert early.of_verified(str(part)) is None


def test_without_the_library_zstandard_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    part = tmp_path / "part"
    part.write_bytes(zst())
    with early_decompress(str(part)) as early:
        assert early.of_verified(str(part)) is None


@EACH_FORMAT
def test_damage_is_reported_to_the_consumer_of_the_chunks(tmp_path: Path, packed: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(packed[:-100])
    with early_decompress(str(part)) as early, pytest.raises(UnsafeArchive, match="it breaks off before its end"):
        list(early.of_verified(str(part)) or ())


@needs_libzstd
def test_nothing_of_zstandard_is_used_before_all_frames_are_checked(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(zst() + b"something else")
    with early_decompress(str(part)) as early:
        chunks = early.of_verified(str(part))
        assert chunks is not None
        with pytest.raises(UnsafeArchive, match="something that does not belong to it follows its end"):
            next(chunks)


def test_a_failed_download_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="no luck"), early_decompress(str(tmp_path / "part")):
        raise ValueError("no luck")
    assert threading.active_count() == before


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(bytes(200_000_000), compresslevel=1),
        pytest.param(zst()[:6] + (zst_block(1 << 17, kind=1, last=False) + b"\0") * 1500, marks=needs_libzstd),
    ],
    ids=["gzip", "zstd"],
)
def test_the_memory_is_bounded(tmp_path: Path, packed: bytes) -> None:
    """Nobody takes anything of 200 MB, so the thread stops at its bound."""
    part = tmp_path / "part"
    part.write_bytes(packed)
    program = (
        "import sys, time\n"
        f"from {early_decompress.__module__} import early_decompress\n"
        "with early_decompress(sys.argv[1]): time.sleep(0.5)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    command = [sys.executable, "-c", program, str(part)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    peak_kib = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert int(peak_kib) < 64 * 1024
