# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.threads import with_stack_size

# As on a host with musl. Each call of `deep` nests one in C, and takes some hundred bytes of the stack.
ON_MUSL = """
import threading
threading.stack_size(128 * 1024)
from ansible_collections.standalone.python.plugins.module_utils._os import sync as _sync
from ansible_collections.standalone.python.plugins.module_utils._archive.prefetch import prefetch

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

_sync.sync_file_system = sync_file_system
with _sync.early_writeback("/"):
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
