# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How probe.sh gets to a host and gets along there: odd paths, login shells, users, tools."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import build_command, parse
from tests.support import probe_runs
from tests.support.probe_runs import (
    COMMON_SHELLS,
    LOGIN_SHELLS,
    RECEIPT,
    SHELLS,
    age,
    ask,
    install,
    make_build,
    program,
    shell_cases,
)

SCRIPT = Path(__file__).resolve().parents[5] / "plugins" / "plugin_utils" / "_probe" / "probe.sh"

each_shell = pytest.mark.parametrize("shell", SHELLS)

ODD_NAMES = (
    "with space",
    "it's",
    'double"quote',
    "$HOME `id` $(id)",
    "star* and [a-z] and ?",
    "100% %s %d",
    "back\\slash\\n",
    "a;b&c|d>e<f(g)",
    "-dash",
    "wow!important",
    "~tilde^caret",
    "ünïcode 蛇",
    "{brace,expansion}",
    "# no comment",
    "-all 'of' \"them\" $x `y` $(id) \\z ! * ? [q] {a,b} % %s & ; | <a >b (c) ~ ^ # ü蛇",
)


@pytest.mark.parametrize(("shell", "name"), shell_cases(ODD_NAMES, ODD_NAMES[-1:]))
def test_odd_paths(tmp_path: Path, shell: str, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    build = install(home / name, entry="a build")
    probe = ask(home / name, home / ".builds", shell=shell)
    assert (probe.entry, probe.receipts, probe.newer) == ("a build", {"a build": RECEIPT}, None)
    assert (probe.nearest_to_path.path, probe.nearest_to_store.path) == (str(home), str(home / ".builds"))
    age(build / "lib" / "os.py")
    assert ask(home / name, home / ".builds", shell=shell).newer == "lib/os.py"


@pytest.mark.parametrize(
    ("login_shell", "rounds"),
    [*((shell, 3) for shell in LOGIN_SHELLS), *((shell, rounds) for shell in COMMON_SHELLS for rounds in (1, 2))],
)
def test_login_shells_pass_the_command_on(tmp_path: Path, login_shell: str, rounds: int) -> None:
    name = ODD_NAMES[-1]
    install(tmp_path / name)
    command = build_command(str(tmp_path / name), str(tmp_path / ".builds"), verify="quick")
    done = probe_runs.run([*program(login_shell), "-c", probe_runs.quoted(command, rounds)])
    assert (parse(done.stdout).receipts, done.stderr) == ({"a": RECEIPT}, "")


@each_shell
def test_processes_of_the_only_build_count_where_it_has_to_go(tmp_path: Path, shell: str) -> None:
    build = install(tmp_path / "3.13")
    process = subprocess.Popen([str(build / "bin" / "python3"), "60"])
    try:
        wait_until_it_runs(process.pid, "python3")
        seen = [
            ask(tmp_path / "3.13", tmp_path / ".builds", shell=shell, will_remove=will_remove).running
            for will_remove in (True, False)
        ]
    finally:
        process.kill()
        process.wait()
    assert seen == [{"a": (process.pid,)}, {}]


@each_shell
def test_processes_of_several_builds(tmp_path: Path, shell: str) -> None:
    home = tmp_path / "a * home"
    home.mkdir()
    build = install(home / "3.13")
    make_build(home / ".builds", "b")
    process = subprocess.Popen([str(build / "bin" / "python3"), "60"])
    try:
        wait_until_it_runs(process.pid, "python3")
        probe = ask(home / "3.13", home / ".builds", shell=shell)
        shutil.rmtree(build)
        after = ask(home / "3.13", home / ".builds", shell=shell)
    finally:
        process.kill()
        process.wait()
    assert probe.running == {"a": (process.pid,)}
    assert set(after.receipts) == {"b"}


@each_shell
def test_a_program_that_is_named_like_other_processes_changes_nothing(tmp_path: Path, shell: str) -> None:
    store = tmp_path / ".builds"
    build = install(tmp_path / "3.13")
    make_build(store, "b")
    lines = [f"l 1 /proc/{pid}/exe -> {store}/b/bin/python3" for pid in ("1", "xx", "$(id)", os.getpid(), "self")]
    # No name of a file has a slash, but directories do: each line becomes a chain of them.
    evil = tmp_path / "\n".join(
        ["home/x", *lines, f"l 1 /proc/1/exe -> {store}/a/bin/python3", "entry=b", "running=1 b"]
    )
    evil.parent.mkdir(parents=True)
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", evil)
    processes = [subprocess.Popen([str(program), "60"]) for program in (evil, build / "bin" / "python3")]
    try:
        wait_until_it_runs(processes[0].pid, "running=1 b")
        wait_until_it_runs(processes[1].pid, "python3")
        probe = ask(tmp_path / "3.13", store, shell=shell)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert probe.running == {"a": (processes[1].pid,)}
    assert probe.answer.malformed == []


def wait_until_it_runs(pid: int, name: str) -> None:
    deadline = time.monotonic() + 10
    while not os.readlink(f"/proc/{pid}/exe").endswith(name):
        assert time.monotonic() < deadline
        time.sleep(0.01)


PLACES = (
    ("/usr/of/nothing/3.13", ("/usr", True)),
    ("/3.13", ("/", True)),
    ("/dev/null/3.13", ("/dev/null", False)),
)


@each_shell
@pytest.mark.parametrize(("path", "parent"), PLACES)
def test_where_a_path_would_come(tmp_path: Path, shell: str, path: str, parent: tuple[str, bool]) -> None:
    probe = ask(Path(path), tmp_path / "deep" / ".builds", shell=shell)
    assert (probe.nearest_to_path.path, probe.nearest_to_path.is_directory) == parent
    assert (probe.nearest_to_store.path, probe.nearest_to_store.is_directory) == (str(tmp_path), True)
    assert probe.nearest_to_store.is_writable


def test_a_user_who_may_not_write() -> None:
    command = build_command("/usr/of/3.13", "/usr/of/.builds", verify="quick")
    user: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True, cwd="/", **user)
    probe = parse(done.stdout)
    assert not probe.nearest_to_path.is_writable
    assert not probe.nearest_to_store.is_writable


