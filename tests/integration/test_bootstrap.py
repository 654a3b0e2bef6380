# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host without Python, and with no more tools than busybox has: this machine, seen through a shell of that kind."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.integration.conftest import OLD
from tests.integration.playbooks import QUICK, REPOSITORY, Played, Player
from tests.support.host_view import PathView
from tests.support.install_runs import install_runner
from tests.support.probe_runs import applets, program
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server

HERE = Path(__file__).parent
BOOTSTRAP = REPOSITORY / "playbooks" / "bootstrap.yml"
PLAY = HERE / "bootstrap.yml"
CALL = Counter(exec_command=1)
BOOTSTRAPPED_QUICKLY = {f"bootstrap_{option}": value for option, value in QUICK.items()}
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
        file = self.directory / "bare.json"
        file.write_text(json.dumps({"all": {"hosts": {"bare": here}}}))
        return file

    def calls(self, log: str) -> Counter[str]:
        file = self.logs / log
        return Counter(file.read_text().split()) if file.exists() else Counter()

    def _shell(self) -> Path:
        busybox = program("busybox")[0]
        tools = self.directory / "tools"
        shell = self.directory / "bare-sh"
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
def view(tmp_path: Path) -> PathView:
    return PathView(tmp_path / "host" / ODD / "python")


@pytest.fixture
def variables(samples: SampleMirror, server: Server, view: PathView, bare: BarePlayer) -> dict[str, Any]:
    return {
        "logs": str(bare.logs),
        "bootstrap_name": f"{samples.samples[0].version}+{OLD}",
        "bootstrap_path": str(view.path),
        "bootstrap_index": [f"{server.url}/{samples.index.name}"],
        "bootstrap_mirror": [server.url],
        **BOOTSTRAPPED_QUICKLY,
    }


def play(
    player: Player, playbook: Path, variables: dict[str, Any], *arguments: str, pipelining: str = "true"
) -> Played:
    played = player.play(playbook, *arguments, variables={**variables, "ansible_pipelining": pipelining})
    assert played.rc == 0, played.output
    return played


@pytest.mark.parametrize("pipelining", ["true", "false"])
def test_a_host_becomes_manageable_and_stays_as_it_is(
    pipelining: str, bare: BarePlayer, view: PathView, variables: dict[str, Any], server: Server
) -> None:
    foreseen = play(bare, BOOTSTRAP, variables, "--check", "--diff", pipelining=pipelining)
    assert "changed=1" in foreseen.output
    assert f"+++ after: {view.path}" in foreseen.output
    assert not view.path.parent.exists()
    given = {name: value for name, value in variables.items() if name not in ("bootstrap_index", "bootstrap_mirror")}
    env = {
        "ANSIBLE_STANDALONE_PYTHON_INDEX": variables["bootstrap_index"][0],
        "ANSIBLE_STANDALONE_PYTHON_MIRROR": server.url,
    }
    played = bare.play(PLAY, variables={**given, "ansible_pipelining": pipelining}, env=env)
    assert played.rc == 0, played.output
    assert bare.calls("again") == CALL
    assert view.litter() == []
    if pipelining == "true":
        assert bare.calls("bootstrap") == Counter(exec_command=3)


@pytest.mark.each_core
def test_what_is_there_is_what_the_ordinary_module_makes(
    bare: BarePlayer, player: Player, view: PathView, variables: dict[str, Any], tmp_path: Path
) -> None:
    play(bare, BOOTSTRAP, {name: value for name, value in variables.items() if name not in BOOTSTRAPPED_QUICKLY})
    bootstrapped = view.contents()
    shutil.rmtree(view.path.parent)
    tasks = tmp_path / "build.yml"
    options = {option: variables[f"bootstrap_{option}"] for option in ("name", "path", "index", "mirror")}
    tasks.write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [{"standalone.python.build": options}]}])
    )
    play(player, tasks, {})
    assert view.contents() == bootstrapped


