# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores on a real file system that fails, hangs or loses its server."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.playbooks import Player
from tests.support import fake_builds
from tests.support.failing_fs import Disk, NoFuse, mounted
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_runs import install_runner, spec_for

MOST_FAILURES = 40
HARMLESS = ("release", "releasedir", "flush", "statfs", "getxattr", "ioctl", "init", "destroy")
PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - standalone.python.build:
        path: "{{ path }}"
        state: "{{ state | default('present') }}"
        asset: "{{ asset | default(omit) }}"
        mirror: "{{ mirror }}"
        health_imports: []
      timeout: "{{ task_timeout | default(0) }}"
    - ansible.builtin.debug:
        msg: went on
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        with mounted(tmp_path) as running:
            yield running
    except NoFuse as error:
        pytest.skip(str(error))


@pytest.fixture
def builds(tmp_path: Path) -> list[FakeBuild]:
    return [fake_builds.make(tmp_path / "mirror", release) for release in ("20260101", "20260201", "20260301")]


def release_at(path: Path) -> str:
    """The release of the build at a path, which must run."""
    subprocess.run([path / "bin" / f"python{MINOR}", "-c", ""], check=True)
    return (path / "lib" / f"python{MINOR}" / "BUILD-NOTE").read_text().strip()


def expression_for(path: str) -> str:
    """An expression for a path, whatever random name a part of it has below .staging, and for all of a library."""
    kept, staging, rest = path.partition("/.staging/")
    kept, library, _files = kept.partition("/lib/")
    if library:
        return f"{re.escape(kept)}/lib/.*"
    below = re.sub("^[^/]+", "[^/]+", re.sub("/lib/.*", "/lib/.*", rest))
    return re.escape(kept) + (f"/.staging/{below}" if staging else "")


def test_an_upgrade_whose_disk_fails(disk: Disk, builds: list[FakeBuild], tmp_path: Path) -> None:
    """Whatever cannot be read or written: paths run, the way back stays, the next run ends right."""
    old, new, newest = builds
    path, other, before = disk.path / "opt" / MINOR, disk.path / "opt" / "other", tmp_path / "before"
    upgrade = spec_for(path, newest, keep=1)
    with install_runner() as runner:
        for order in (spec_for(other, old), spec_for(path, old), spec_for(path, new)):
            assert runner.run(order).error is None
        shutil.copytree(disk.source, before, symlinks=True)
        disk.notes()
        assert runner.run(upgrade).error is None
        operations = [(name, expression_for(file)) for name, file in disk.noted() if name not in HARMLESS]
        failures = list(dict.fromkeys(operations))
        for name, file in failures[:: -(-len(failures) // MOST_FAILURES)]:
            disk.works()
            shutil.rmtree(disk.source / "opt")
            shutil.copytree(before, disk.source, symlinks=True, dirs_exist_ok=True)
            disk.fails(name, file, errno.EIO)
            answer = runner.run(upgrade)
            disk.works()
            assert answer.error or answer.result, f"no answer of ours with {name} of {file}"
            assert release_at(path) in (new.release, newest.release), f"{name} of {file}: {answer}"
            assert release_at(other) == old.release
            assert (disk.path / "opt" / ".builds" / new.name).is_dir(), f"the way back is gone: {name} of {file}"
            assert runner.run(upgrade).error is None
            assert release_at(path) == newest.release
            again = runner.run(upgrade)
            assert again.result, f"{name} of {file}: {again.error}"
            assert not again.result["changed"], f"{name} of {file}: {again.result}"


def player_on(hosts: dict[str, Path], directory: Path) -> Player:
    class _Player(Player):
        def inventory(self) -> Path:
            here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
            file = self.directory / "inventory.json"
            known = {host: {**here, "path": str(path)} for host, path in hosts.items()}
            file.write_text(json.dumps({"all": {"hosts": known}}))
            return file

    (directory / "playbook.yml").write_text(PLAYBOOK)
    return _Player(directory, sys.executable)


@pytest.mark.parametrize("arguments", [(), ("--check",)])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_disk_without_its_server_is_not_empty(
    disk: Disk, builds: list[FakeBuild], tmp_path: Path, state: str, arguments: tuple[str, ...]
) -> None:
    path = disk.path / MINOR
    disk.ends()
    played = player_on({"localhost": path}, tmp_path).play(
        tmp_path / "playbook.yml",
        *arguments,
        variables={"state": state, "mirror": (tmp_path / "mirror").as_uri()}
        | ({"asset": builds[0].asset()} if state == "present" else {}),
    )
    reason = f"Cannot look at the path {path}, below {tmp_path}: {os.strerror(errno.ENOTCONN)}."
    assert played.rc != 0
    assert reason in played.output, played.output


def test_a_disk_that_hangs_holds_up_its_host_alone(disk: Disk, builds: list[FakeBuild], tmp_path: Path) -> None:
    hosts = {"hung": disk.path / "opt" / MINOR, "other": tmp_path / "opt" / MINOR}
    variables = {"asset": builds[0].asset(), "mirror": (tmp_path / "mirror").as_uri()}
    player = player_on(hosts, tmp_path)
    disk.hangs("getattr", "/opt.*")
    played = player.play(tmp_path / "playbook.yml", variables={**variables, "task_timeout": 30})
    assert disk.is_hung()
    assert "Timed out after 30 second(s)" in played.output
    assert re.search(r"ok: \[other\] => \{\s+\"msg\": \"went on\"", played.output), played.output
    assert release_at(hosts["other"]) == builds[0].release
    disk.works()
    assert player.play(tmp_path / "playbook.yml", variables=variables).rc == 0
    assert release_at(hosts["hung"]) == builds[0].release
