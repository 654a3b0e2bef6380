# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets, which run on this machine there, on every host at once over SSH.

The hosts have Python 3.9 to 3.13 and glibc 2.31 to 2.41; one has a 32-bit userland, one gives every session umask 077.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import Fleet, player
from tests.fleet.roots import USERS

HERE = Path(__file__).parent
TARGETS = HERE.parent / "integration" / "targets"
LIFECYCLE = "build_lifecycle"
OTHERS = sorted(directory.name for directory in TARGETS.glob("build_*") if directory.name != LIFECYCLE)


def play_target(target: str, directory: Path, hosts: dict[str, dict[str, Any]], transport: dict[str, str]) -> None:
    tasks = str(TARGETS / target / "tasks" / "main.yml")
    for variables in hosts.values():  # what discovery adds to a result is not ours
        variables["ansible_python_interpreter"] = "/usr/bin/python3"
    played = player(directory, hosts).play(HERE / "run_target.yml", variables={"target": tasks}, env=transport)
    assert played.rc == 0, played.output


def test_a_build_lives_on_every_host(fleet: Fleet, transport: dict[str, str], tmp_path: Path) -> None:
    hosts = {name: {**fleet.variables(host), "work": f"/srv/{tmp_path.name}"} for name, host in fleet.hosts.items()}
    play_target(LIFECYCLE, tmp_path, hosts, transport)


@pytest.mark.parametrize("target", OTHERS)
def test_target_on_every_host(target: str, fleet: Fleet, tmp_path: Path) -> None:
    hosts = {name: {**fleet.variables(host), "work": f"/srv/{tmp_path.name}"} for name, host in fleet.hosts.items()}
    play_target(target, tmp_path, hosts, {"ANSIBLE_PIPELINING": "True"})


@pytest.mark.parametrize("become", [True, False], ids=["become-root", "at-home"])
def test_a_build_lives_whatever_the_login_shell(
    become: bool, fleet: Fleet, transport: dict[str, str], tmp_path: Path
) -> None:
    host = fleet.host("bookworm")
    hosts = {
        user: {
            **fleet.variables(host, user=user),
            "ansible_become": become,
            "work": f"/srv/{tmp_path.name}/{user}" if become else f"/home/{user}/some work",
        }
        for user in USERS
    }
    play_target(LIFECYCLE, tmp_path, hosts, transport)
