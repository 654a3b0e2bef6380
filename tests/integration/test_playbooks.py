# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on a fleet: several names for this machine, each with a path of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import HOST_PYTHONS, NEW, OLD
from tests.integration.playbooks import ANSIBLE_PLAYBOOK, REPOSITORY, TIMEOUT_S, Played, Player
from tests.support.sample_builds import SampleSpec
from tests.support.sample_indexes import asset_of, versions_ndjson
from tests.support.sample_mirror import SampleMirror, make_mirror
from tests.support.servers import Server, serve

PLAYBOOKS = REPOSITORY / "playbooks"
NEWEST = "20260401"
HOSTS = ("canary", "web1", "web2")


@dataclass(frozen=True)
class FleetPlayer(Player):
    """Plays on all of `hosts`, which are this machine."""

    hosts: tuple[str, ...] = HOSTS

    def path(self, host: str) -> Path:
        return self.folder / "hosts" / host / "opt" / "python" / "current"

    def inventory(self) -> Path:
        file = self.folder / "fleet.yml"
        hosts = {
            host: {
                "ansible_connection": "local",
                "ansible_python_interpreter": self.host_python,
                "python_path": str(self.path(host)),
                "state_folder": str(self.folder / "hosts" / host),
            }
            for host in self.hosts
        }
        file.write_text(json.dumps({"all": {"hosts": hosts}}))
        return file


@dataclass(frozen=True)
class Fleet:
    """The hosts, and where their builds come from."""

    player: FleetPlayer
    mirror: SampleMirror
    server: Server

    def play(self, name: str, *arguments: str, **variables: Any) -> Played:
        return self.player.play(PLAYBOOKS / f"{name}.yml", *arguments, variables=self.variables(**variables))

    def variables(self, **more: Any) -> dict[str, Any]:
        return {
            "upgrade_name": self.mirror.samples[0].version.rpartition(".")[0],
            "upgrade_path": "{{ python_path }}",
            "upgrade_index": str(self.mirror.index),
            "upgrade_mirror": self.server.url,
            "upgrade_build_options": {"compile_bytecode": False},
            "rollback_path": "{{ python_path }}",
            **more,
        }

    def install(self, release: str, *hosts: str) -> None:
        sample = next(sample for sample in self.mirror.samples if sample.spec.release == release)
        options = {"asset": asset_of(sample), "path": "{{ python_path }}", "mirror": self.server.url}
        task = {"name": "Install", "standalone.python.build": {**options, "compile_bytecode": False}}
        playbook = self.player.folder / "install.yml"
        play = {"name": "Install", "hosts": ",".join(hosts or self.player.hosts), "gather_facts": False}
        playbook.write_text(json.dumps([{**play, "tasks": [task]}]))
        played = self.player.play(playbook)
        assert played.rc == 0, played.output

    def releases(self) -> dict[str, str | None]:
        """Host -> the release of the build that its interpreter says it is; None where there is none."""
        return {host: self._release(self.player.path(host)) for host in self.player.hosts}

    def _release(self, path: Path) -> str | None:
        if not path.exists():
            return None
        command = [str(path / "bin" / "python3"), "-B", "-c", "import _sample; print(_sample.RELEASE)"]
        return subprocess.check_output(command, text=True).strip()


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> SampleMirror:
    """Three releases of one version, of which the index knows the first two."""
    specs = [SampleSpec(release=release) for release in (OLD, NEW, NEWEST)]
    mirror = make_mirror(tmp_path_factory.mktemp("fleet"), specs)
    mirror.index.write_text(versions_ndjson(mirror.samples[:2]))
    return mirror


@pytest.fixture
def fleet(tmp_path: Path, releases: SampleMirror) -> Iterator[Fleet]:
    with serve(releases.directory) as server:
        yield Fleet(FleetPlayer(tmp_path, list(HOST_PYTHONS.values())[-1]), releases, server)


def everywhere(release: str | None) -> dict[str, str | None]:
    return dict.fromkeys(HOSTS, release)


# --- upgrade ---------------------------------------------------------------------------------------------------------


def test_an_upgrade_moves_every_host_that_has_an_older_build(fleet: Fleet) -> None:
    fleet.install(OLD, "canary")
    fleet.install(NEWEST, "web1")
    check = fleet.play("upgrade", "--check", "--diff")
    assert check.rc == 0, check.output
    assert fleet.releases() == {"canary": OLD, "web1": NEWEST, "web2": None}
    played = fleet.play("upgrade", upgrade_health_command="{{ python_path }}/bin/python3 -c 'import ssl'")
    assert played.rc == 0, played.output
    assert fleet.releases() == {"canary": NEW, "web1": NEWEST, "web2": None}
    again = fleet.play("upgrade")
    assert again.rc == 0, again.output
    assert "changed=1" not in again.output


