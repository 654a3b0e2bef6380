# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet on this machine: several names for it, each with its own path."""

from __future__ import annotations

import atexit
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.integration.playbooks import QUICK, REPOSITORY, Played, Player
from tests.support.install_runs import Runner, install_runner
from tests.support.installed_builds import release_at
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server

PLAYBOOKS = REPOSITORY / "playbooks"
HOSTS = ("canary", "web1", "web2")


def everywhere(release: str | None) -> dict[str, str | None]:
    return dict.fromkeys(HOSTS, release)


@dataclass(frozen=True)
class FleetPlayer(Player):
    """Plays on all of `hosts`, which are this machine."""

    hosts: tuple[str, ...] = HOSTS
    lost: tuple[str, ...] = ()  # hosts that cannot be reached
    liars: tuple[tuple[str, str], ...] = ()  # hosts before all others, whose modules answer this text

    def path(self, host: str) -> Path:
        return self.directory / "hosts" / host / "opt" / "python" / "current"

    def inventory(self) -> Path:
        file = self.directory / "fleet.yml"
        hosts = {
            host: {
                "ansible_connection": "local",
                "ansible_python_interpreter": self.host_python,
                "python_path": str(self.path(host)),
            }
            for host in self.hosts
        }
        nowhere = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
        lost = {host: {**nowhere, "python_path": str(self.path(host))} for host in self.lost}
        like = hosts[self.hosts[0]]
        lying = {host: {**like, "ansible_python_interpreter": self._liar(host, answer)} for host, answer in self.liars}
        file.write_text(json.dumps({"all": {"hosts": {**lying, **hosts, **lost}}}))
        return file

    def _liar(self, host: str, answer: str) -> str:
        """An interpreter that prints this instead of running a module."""
        program = self.directory / f"{host}.sh"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
        program.chmod(0o755)
        return str(program)


@dataclass(frozen=True)
class Fleet:
    """The hosts, and where their builds come from."""

    player: FleetPlayer
    mirror: SampleMirror
    server: Server

    def play(
        self,
        name: str,
        *arguments: str,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        **variables: Any,
    ) -> Played:
        playbook = PLAYBOOKS / f"{name}.yml"
        return self.player.play(playbook, *arguments, variables=self.variables(**variables), env=env, cwd=cwd)

    def variables(self, **more: Any) -> dict[str, Any]:
        return {
            "upgrade_name": self.mirror.samples[0].version.rpartition(".")[0],
            "upgrade_path": "{{ python_path }}",
            "upgrade_index": str(self.mirror.index),
            "upgrade_mirror": self.server.url,
            "upgrade_build_options": QUICK,
            "rollback_path": "{{ python_path }}",
            **more,
        }

    def install(self, release: str, *hosts: str, provisional: bool = False) -> None:
        """Has the build at the path of each host, as the module does it, though without a play."""
        sample = next(sample for sample in self.mirror.samples if sample.spec.release == release)
        order = {"asset": asset_of(sample), "mirror": [self.server.url], **QUICK}
        for host in hosts or self.player.hosts:
            path = str(self.player.path(host))
            answer = _runner().run({**order, "path": path, "provisional": provisional})
            assert answer.error is None, answer.error
            assert answer.result

    def releases(self) -> dict[str, str | None]:
        """Host -> the release of the build at its path, by a file of it; None where there is none."""
        paths = {host: self.player.path(host) for host in self.player.hosts}
        return {host: release_at(path) if path.exists() else None for host, path in paths.items()}


@cache
def _runner() -> Runner:
    """One for all tests of a process."""
    context = install_runner()
    atexit.register(context.__exit__, None, None, None)
    return context.__enter__()