@pytest.mark.parametrize(("complete", "more"), [(False, []), (True, ["readlink", "df"])])
def test_a_no_op_starts_these_tools_and_no_more(tmp_path: Path, complete: bool, more: list[str]) -> None:
    install(tmp_path / "3.13")
    log = tmp_path / "log"
    tools = ("tr", "readlink", "df", "find", "uname", "od", "ls", "id", "getconf", "cat", "sed", "grep", "awk")
    scripts = {name: f'#!/bin/sh\necho {name} >>"{log}"\nexec {shutil.which(name)} "$@"\n' for name in tools}
    scripts["dash"] = f'#!/bin/sh\nexec {program("dash")[0]} "$@"\n'
    with probe_runs.tools_on_path(tmp_path / "tools", scripts, alone=True):
        ask(tmp_path / "3.13", tmp_path / ".builds", complete=complete)
    assert log.read_text().split() == ["find", "od", *more]


def test_it_changes_nothing(tmp_path: Path) -> None:
    def everything() -> list[tuple[str, int, int]]:
        return sorted((str(item), item.lstat().st_mtime_ns, item.lstat().st_ctime_ns) for item in tmp_path.rglob("*"))

    install(tmp_path / "3.13")
    before = everything()
    ask(tmp_path / "3.13", tmp_path / ".builds")
    assert everything() == before


def test_shellcheck() -> None:
    done = probe_runs.run([*program("shellcheck"), "-s", "sh", str(SCRIPT)])
    assert done.stdout == ""


def test_it_is_not_a_program() -> None:
    assert not SCRIPT.stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(("text", "is_fips"), [("1\n", True), ("0\n", False), ("", False), (None, False)])
def test_fips_mode(tmp_path: Path, text: str | None, is_fips: bool) -> None:
    files = {} if text is None else {"proc/sys/crypto/fips_enabled": text}
    assert probe_runs.run_in(tmp_path / "root", files).is_fips is is_fips


@pytest.mark.parametrize(
    "file",
    [
        *("bin/zstd", "usr/sbin/zstd", "usr/local/sbin/zstd"),
        *("usr/lib/x86_64-linux-gnu/libzstd.so.1", "usr/lib64/libzstd.so.1", "usr/lib/libzstd.so.1"),
        *("usr/local/lib/libzstd.1.dylib", "opt/homebrew/lib/libzstd.1.dylib"),
        *("usr/lib/python3/dist-packages/zstandard/__init__.py", "usr/lib64/python3.14/compression/zstd/__init__.py"),
    ],
)
def test_what_reads_zstandard_is_found_whatever_the_path(tmp_path: Path, file: str) -> None:
    found = probe_runs.run_in(tmp_path / "root", {file: "#!/bin/sh\n"}).zstandard
    assert [f"/{file}".startswith(path) for path in found] == [True]


def test_a_host_with_nothing_that_reads_zstandard(tmp_path: Path) -> None:
    assert probe_runs.run_in(tmp_path / "root", {"usr/lib/libz.so.1": ""}).zstandard == ()


@each_shell
def test_each_shell_finds_what_reads_zstandard_here(tmp_path: Path, shell: str) -> None:
    places = ("/usr/bin/zstd", "/usr/lib/x86_64-linux-gnu/libzstd.so.1", "/usr/lib64/libzstd.so.1")
    assert set(ask(tmp_path / "3.13", tmp_path / ".builds", shell=shell).zstandard) >= {
        place for place in places if os.path.exists(place)
    }


def test_every_script_that_looks_for_programs_searches_those_of_root() -> None:
    scripts = [file.read_text() for file in SCRIPT.parents[1].glob("*/*.sh")]
    looking = [text for text in scripts if "command -v" in text]
    assert len(looking) == 3
    assert all(":/usr/local/sbin:/usr/sbin:/sbin\n" in text for text in looking)
