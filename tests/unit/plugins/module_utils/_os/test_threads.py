# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ctypes
import errno
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os import threads
from ansible_collections.standalone.python.plugins.module_utils._os.threads import prefetch, with_stack_size

# As on a host with musl. Each call of `deep` nests one in C, and takes some hundred bytes of the stack.
ON_MUSL = """
import threading
threading.stack_size(128 * 1024)
from ansible_collections.standalone.python.plugins.module_utils._os import threads
from ansible_collections.standalone.python.plugins.module_utils._os.threads import prefetch

def deep(left):
    return left and max([left - 1, 0], key=deep)

def chunks():
    deep(400)
    yield b"chunk"
"""
USES = {
    "prefetch": """
with prefetch(chunks()) as ahead:
    print(*ahead)
""",
    "early_writeback": """
ended = threading.Event()

def sync_file_system(directory):
    deep(400)
    ended.set()

threads.sync_file_system = sync_file_system
with threads.early_writeback("/"):
    ended.wait()
print(b"chunk")
""",
}


@pytest.mark.parametrize("use", USES)
def test_a_thread_has_room_where_it_has_little_by_default(use: str) -> None:
    command = [sys.executable, "-c", ON_MUSL + USES[use]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": ":".join(sys.path)})
    assert (done.returncode, done.stdout) == (0, "b'chunk'\n"), done.stderr


def test_other_threads_of_the_process_keep_their_size() -> None:
    threading.stack_size(1 << 18)
    with with_stack_size():
        pass
    assert threading.stack_size() == 1 << 18  # and asking sets it back to the default


def endless(log: list[str]) -> Iterator[bytes]:
    try:
        while True:
            yield b"chunk"
    finally:
        log.append("closed")


def failing() -> Iterator[bytes]:
    yield b"chunk"
    raise KeyError("inside")


def test_chunks_arrive_in_order() -> None:
    with prefetch(b"%d" % number for number in range(1000)) as chunks:
        assert list(chunks) == [b"%d" % number for number in range(1000)]


def test_leaving_early_ends_the_thread_and_closes_the_source() -> None:
    log: list[str] = []
    with prefetch(endless(log)) as chunks:
        assert next(chunks) == b"chunk"
    assert log == ["closed"]
    assert threading.active_count() == 1


def test_an_error_in_the_thread_is_raised_where_the_chunks_are_used() -> None:
    with pytest.raises(KeyError, match="inside"), prefetch(failing()) as chunks:
        assert list(chunks) == []
    assert threading.active_count() == 1


def c_library(monkeypatch: pytest.MonkeyPatch, **functions: object) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: SimpleNamespace(**functions))


def failing_syncfs(_handle: int) -> int:
    ctypes.set_errno(errno.EIO)
    return -1


class TestEarlyWriteback:
    def test_it_goes_on_until_the_block_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        times: list[float] = []
        monkeypatch.setattr(threads, "sync_file_system", lambda directory: times.append(time.monotonic()))
        with threads.early_writeback(str(tmp_path)):
            while len(times) < 2:
                time.sleep(0.01)
        ended = time.monotonic()
        time.sleep(0.1)
        assert max(times) <= ended

    def test_its_own_errors_are_passed_over_and_those_of_the_block_are_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        c_library(monkeypatch, syncfs=failing_syncfs)
        with threads.early_writeback(str(tmp_path)):
            time.sleep(0.1)
        with pytest.raises(KeyError), threads.early_writeback(str(tmp_path)):
            raise KeyError
        assert "early-writeback" not in {thread.name for thread in threading.enumerate()}
