# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the disk does to a tree that is being written; what an archive may do is in test__archive."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.errors import UnsafeArchive
from ansible_collections.standalone.python.plugins.module_utils._archive.tree_writer import TreeWriter

CONTENT = bytes(range(256)) * 100


def add_file(tree: TreeWriter, path: str = "lib/a.py") -> None:
    pieces = [memoryview(CONTENT[:10_000]), memoryview(CONTENT[10_000:])]
    tree.add_file(path, executable=False, mtime=1704067200, content=pieces)


def test_a_write_that_takes_a_part_is_followed_by_one_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[: max(1, len(data) // 2)]))
    with TreeWriter(str(tmp_path)) as tree:
        add_file(tree)
    assert (tmp_path / "lib/a.py").read_bytes() == CONTENT
    assert tree.entries["lib/a.py"].sha256 == hashlib.sha256(CONTENT).hexdigest()


def add_hard_link(tree: TreeWriter) -> None:
    add_file(tree)
    tree.add_hard_link("lib/b.py", "lib/a.py")


def add_link(tree: TreeWriter) -> None:
    add_file(tree)
    tree.add_link("lib/l", "a.py")
    tree.make_links()


def refuse(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("call", "add", "path"),
    [
        ("write", add_file, "lib/a.py"),
        ("fchmod", add_file, "lib"),
        ("mkdir", add_file, "lib"),
        ("mkdir", lambda tree: tree.add_directory("lib/deep"), "lib"),
        ("link", add_hard_link, "lib/b.py"),
        ("symlink", add_link, "lib/l"),
    ],
)
def test_an_error_of_the_disk_names_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, add: Callable[[TreeWriter], object], path: str
) -> None:
    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(OSError, match="No space left on device") as caught, TreeWriter(str(tmp_path)) as tree:
        add(tree)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / path))


@pytest.mark.parametrize("existing", ["gone", "lib", "l"])
def test_a_hard_link_needs_a_file_before_it(tmp_path: Path, existing: str) -> None:
    with TreeWriter(str(tmp_path)) as tree:
        add_file(tree)
        tree.add_link("l", "lib/a.py")
        with pytest.raises(UnsafeArchive) as caught:
            tree.add_hard_link("b", existing)
    assert str(caught.value) == f'entry "b" is a hard link to "{existing}", which is no file before it'


def test_no_handle_stays_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    with TreeWriter(str(tmp_path)) as tree:
        add_file(tree, "a/b/c/d/e.py")
        add_file(tree, "a/x.py")
        tree.add_directory("z/y")
    assert os.listdir("/proc/self/fd") == before