def test_the_build_is_the_one_that_is_locked(
    bare: BarePlayer, view: PathView, variables: dict[str, Any], samples: SampleMirror
) -> None:
    """Of the releases that answer to the name, the lock has the older one. No index can be read."""
    sample = samples.samples[0]
    minor = sample.version.rpartition(".")[0]
    locked = LockedBuild(Asset.from_dict(asset_of(sample)))
    lock = bare.directory / "python.lock.yml"
    lock.write_text(LockFile({minor: {sample.spec.target: locked}}).render())
    given = {name: variables[name] for name in ("bootstrap_path", "bootstrap_mirror")}
    given |= {"bootstrap_name": minor, "bootstrap_lock": str(lock), "ansible_pipelining": True, **BOOTSTRAPPED_QUICKLY}
    played = bare.play(BOOTSTRAP, variables=given, env={"ANSIBLE_STANDALONE_PYTHON_INDEX": "/nonexistent"})
    assert played.rc == 0, played.output
    assert f"+{OLD}-" in view.path.resolve().name


def test_the_role_hands_on_whom_to_trust(bare: BarePlayer, view: PathView, variables: dict[str, Any]) -> None:
    trusted = {"bootstrap_verify_provenance": True, "bootstrap_provenance": {"workflow": "release.yml"}}
    played = bare.play(BOOTSTRAP, variables={**variables, **trusted})
    assert (played.rc, "provenance names the repository" in played.output) == (2, True), played.output
    assert not view.path.parent.exists()


def test_a_build_that_is_not_healthy_leaves_nothing_behind(
    bare: BarePlayer, view: PathView, variables: dict[str, Any], samples: SampleMirror
) -> None:
    sick = {"bootstrap_name": f"{samples.samples[3].version.rpartition('.')[0]}t", "bootstrap_health_imports": ["ssl"]}
    played = bare.play(BOOTSTRAP, variables={**variables, **sick})
    assert played.rc != 0
    assert "The new interpreter does not work on this host" in played.output
    assert not view.path.exists()
    assert view.litter() == []


def test_what_a_killed_run_left_goes_with_the_next(
    bare: BarePlayer, view: PathView, variables: dict[str, Any], samples: SampleMirror, server: Server
) -> None:
    with install_runner() as runner:
        spec = {"path": str(view.path), "asset": asset_of(samples.samples[0]), "mirror": [server.url], **QUICK}
        assert runner.run(spec).error is None
    left = view.store / ".staging" / "bootstrap-0123456789abcdef-4711"
    (left / "python" / "bin").mkdir(parents=True)
    again = play(bare, BOOTSTRAP, variables)
    assert "changed=0" in again.output
    assert view.litter() == []
    assert view.runs()


def test_two_at_once_end_right(bare: BarePlayer, view: PathView, variables: dict[str, Any]) -> None:
    bare.inventory()  # before there are two that make its files
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(play, bare, BOOTSTRAP, variables) for _unused in range(2)]
        assert sum("changed=1" in run.result().output for run in runs) == 1
    assert view.litter() == []
    assert view.runs()


@pytest.mark.parametrize("page", ["bootstrap.md"])
def test_what_the_guide_shows_is_run(
    page: str, bare: BarePlayer, view: PathView, variables: dict[str, Any], tmp_path: Path
) -> None:
    """The guide's play, on the path and with the build of these tests."""
    text = (REPOSITORY / "docs" / page).read_text()
    minor = variables["bootstrap_name"].rpartition(".")[0]
    shown = text.partition("# site.yml\n")[2].partition("```")[0].replace('"3.13"', f'"{minor}"')
    plays = tmp_path / "site.yml"
    plays.write_text(shown.replace("/opt/python/3.13", str(tmp_path / "opt" / "3.13")).replace("become: true", ""))
    given = {name: variables[name] for name in ("bootstrap_index", "bootstrap_mirror", *BOOTSTRAPPED_QUICKLY)}
    played = play(bare, plays, given)
    assert f"{tmp_path}/opt/3.13/bin/python3" in played.output
