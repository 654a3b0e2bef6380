# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments with their pip, found without running anything, and command lines without secrets."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._store import usage
from ansible_collections.standalone.python.plugins.module_utils._store.usage import command_of, describe_environments


def make(place: Path, *installed: str, home: str = "/usr/bin", program: str = "/usr/bin/python3") -> Path:
    """An environment with the metadata of these packages."""
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(program)
    (place / "pyvenv.cfg").write_text(f"home = {home}\nversion = 3.13.5\n")
    for name in installed:
        (place / "lib" / "python3.13" / "site-packages" / name).mkdir(parents=True)
    return place


def found(directories: Iterable[Path], pids: Iterable[int] = (), stores: Iterable[Path] = ()) -> dict[str, list[Any]]:
    return describe_environments([str(one) for one in directories], pids, [str(one) for one in stores])


def versions(found: dict[str, list[Any]]) -> dict[str, dict[str, str]]:
    return {
        one["path"]: {name: known["version"] for name, known in one["components"].items()}
        for one in found["environments"]
    }


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        (["pip-26.2.1.dist-info", "pip", "setuptools-82.0.1.dist-info"], {"pip": "26.2.1", "setuptools": "82.0.1"}),
        (["Pip-9.0.1.dist-info", "setuptools-28.8.0.egg-info"], {"pip": "9.0.1", "setuptools": "28.8.0"}),
        (["pip-9.0.1-py2.py3.egg-info"], {"pip": "9.0.1"}),
        (["pip-26.2.1.dist-info", "pip-26.2.2.dist-info"], {"pip": "26.2.1_or_26.2.2"}),
        (["pip-\x1b[1m.dist-info"], {"pip": "0_unreadable"}),
        (["../ensurepip/_bundled/pip-25.0-py3-none-any.whl"], {"ensurepip-pip": "25.0"}),
        (["~ip-26.2.1.dist-info", "pip_tools-7.0.dist-info", "pip-x"], {}),
        ([], {}),
    ],
)
def test_the_versions_are_those_of_the_metadata(tmp_path: Path, installed: list[str], expected: dict[str, str]) -> None:
    place = make(tmp_path / "venv", *installed)
    assert versions(found([tmp_path])) == {str(place): expected}


def test_an_environment_names_its_build(tmp_path: Path) -> None:
    store = tmp_path / "python" / ".builds"
    (store / "entry" / "bin").mkdir(parents=True)
    (store / "entry" / "bin" / "python3").touch()
    (tmp_path / "python" / "3.13").symlink_to(".builds/entry")
    home = str(tmp_path / "python" / "3.13" / "bin")
    make(tmp_path / "a", home=home, program=f"{home}/python3")
    make(tmp_path / "b", home=home, program="/nowhere")
    make(tmp_path / "c")
    one, other, foreign = found([tmp_path], stores=[store])["environments"]
    assert [(each["store"], each["entry"]) for each in (one, other)] == [(str(store), "entry")] * 2
    assert (foreign["store"], foreign["entry"], foreign["home"], foreign["version"]) == (
        None,
        None,
        "/usr/bin",
        "3.13.5",
    )


def test_links_and_stores_are_passed_and_depth_is_bounded(tmp_path: Path) -> None:
    near = make(tmp_path / "1" / "2" / "3" / "4" / "5" / "6")
    make(tmp_path / "1" / "2" / "3" / "4" / "5" / "x" / "7")
    make(tmp_path / ".builds" / "entry")
    make(near / "inner")
    (tmp_path / "link").symlink_to(near.parent)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert list(versions(found([tmp_path, tmp_path / "none"]))) == [str(near)]


def test_files_of_containers_are_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "_OF_CONTAINERS", {f"{tmp_path}/docker"})
    make(tmp_path / "docker" / "overlay2" / "venv")
    near = make(tmp_path / "app" / "docker" / "venv")
    assert list(versions(found([tmp_path]))) == [str(near)]


