# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os import processes
from ansible_collections.standalone.python.plugins.module_utils._os.processes import (
    occupied_below,
    running_below,
    running_entries,
)

LINUX_ROOT = sys.platform == "linux" and os.geteuid() == 0


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    directory = tmp_path / "proc"
    directory.mkdir()
    (directory / "self").mkdir()
    return directory


def add_process(proc: Path, pid: int, exe: str, *mapped: str) -> None:
    (proc / str(pid)).mkdir()
    os.symlink(exe, proc / str(pid) / "exe")
    lines = [f"7f00-7f01 r-xp 00000000 fe:00 42      {file}\n" for file in mapped]
    text = "7ffe-7fff rw-p 00000000 00:00 0 \n" + "".join(lines)
    (proc / str(pid) / "maps").write_bytes(text.encode())


def test_running_and_mapping_both_count(tmp_path: Path, proc: Path) -> None:
    store = tmp_path / "my store"
    add_process(proc, 11, f"{store}/a/bin/python3.13")
    add_process(proc, 12, "/usr/bin/nginx", f"{store}/a/lib/libpython3.13.so.1.0")
    add_process(proc, 13, f"{store}/b/bin/python3.13 (deleted)")
    add_process(proc, 14, "/usr/bin/sleep", f"{tmp_path}/my storefront/a")
    add_process(proc, 15, f"{store}/.staging/removed-1/bin/python3.13")
    assert running_entries(str(store), str(proc)) == {"a": (11, 12), "b": (13,)}


def test_no_name_of_a_file_is_taken_for_another_one(tmp_path: Path, proc: Path) -> None:
    store = tmp_path / "store"
    evil = f"/home/user/x{{}}7f00-7f01 r-xp 00000000 fe:00 42      {store}/a/lib/libpython3.13.so.1.0"
    ends = ("\r", "\r\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\\n", "\\012")
    add_process(proc, 11, f"/home/user/x\n{store}/a/bin/python3.13", *map(evil.format, ends))
    (proc / "12\u00b2").mkdir()
    assert running_entries(str(store), str(proc)) == {}


def test_names_that_are_no_utf_8_are_no_error(tmp_path: Path, proc: Path) -> None:
    add_process(proc, 11, "/bin/sh")
    line = b"7f00-7f01 r-xp 00000000 fe:00 42      " + os.fsencode(tmp_path) + b"/store/\xff\r/lib/x.so\n"
    (proc / "11" / "maps").write_bytes(line)
    assert running_entries(str(tmp_path / "store"), str(proc)) == {"\udcff\r": (11,)}


def test_lines_count_wherever_a_piece_of_the_maps_ends(
    tmp_path: Path, proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any user can give a process maps that are larger than the memory of a small host."""
    add_process(proc, 11, "/bin/sh", *(f"{tmp_path}/store/{name}/lib/libpython3.13.so" for name in ("a", "b", "c")))
    for most in range(1, (proc / "11" / "maps").stat().st_size + 1):
        monkeypatch.setattr(processes, "_PIECE_BYTES", most)
        assert running_entries(str(tmp_path / "store"), str(proc)) == {"a": (11,), "b": (11,), "c": (11,)}


def test_any_directory_can_be_asked_for(tmp_path: Path, proc: Path) -> None:
    add_process(proc, 11, f"{tmp_path}/python/bin/python3")
    assert running_below(f"{tmp_path}/python", str(proc)) == {"bin": (11,)}


def test_a_file_of_a_container_with_the_same_name_does_not_count(tmp_path: Path, proc: Path) -> None:
    program = tmp_path / "store" / "a" / "python"
    for root, pid in ((tmp_path / "container", 11), (Path("/"), 12)):
        file = root / str(program).lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        add_process(proc, pid, "/bin/sh", str(program))
        os.symlink(root, proc / str(pid) / "root")
    assert running_entries(str(tmp_path / "store"), str(proc)) == {"a": (12,)}


@pytest.mark.skipif(not LINUX_ROOT, reason="makes a mount namespace: as root on Linux")
def test_a_process_of_another_mount_namespace_does_not_count(tmp_path: Path) -> None:
    for directory in ("store", "image"):
        (tmp_path / directory / "a").mkdir(parents=True)
        shutil.copy("/bin/sleep", tmp_path / directory / "a" / "sleep")
    program = tmp_path / "store" / "a" / "sleep"
    script = f"mount --bind {tmp_path}/image {tmp_path}/store && echo && exec {program} 60"
    with (
        subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdout=subprocess.PIPE) as inside,
        subprocess.Popen([program, "60"]) as here,
    ):
        try:
            assert inside.stdout
            if not inside.stdout.readline():
                pytest.skip("this machine gives no mount namespaces")
            while os.readlink(f"/proc/{inside.pid}/exe") != str(program):
                time.sleep(0.01)
            assert running_entries(str(tmp_path / "store")) == {"a": (here.pid,)}
        finally:
            inside.kill()
            here.kill()


def test_without_proc_nothing_is_known(tmp_path: Path) -> None:
    assert running_entries(str(tmp_path), str(tmp_path / "no-proc")) == {}


def test_being_in_a_directory_occupies_it_and_so_does_running_from_it(
    tmp_path: Path, proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_process(proc, 11, f"{tmp_path}/a/bin/python3.13")
    add_process(proc, 12, "/bin/sh")
    os.symlink(f"{tmp_path}/b", proc / "12" / "cwd")
    add_process(proc, 13, "/bin/sh")
    os.symlink("/", proc / "13" / "cwd")
    assert occupied_below(str(tmp_path), str(proc)) == {"a", "b"}
    monkeypatch.setattr("sys.executable", str(tmp_path / "own" / "bin" / "python3"))
    assert occupied_below(str(tmp_path), str(tmp_path / "no-proc")) == {"own"}
