# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that grows while it is inflated, and the cases in which that was for nothing."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.decompress import early_decompress
from ansible_collections.standalone.python.plugins.module_utils._archive.errors import UnsafeArchive

CONTENT = os.urandom(300_000) * 2
PACKED = gzip.compress(CONTENT, mtime=0)


def append_slowly(path: Path, data: bytes, pieces: int = 5) -> None:
    size = len(data) // pieces + 1
    for start in range(0, len(data), size):
        with path.open("ab") as stream:
            stream.write(data[start : start + size])
        time.sleep(0.01)


def test_what_comes_bit_by_bit_is_all_there(tmp_path: Path) -> None:
    part = tmp_path / "part"
    with early_decompress(str(part)) as early:
        append_slowly(part, PACKED)
        chunks = early.of_verified(str(part))
        assert chunks is not None
        assert b"".join(chunks) == CONTENT


def test_a_file_that_was_there_before_is_read_from_its_start(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(PACKED[:1000])
    with early_decompress(str(part)) as early:
        append_slowly(part, PACKED[1000:])
        assert b"".join(early.of_verified(str(part)) or ()) == CONTENT


def test_a_download_that_started_over_is_read_again(tmp_path: Path) -> None:
    part = tmp_path / "part"
    with early_decompress(str(part)) as early:
        append_slowly(part, b"\x1f\x8b\x08" + b"x" * 1000)
        part.unlink()
        part.write_bytes(PACKED)
        assert early.of_verified(str(part)) is None


@pytest.mark.parametrize("content", [b"", b"\x1f", b"(\xb5/\xfd" + b"x" * 100, b"<html>"])
def test_what_is_no_gzip_is_read_again(tmp_path: Path, content: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(content)
    with early_decompress(str(part)) as early:
        time.sleep(0.02)
        assert early.of_verified(str(part)) is None


def test_damage_is_reported_to_the_consumer_of_the_chunks(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(PACKED[:-100])
    with early_decompress(str(part)) as early, pytest.raises(UnsafeArchive, match="it breaks off before its end"):
        list(early.of_verified(str(part)) or ())


def test_a_failed_download_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="no luck"), early_decompress(str(tmp_path / "part")):
        raise ValueError("no luck")
    assert threading.active_count() == before


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the peak of memory is read from /proc")
def test_the_memory_is_bounded(tmp_path: Path) -> None:
    """Nobody takes anything of 200 MB, so the thread stops at its bound."""
    part = tmp_path / "part"
    part.write_bytes(gzip.compress(bytes(200_000_000), compresslevel=1))
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