def test_a_canary_that_does_not_work_returns_and_no_other_host_is_touched(fleet: Fleet) -> None:
    fleet.install(OLD)
    stores = {host: sorted(os.listdir(fleet.player.path(host).parent / ".builds")) for host in HOSTS[1:]}
    health = "! {{ python_path }}/bin/python3 -c 'import _sample, sys; sys.exit(_sample.RELEASE != \"" + NEW + "\")'"
    played = fleet.play("upgrade", upgrade_health_command=f"echo {{{{ inventory_hostname }}}} is ill >&2; {health}")
    assert played.rc == 2, played.output
    assert fleet.releases() == everywhere(OLD), played.output
    assert "canary is ill" in played.output
    assert {host: sorted(os.listdir(fleet.player.path(host).parent / ".builds")) for host in HOSTS[1:]} == stores
    assert "web1" not in played.output.partition("Upgrade in waves")[2].partition("PLAY RECAP")[0]


def test_a_wave_returns_as_a_whole_and_earlier_waves_stay(fleet: Fleet) -> None:
    fleet.install(OLD)
    played = fleet.play(
        "upgrade", upgrade_health_command="test {{ inventory_hostname }} != web2", upgrade_serial=[1, 2]
    )
    assert played.rc == 2, played.output
    assert fleet.releases() == {"canary": NEW, "web1": OLD, "web2": OLD}
    assert "not all of its wave does: web2" in played.output


def test_a_release_that_appears_between_waves_does_not_matter(fleet: Fleet, tmp_path: Path) -> None:
    fleet.install(OLD)
    index, fuller = tmp_path / "index.ndjson", tmp_path / "fuller.ndjson"
    index.write_text(versions_ndjson(fleet.mirror.samples[:2]))
    fuller.write_text(versions_ndjson(fleet.mirror.samples))
    played = fleet.play("upgrade", upgrade_index=str(index), upgrade_health_command=f"cp {fuller} {index}")
    assert played.rc == 0, played.output
    assert fleet.releases() == everywhere(NEW)
    again = fleet.play("upgrade", upgrade_index=str(index))
    assert again.rc == 0, again.output
    assert fleet.releases() == everywhere(NEWEST)


def test_a_killed_upgrade_run_again_ends_right(fleet: Fleet, tmp_path: Path) -> None:
    fleet.install(OLD)
    # The host of the second wave kills the controller, whose number is in the environment of its tasks.
    starter = tmp_path / "ansible-playbook"
    starter.write_text(f'#!/bin/sh\nCONTROLLER=$$ exec {ANSIBLE_PLAYBOOK} "$@"\n')
    starter.chmod(0o755)
    kill = "test {{ inventory_hostname }} != web1 || kill -9 $CONTROLLER"
    variables = json.dumps(fleet.variables(upgrade_health_command=kill, upgrade_serial=1))
    killed = subprocess.run(
        [starter, "-i", fleet.player.inventory(), PLAYBOOKS / "upgrade.yml", "-e", variables],
        env=fleet.player.environment(),
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert killed.returncode == -signal.SIGKILL
    assert fleet.releases()["web2"] == OLD
    again = fleet.play("upgrade")
    assert again.rc == 0, again.output
    assert fleet.releases() == everywhere(NEW)


# --- rollback --------------------------------------------------------------------------------------------------------


def test_a_rollback_takes_back_those_that_have_the_build_and_needs_no_network(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet.install(NEW, "canary", "web1")
    requests = len(fleet.server.requests)
    version = fleet.mirror.samples[0].version
    check = fleet.play("rollback", "--check", rollback_from=f"{version}+{NEW}")
    assert check.rc == 0, check.output
    assert fleet.releases()["canary"] == NEW
    for _run in range(2):
        played = fleet.play("rollback", rollback_from=f"{version}+{NEW}")
        assert played.rc == 0, played.output
        assert fleet.releases() == everywhere(OLD)
    assert len(fleet.server.requests) == requests


def test_a_rollback_from_anything_goes_to_the_build_before(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet.install(NEW)
    played = fleet.play("rollback")
    assert played.rc == 0, played.output
    assert fleet.releases() == everywhere(OLD)


def test_a_rollback_says_where_there_is_no_way_back(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet.install(NEW, "web1")
    played = fleet.play("rollback")
    assert played.rc == 2, played.output
    assert f"No earlier build of {fleet.player.path('canary')} is in the store to go back to." in played.output
    assert fleet.releases() == everywhere(OLD)


def test_a_vague_build_to_leave_is_refused(fleet: Fleet) -> None:
    fleet.install(OLD, "canary")
    played = fleet.play("rollback", "--limit", "canary", rollback_from="3.13")
    assert played.rc == 2, played.output
    assert "rollback_from is '3.13'. Write the whole version of the build to leave" in played.output
