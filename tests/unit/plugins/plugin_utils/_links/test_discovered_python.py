# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python stays on a host when links and builds go, as discovered_python.sh reports it under every shell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._links.discovered_python import (
    Going,
    candidates,
    lasting_python,
)
from tests.support.probe_runs import SHELLS, program, run

DISCOVERABLE = ["python3.13", "python3.12", "/usr/bin/python3", "python3"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host with two builds, each with a link to it through alternatives, and its own Python."""
    for minor in ("3.12", "3.13"):
        (tmp_path / f"opt/.builds/a{minor}/bin").mkdir(parents=True)
        (tmp_path / f"opt/.builds/a{minor}/bin/python{minor}").touch(mode=0o755)
        (tmp_path / f"opt/{minor}").symlink_to(f".builds/a{minor}")
    for directory in ("alternatives", "local", "usr"):
        (tmp_path / directory).mkdir()
    for minor in ("3.12", "3.13"):
        (tmp_path / f"alternatives/python{minor}").symlink_to(f"{tmp_path}/opt/{minor}/bin/python{minor}")
        (tmp_path / f"local/python{minor}").symlink_to(f"{tmp_path}/alternatives/python{minor}")
    (tmp_path / "usr/python3").touch(mode=0o755)
    return tmp_path


def ask(
    root: Path, going: Going, pythons: Sequence[str] = ("python3.13", "python3.12", "python3"), shell: str = "dash"
) -> str | None:
    with pytest.MonkeyPatch.context() as patch:
        tools = run(["/bin/sh", "-c", "command -v tr"]).stdout.strip().rpartition("/")[0]
        patch.setenv("PATH", f"{root}/local:{root}/usr:{tools}")
        done = run([*program(shell), "-c", going.command(pythons)])
    assert done.stderr == ""
    return lasting_python(done.stdout, pythons, pytest.fail, "db1")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_that_stays_is_reported(root: Path, shell: str) -> None:
    link = f"{root}/local/python3.13"
    for going, expected in (
        (Going(links=(link,)), "local/python3.12"),
        (Going(builds=(f"{root}/opt/3.13",)), "local/python3.12"),
        (Going(links=(link,), builds=(f"{root}/opt/3.12", f"{root}/opt/3.13")), "usr/python3"),
        (Going(links=(f"{root}/local/pip3.13",)), "local/python3.13"),
        (Going(builds=(f"{root}/opt/3.1",)), "local/python3.13"),
    ):
        assert ask(root, going, shell=shell) == f"{root}/{expected}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_directory_of_the_path_cannot_forge_a_line(root: Path, shell: str) -> None:
    forging = root / "local\nstays="
    (forging / "nowhere").mkdir(parents=True)
    (forging / "nowhere/python3").touch(mode=0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{forging}/nowhere:{os.environ['PATH']}")
        done = run([*program(shell), "-c", Going().command(["python3"])])
    assert "stays=/nowhere/python3" not in done.stdout.split("\n")
    assert lasting_python(done.stdout, ["python3"], lambda _text: None, "db1") is None


def test_paths_are_taken_as_they_are(root: Path) -> None:
    going = Going(links=(f"{root}/local/python3.13",), builds=(f"{root}/opt/3.12",))
    build = f"{root}/opt/3.13/bin/python3.13"
    assert ask(root, going, [f"{root}/nowhere", f"{root}/opt", f"{root}/local/python3.12", build]) == build


def test_what_is_not_found_is_not_known(root: Path) -> None:
    assert ask(root, Going(builds=(f"{root}/opt/3.13",)), ["python3.9"]) is None


def test_none_that_stays_is_refused(root: Path) -> None:
    with pytest.raises(StandaloneError) as error:
        ask(root, Going(builds=(f"{root}/opt/3.13",)), ["python3.13"])
    assert str(error.value) == (
        f"Ansible runs its modules on this host by {root}/local/python3.13, which this run removes, and "
        "would use no other. Set ansible_python_interpreter to one that stays."
    )


def test_an_answer_that_breaks_off_says_nothing() -> None:
    begun = "standalone-python-search 1\ngoes=/usr/local/bin/python3.13\n"
    assert lasting_python(begun, ["python3.13"], pytest.fail, "db1") is None


@pytest.mark.parametrize(
    "path",
    [
        "/usr/bin/evil",
        "/tmp/{{ 7 * 7 }}/python3",
        "/tmp/a b/python3",
        "/tmp/$(id)/python3",
        "/tmp/'/python3",
        "/tmp/\x1b[2J/python3",
        "bin/python3",
        "/tmp/\u202e/python3",
        "",
    ],
)
def test_a_path_that_was_not_asked_for_or_is_not_plain_is_reported_and_not_used(path: str) -> None:
    stdout = f"standalone-python-search 1\nstays={path}\nstandalone-python-search end\n"
    warnings: list[str] = []
    assert lasting_python(stdout, ["python3"], warnings.append, "db1") is None
    assert len(warnings) == 1
    assert "The answer of db1 to which Python stays has lines" in warnings[0]


@pytest.mark.parametrize("configured", [None, "", "auto", "auto_silent", "auto_legacy_silent"])
def test_where_nothing_is_set_all_are_candidates_that_ansible_looks_for(configured: str | None) -> None:
    assert candidates(configured, DISCOVERABLE) is DISCOVERABLE


@pytest.mark.parametrize(
    ("configured", "python"),
    [("/opt/python/3.13/bin/python3", "/opt/python/3.13/bin/python3"), ("/usr/bin/env python3 -I", "python3")],
)
def test_what_is_set_is_the_only_candidate(configured: str, python: str) -> None:
    assert candidates(configured, DISCOVERABLE) == [python]
