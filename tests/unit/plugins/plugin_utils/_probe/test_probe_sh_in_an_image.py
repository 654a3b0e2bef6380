# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""probe.sh with `root`: everything is found where the system in it will find it, whatever its links say."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.images import make_root
from tests.support.probe_runs import RECEIPT, SHELLS, age, ask, install, make_build, shell_cases

PATH, STORE = Path("/opt/python/3.13"), Path("/opt/python/.builds")

each_shell = pytest.mark.parametrize("shell", SHELLS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "an image")


def place(root: Path, path: Path = PATH) -> Path:
    return root / str(path).lstrip("/")


def install_in(root: Path) -> Path:
    place(root).parent.mkdir(parents=True)
    build = install(place(root))
    os.utime(build / ".build.json", ns=(time.time_ns(), time.time_ns()))
    return build


@each_shell
def test_an_empty_image(root: Path, shell: str) -> None:
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.path_kind, probe.entry, probe.receipts, probe.has_root) == ("absent", None, {}, True)
    assert (probe.nearest_to_path.path, probe.nearest_to_store.path) == (str(root), str(root))
    assert (probe.nearest_to_path.is_directory, probe.nearest_to_store.is_writable) == (True, True)


DATA = ("/data", "data", "../../../../../../data", "//data/.", "/etc/../data/")


@pytest.mark.parametrize(("shell", "target"), shell_cases(DATA, DATA[-1:] + DATA[2:3]))
def test_links_of_the_image_stay_in_it(root: Path, shell: str, target: str) -> None:
    (root / "opt").symlink_to(target)
    (root / "data" / "python").mkdir(parents=True)
    install(root / "data/python/3.13")
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.path_kind, probe.entry, probe.receipts) == ("link", "a", {"a": RECEIPT})
    assert (probe.link_target, probe.target_exists, probe.newer) == (".builds/a", True, None)
    assert probe.nearest_to_path.path == str(root / "data/python")


@each_shell
def test_an_absolute_link_at_the_path_points_to_the_image(root: Path, shell: str) -> None:
    make_build(place(root, STORE), "a")
    place(root).symlink_to(STORE / "a")
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.entry, probe.target_exists) == ("a", True)


@each_shell
def test_a_link_out_of_the_image_leads_nowhere(root: Path, tmp_path: Path, shell: str) -> None:
    outside = install(tmp_path / "3.13")
    place(root).parent.mkdir(parents=True)
    place(root).symlink_to(outside)
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.path_kind, probe.entry, probe.target_exists) == ("link", None, False)


@each_shell
def test_links_in_circles_come_to_an_end(root: Path, shell: str) -> None:
    (root / "opt").symlink_to("/opt")
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.in_circles, probe.path_kind) == ("/opt/python", "absent")


@each_shell
def test_a_receipt_of_long_ago_is_trusted(root: Path, shell: str) -> None:
    build = install_in(root)
    for item in (*build.rglob("*"), build):
        os.utime(item, (1000, 1000), follow_symlinks=False)
    time.sleep(0.02)
    os.utime(build / ".build.json", (1000, 1000))
    assert ask(PATH, STORE, root=root, shell=shell).newer is None
    age(build / "lib/os.py")
    assert ask(PATH, STORE, root=root, shell=shell).newer == "lib/os.py"
    assert ask(place(root), place(root, STORE), shell=shell).newer is not None  # booted, it has to be looked at once


@each_shell
def test_a_change_that_hides_its_time_is_seen(root: Path, shell: str) -> None:
    if shell.startswith("busybox"):
        pytest.skip("busybox's find knows no ctimes")
    build = install_in(root)
    time.sleep(0.02)
    (build / "lib/os.py").chmod(0o600)
    assert ask(PATH, STORE, root=root, shell=shell).newer == "lib/os.py"


@each_shell
def test_a_windows_build_needs_no_bin(root: Path, shell: str) -> None:
    build = install_in(root)
    (build / "bin" / "python").unlink()
    (build / "python.exe").touch()
    age(build / ".build.json")
    os.utime(build / ".build.json", (time.time() + 5, time.time() + 5))
    assert ask(PATH, STORE, root=root, shell=shell).newer is None


def test_processes_of_a_chroot_count(root: Path) -> None:
    build = install_in(root)
    make_build(place(root, STORE), "b")
    process = subprocess.Popen([str(build / "bin" / "python3"), "60"])
    try:
        deadline = time.monotonic() + 10
        while not os.readlink(f"/proc/{process.pid}/exe").endswith("/python3"):
            assert time.monotonic() < deadline
        assert ask(PATH, STORE, root=root).running == {"a": (process.pid,)}
    finally:
        process.kill()
        process.wait()


def test_no_root_is_reported(tmp_path: Path) -> None:
    assert not ask(PATH, STORE, root=tmp_path / "nothing").has_root
    assert not ask(PATH, STORE).has_root


READ = ("bin/sh", "etc/os-release", "usr/lib/os-release", "lib64/ld-linux-x86-64.so.2")


@pytest.mark.parametrize(("shell", "file"), shell_cases(READ, ("bin/sh", "etc/os-release")))
def test_a_named_pipe_holds_nothing_up(root: Path, shell: str, file: str) -> None:
    pipe = root / file
    pipe.parent.mkdir(parents=True, exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    assert ask(PATH, STORE, root=root, shell=shell).has_root


LARGE = ("etc/os-release", "opt/python/.builds/a/.build.json")


@pytest.mark.parametrize(("shell", "file"), shell_cases(LARGE, LARGE[:1]))
def test_a_file_of_a_terabyte_holds_nothing_up(root: Path, shell: str, file: str) -> None:
    install_in(root)
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).touch()
    os.truncate(root / file, 2**40)
    probe = ask(PATH, STORE, root=root, shell=shell)
    assert (probe.has_root, probe.distribution) == (True, None)


@each_shell
def test_the_running_system_by_another_name_is_no_image(tmp_path: Path, shell: str) -> None:
    (tmp_path / "link").symlink_to("/")
    assert ask(PATH, STORE, root=tmp_path / "link", shell=shell).root_is_running
    assert not ask(PATH, STORE, shell=shell).root_is_running
