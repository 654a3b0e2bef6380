# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty hosts over SSH: a canary that does not work, a controller that is killed, and the way back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import BUILD_PLAY, REMOTE_CALL, Fleet, FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, OLD
from tests.integration.playbooks import ANSIBLE_PLAYBOOK, REPOSITORY, TIMEOUT_S, Played
from tests.support.sample_mirror import NDJSON

HOSTS = 20
PATH = "/opt/python/3.11"
STORE = "/opt/python/.builds"
PLAYBOOKS = REPOSITORY / "playbooks"
QUICK = {"ANSIBLE_PIPELINING": "True", "ANSIBLE_FORKS": str(HOSTS)}
ASK = "import _sample; print(_sample.RELEASE)"
WORKS_NO_MORE = f"! {PATH}/bin/python3 -c 'import _sample, sys; sys.exit(_sample.RELEASE != \"{NEW}\")'"


@dataclass(frozen=True)
class Operator:
    """Someone with twenty hosts, who logs in as `deploy` and becomes root."""

    hosts: Mapping[str, Host]
    player: FleetPlayer
    url: str

    def play(self, name: str, *arguments: str, **variables: Any) -> Played:
        return self.player.play(PLAYBOOKS / name, *arguments, variables=self.variables(**variables), env=QUICK)

    def variables(self, **more: Any) -> dict[str, Any]:
        return {
            "ansible_become": True,
            "upgrade_name": "3.11",
            "upgrade_index": f"{self.url}/{NDJSON}",
            "upgrade_mirror": self.url,
            "upgrade_build_options": {"compile_bytecode": False},
            **more,
        }

    def releases(self) -> list[str]:
        """What runs at the path of each host, seen past Ansible."""
        return [host.enter(f"{PATH}/bin/python3", "-c", ASK).stdout.strip() for host in self.hosts.values()]

    def stores(self) -> dict[str, str]:
        """All that is in the store of each host, with the times of changes."""
        look = ["find", "/opt/python", "-printf", "%p %l %C@\n"]
        return {name: host.enter(*look).stdout for name, host in self.hosts.items()}


@pytest.fixture(scope="module")
def twenty() -> Iterator[Mapping[str, Host]]:
    with extra_hosts(*(HostSpec(f"web{number:02}", ROOTS["bookworm"]) for number in range(HOSTS))) as hosts:
        yield hosts


@pytest.fixture
def operator(fleet: Fleet, twenty: Mapping[str, Host], tmp_path: Path) -> Operator:
    """Every host has the old build, and no other."""
    named = {"ansible_python_interpreter": "/usr/bin/python3"}  # to look for it would be a call more
    hosts = {name: {**fleet.variables(host, user="deploy"), **named} for name, host in twenty.items()}
    one = player(tmp_path, hosts)
    for state, name in (("absent", "3.11"), ("present", f"{{{{ sample_version }}}}+{OLD}")):
        played = one.play(
            BUILD_PLAY, variables={"wanted": name, "path": PATH, "state": state, "become": True}, env=QUICK
        )
        assert played.rc == 0, played.output
    return Operator(twenty, one, fleet.url)


def test_a_canary_that_does_not_work_goes_back_and_no_other_host_is_touched(operator: Operator) -> None:
    before = operator.stores()
    played = operator.play("upgrade.yml", upgrade_health_command=WORKS_NO_MORE)
    assert played.rc == 2, played.output
    assert operator.releases() == [OLD] * HOSTS
    canary, *others = operator.hosts
    after = operator.stores()
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
    waves = played.output.partition("PLAY [Upgrade in waves]")[2].partition("PLAY RECAP")[0]
    assert [name for name in others if name in waves] == []
    assert "It has its previous build again. No host of a later wave was touched." in waves
    assert canary in played.output.partition("PLAY RECAP")[2]


def test_an_upgrade_and_the_way_back_without_a_network(operator: Operator) -> None:
    upgraded = operator.play("upgrade.yml", upgrade_health_command=f"{PATH}/bin/python3 -c 'import ssl'")
    assert upgraded.rc == 0, upgraded.output
    assert operator.releases() == [NEW] * HOSTS
    for changed in (1, 0):
        back = operator.play("rollback.yml", "-vvv", rollback_from_build=NEW)
        assert back.rc == 0, back.output
        assert changed_hosts(back.output) == changed * HOSTS
        assert back.output.count(REMOTE_CALL) == HOSTS
        assert operator.releases() == [OLD] * HOSTS


def test_a_controller_killed_in_the_middle_leaves_what_the_next_run_completes(operator: Operator) -> None:
    variables = json.dumps(operator.variables(upgrade_serial="100%"))
    running = subprocess.Popen(
        [
            str(ANSIBLE_PLAYBOOK),
            "-i",
            str(operator.player.inventory()),
            str(PLAYBOOKS / "upgrade.yml"),
            "-e",
            variables,
        ],
        env={**operator.player.environment(), **QUICK, "ANSIBLE_FORKS": "5"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + TIMEOUT_S
    while not (upgraded := sum(has_new(host) for host in operator.hosts.values())):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert upgraded < HOSTS
    again = operator.play("upgrade.yml")
    assert again.rc == 0, again.output
    assert operator.releases() == [NEW] * HOSTS
    for host in operator.hosts.values():
        assert host.enter("sh", "-c", f"ls -A {STORE}/.staging 2>/dev/null || true").stdout == ""
        assert len(host.enter("ls", STORE).stdout.split()) == 2  # the new build, and the old one to go back to


def changed_hosts(output: str) -> int:
    """How many hosts of the recap have a change."""
    return len(re.findall(r"(?m)^\S+ +: ok=\d+ +changed=[1-9]", output.partition("PLAY RECAP")[2]))


def has_new(host: Host) -> bool:
    """Whether the host's path points to the new build."""
    return f"+{NEW}-" in os.readlink(host.file(PATH))