def test_what_was_not_searched_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        (tmp_path / f"d{number}").mkdir()
    monkeypatch.setattr(usage, "_MOST_DIRECTORIES", 5)
    assert found([tmp_path])["unsearched"] == [str(tmp_path / f"d{number}") for number in range(4, 9)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    assert found([tmp_path])["unsearched"] == [str(tmp_path / "closed")]


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="needs Linux's /proc")
def test_the_environment_of_a_process_is_found_wherever_it_is(tmp_path: Path) -> None:
    place = make(tmp_path / "venv", "pip-26.2.1.dist-info", program=sys.executable)
    program = str(place / "bin" / "python")
    command = [program, "-c", "import sys; print(1, flush=True); sys.stdin.read()", "--password", "x", "--token=y"]
    environment = {**os.environ, "PYTHONHOME": sys.base_prefix}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        assert versions(found([], [process.pid])) == {str(place): {"pip": "26.2.1"}}
        shown = command_of(process.pid)
        process.stdin.close()
    assert shown is not None
    assert shown.startswith(f"{program} -c ")
    assert shown.endswith("--password *** --token=***")
    assert command_of(process.pid) is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["app", "--api-key", "k", "--port", "80"], "app --api-key *** --port 80"),
        (["app", "DB_PASSWORD=x", "a=b"], "app DB_PASSWORD=*** a=b"),
        (["app", "https://user:word@host/x"], "app https://***@host/x"),
        (["app", "--token", "--verbose"], "app --token --verbose"),
        (["app", "-H", "Authorization: Bearer x", "a:b"], "app -H Authorization:*** a:b"),
        (["app", "-c" + "x" * 970, "https://user:word@host/x"], f"app -c{'x' * 970} ..."),
    ],
)
def test_command_lines_are_shown_without_secrets(tmp_path: Path, words: list[str], shown: str) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cmdline").write_bytes("\0".join([*words, ""]).encode())
    assert command_of(7, str(tmp_path)) == shown


@pytest.mark.parametrize("opened", [None, ".", "bin/python", "lib/python3.13/site-packages", "../programs"])
def test_the_owner_is_named_unless_others_could_exchange_what_runs(tmp_path: Path, opened: str | None) -> None:
    program = tmp_path / "programs" / "python3"
    program.parent.mkdir(mode=0o755)
    program.touch(mode=0o755)
    place = make(tmp_path / "venv", "pip-26.2.1.dist-info", program=str(program))
    for directory, _directories, _files in os.walk(place):
        os.chmod(directory, 0o755)
    if opened:
        (place / opened).chmod(0o777)
    if not is_ours(tmp_path):
        pytest.skip("others may write to the temporary directory of this machine")
    (one,) = found([tmp_path])["environments"]
    assert one["owner"] == (None if opened else pwd.getpwuid(os.geteuid()).pw_name)


def test_root_runs_nothing_by_the_link_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user names their processes as they like, such as by their own link to an environment of root."""
    if not is_ours(tmp_path):
        pytest.skip("others may write to the temporary directory of this machine")
    place, theirs = make(tmp_path / "venv", "pip-26.2.1.dist-info"), tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    (theirs / "venv").symlink_to(place)
    lstat = os.lstat

    def owned(path: str) -> os.stat_result:
        status = lstat(path)
        return os.stat_result([12345 if path == str(theirs) and n == 4 else v for n, v in enumerate(status[:10])])

    monkeypatch.setattr(os, "lstat", owned)
    for one, owner in ((place, pwd.getpwuid(os.geteuid()).pw_name), (theirs / "venv", None)):
        with subprocess.Popen([f"{one}/bin/python", "60"], executable="/bin/sleep") as process:
            while not command_of(process.pid):
                pass  # the kernel has not put it there yet
            (environment,) = found([], [process.pid])["environments"]
            process.kill()
        assert (environment["path"], environment["owner"]) == (str(one), owner)


def test_libraries_without_end_are_not_read(tmp_path: Path) -> None:
    place = make(tmp_path / "venv", *(f"../../python3.{n}/site-packages/pip-26.{n}.dist-info" for n in range(9)))
    (one,) = found([tmp_path])["environments"]
    assert one["components"]["pip"]["version"].count("_or_") == 4
    assert one["owner"] is None
    assert len(list((place / "lib").iterdir())) == 10


def is_ours(directory: Path) -> bool:
    """Whether nobody else could exchange a directory; root may."""
    return all(above.stat().st_uid in (0, os.geteuid()) for above in (directory, *directory.parents))


def test_a_damaged_configuration_is_no_environment(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "pyvenv.cfg").write_bytes(b"\xff" * 100_000)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "pyvenv.cfg").write_bytes(b"\xff\x00home=/x")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "pyvenv.cfg").write_text(" Home =\n\nversion = 3.13.5\r\n" + "\n" * 60_000)  # in no time
    read = [(one["path"], one["home"], one["version"]) for one in found([tmp_path])["environments"]]
    assert read == [(str(tmp_path / "b"), None, None), (str(tmp_path / "c"), "", "3.13.5")]


def test_environments_of_an_image_are_seen_as_it_will_see_them(tmp_path: Path) -> None:
    make(tmp_path / "srv" / "venv", "pip-26.2.1.dist-info", home="/opt/python/3.13/bin")
    (tmp_path / "opt" / "python" / ".builds" / "entry" / "bin").mkdir(parents=True)
    (tmp_path / "opt" / "python" / "3.13").symlink_to(".builds/entry")
    system = TargetRoot(str(tmp_path))
    (one,) = describe_environments(["/srv"], [], ["/opt/python/.builds"], system)["environments"]
    assert (one["path"], one["store"], one["entry"], one["owner"]) == (
        "/srv/venv",
        "/opt/python/.builds",
        "entry",
        None,
    )
