# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host without Python, and with no more tools than busybox has: this machine, seen through a shell of that kind."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import HOST_PYTHONS, OLD
from tests.integration.playbooks import REPOSITORY, Played, Player
from tests.support.places import Place
from tests.support.probe_runs import applets, program
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server

HERE = Path(__file__).parent
BOOTSTRAP = REPOSITORY / "playbooks" / "bootstrap.yml"
PLAY = HERE / "bootstrap.yml"
CALL = Counter(exec_command=1)
ODD = 'it\'s a "place" for $5 & `more`; ü*'


@dataclass(frozen=True)
class BarePlayer(Player):
    """Plays on this machine as a host whose shell finds the tools of busybox and nothing else."""

    logs: Path

    def inventory(self) -> Path:
        here = {
            "ansible_connection": "counting",
            "ansible_counting_log": str(self.logs / "anything else"),
            "ansible_shell_executable": str(self._shell()),
            "ansible_python_interpreter": self.host_python,
        }
        file = self.folder / "bare.json"
        file.write_text(json.dumps({"all": {"hosts": {"bare": here}}}))
        return file

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection_plugins")}

    def calls(self, log: str) -> Counter[str]:
        file = self.logs / log
        return Counter(file.read_text().split()) if file.exists() else Counter()

    def _shell(self) -> Path:
        busybox = program("busybox")[0]
        tools = self.folder / "tools"
        shell = self.folder / "bare-sh"
        if not shell.exists():
            tools.mkdir()
            for applet in applets(busybox):
                (tools / applet).symlink_to(busybox)
            shell.write_text(f'#!{busybox} sh\nPATH={tools}\nexport PATH\nexec {busybox} sh "$@"\n')
            shell.chmod(0o755)
        return shell


@pytest.fixture
def bare(tmp_path: Path) -> BarePlayer:
    logs = tmp_path / "logs"
    logs.mkdir()
    return BarePlayer(tmp_path, "/nonexistent/python3", logs)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "host" / ODD / "python")


@pytest.fixture
def variables(samples: SampleMirror, server: Server, place: Place, bare: BarePlayer) -> dict[str, Any]:
    return {
        "logs": str(bare.logs),
        "bootstrap_name": f"{samples.samples[0].version}+{OLD}",
        "bootstrap_path": str(place.path),
        "bootstrap_index": [f"{server.url}/{samples.index.name}"],
        "bootstrap_mirror": [server.url],
    }


def play(player: Player, playbook: Path, variables: dict[str, Any], *arguments: str, pipelining: str = "true") -> Played:
    played = player.play(playbook, *arguments, variables=variables, env={"ANSIBLE_PIPELINING": pipelining})
    assert played.rc == 0, played.output
    return played


@pytest.mark.parametrize("pipelining", ["true", "false"])
def test_a_host_becomes_manageable_and_stays_as_it_is(
    pipelining: str, bare: BarePlayer, place: Place, variables: dict[str, Any], server: Server
) -> None:
    foreseen = play(bare, BOOTSTRAP, variables, "--check", "--diff", pipelining=pipelining)
    assert "changed=1" in foreseen.output
    assert f"+++ after: {place.path}" in foreseen.output
    assert not place.path.parent.exists()
    # `bootstrap.yml` gives the index of the first run to all, so the second is given none that could be read
    given = {name: value for name, value in variables.items() if name not in ("bootstrap_index", "bootstrap_mirror")}
    env = {
        "ANSIBLE_PIPELINING": pipelining,
        "ANSIBLE_STANDALONE_PYTHON_INDEX": variables["bootstrap_index"][0],
        "ANSIBLE_STANDALONE_PYTHON_MIRROR": server.url,
    }
    played = bare.play(PLAY, variables=given, env=env)
    assert played.rc == 0, played.output
    assert bare.calls("again") == CALL
    assert place.litter() == []
    if pipelining == "true":
        assert bare.calls("bootstrap") == Counter(exec_command=3)
