# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One play over several hosts that get their archive from the controller: it is fetched once, and nothing stays."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration import playbooks
from tests.integration.conftest import NEW, USUAL_PYTHON
from tests.integration.playbooks import QUICK, QUICKLY, REPOSITORY, Played, Player
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server, serve

HOSTS = 2
MANY_HOSTS = 25  # as many as make it worth while to prepare a copy
ON_A_TERMINAL = (sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))")
# What the host may not use, the controller can: its own environment names no proxy.
NO_WAY_OUT = {"http_proxy": "http://127.0.0.1:1", "no_proxy": ""}
PLAY = [
    {
        "hosts": "all",
        "gather_facts": False,
        "environment": "{{ way_out }}",
        "tasks": [
            {
                "name": "The build",
                "when": "inventory_hostname in taking_part",
                "standalone.python.build": {
                    "name": "{{ wanted }}",
                    "path": "{{ root }}/{{ inventory_hostname }}/python",
                    "index": "{{ index }}",
                    "mirror": "{{ mirror }}",
                    "delivery": "{{ delivery }}",
                    "verify": "{{ verify | default('quick') }}",
                    **QUICK,
                },
            }
        ],
    }
]

_SHOWN = re.compile(r"<!-- play: (?P<name>[\w-]+) -->\n\n```yaml\n(?P<tasks>.*?)```", re.DOTALL)
SHOWN = {found["name"]: found["tasks"] for found in _SHOWN.finditer((REPOSITORY / "docs" / "offline.md").read_text())}


@dataclass(frozen=True)
class Hosts(Player):
    """Several hosts that are this machine, each with its own path and all with one folder for what is sent."""

    count: int = HOSTS

    def inventory(self) -> Path:
        file = self.directory / "inventory.json"
        here = {
            "ansible_connection": "local",
            "ansible_python_interpreter": self.host_python,
            "ansible_remote_tmp": str(self.directory / "remote"),
        }
        hosts = {f"host{number}": here for number in range(self.count)}
        file.write_text(json.dumps({"all": {"hosts": hosts}}))
        return file


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return Hosts(tmp_path, USUAL_PYTHON)


@pytest.fixture
def release_server(releases: SampleMirror) -> Iterator[Server]:
    with serve(releases.directory) as running:
        yield running


def play(
    hosts: Hosts,
    samples: SampleMirror,
    server: Server,
    *arguments: str,
    cut_off: bool = False,
    env: dict[str, str] | None = None,
    **variables: object,
) -> Played:
    playbook = hosts.directory / "push.yml"
    playbook.write_text(json.dumps(PLAY))
    given = {
        "wanted": f"{samples.samples[0].version}+{NEW}",
        "root": str(hosts.directory / "opt"),
        "index": str(samples.index),
        "mirror": server.url,
        "way_out": NO_WAY_OUT if cut_off else {},
        "taking_part": [f"host{number}" for number in range(HOSTS)],
        **variables,
    }
    return hosts.play(playbook, "--forks", str(HOSTS), *arguments, variables=given, env=env)


def recap(played: Played, changed: int) -> bool:
    return played.output.count(f"ok=1    changed={changed}    unreachable=0    failed=0") == HOSTS


def assert_intact(hosts: Hosts, paths: list[Path]) -> None:
    """Every file of these builds is as it was unpacked; by one run of a module, since all hosts are this machine."""
    asked = {"paths": [str(path) for path in paths], "verify": "full"}
    said = f"found.builds | map(attribute='intact') == {[True] * len(paths)}"
    tasks = [
        {"name": "Look", "standalone.python.build_info": asked, "register": "found"},
        {"name": "All are intact", "ansible.builtin.assert": {"that": said}},
    ]
    playbook = hosts.directory / "look.yml"
    playbook.write_text(json.dumps([{"hosts": "host0", "gather_facts": False, "tasks": tasks}]))
    played = hosts.play(playbook)
    assert played.rc == 0, played.output


@pytest.mark.parametrize(("delivery", "cut_off"), [("push", True), ("auto", True), ("auto", False)])
def test_the_archive_is_fetched_once_where_the_controller_sends_it(
    hosts: Hosts, releases: SampleMirror, release_server: Server, delivery: str, cut_off: bool
) -> None:
    foreseen = play(hosts, releases, release_server, "--check", cut_off=cut_off, delivery=delivery)
    assert (recap(foreseen, 1), release_server.requests) == (True, [])

    done = play(hosts, releases, release_server, cut_off=cut_off, delivery=delivery)
    assert recap(done, 1), done.output
    assert len(release_server.requests) == (1 if cut_off else HOSTS)
    assert not list((hosts.directory / "remote").glob("**/archive"))

    again = play(hosts, releases, release_server, cut_off=cut_off, delivery=delivery)
    assert recap(again, 0), again.output


def test_a_repair_gets_it_from_the_cache(hosts: Hosts, releases: SampleMirror, release_server: Server) -> None:
    assert recap(play(hosts, releases, release_server, delivery="push"), 1)
    for number in range(HOSTS):
        (hosts.directory / "opt" / f"host{number}" / "python" / "bin" / "python3").unlink()
    done = play(hosts, releases, release_server, delivery="push", verify="full")
    assert recap(done, 1), done.output
    assert recap(play(hosts, releases, release_server, delivery="push", verify="full"), 0)
    assert len(release_server.requests) == 1


@pytest.mark.skipif(shutil.which("zstd") is None, reason="the program or its library is what the probe finds")
def test_many_hosts_get_a_prepared_copy(hosts: Hosts, samples: SampleMirror, server: Server) -> None:
    many = Hosts(hosts.directory, hosts.host_python, MANY_HOSTS)
    done = play(many, samples, server, delivery="push")
    assert recap(done, 1), done.output
    (copy,) = (many.directory / "cache" / "archives").glob(f"*.zst.{64 * '?'}.{64 * '?'}")
    sample = next(sample for sample in samples.samples if sample.spec.release == NEW)
    assert copy.name.startswith(sample.sha256)
    receipts = [json.loads(file.read_text()) for file in many.directory.glob("opt/*/python/.build.json")]
    assert [receipt["asset"]["sha256"] for receipt in receipts] == [sample.sha256] * HOSTS
    assert_intact(many, [many.directory / "opt" / f"host{number}" / "python" for number in range(HOSTS)])


@pytest.mark.parametrize("delivery", ["push", "auto"])
def test_another_file_in_the_mirror_is_refused(
    hosts: Hosts, releases: SampleMirror, tmp_path: Path, delivery: str
) -> None:
    sample = next(sample for sample in releases.samples if sample.spec.release == NEW)
    swapped = tmp_path / "mirror" / NEW / releases.archive(sample).name
    swapped.parent.mkdir(parents=True)
    swapped.write_bytes(b"another")
    with serve(tmp_path / "mirror") as server:
        played = play(hosts, releases, server, cut_off=True, delivery=delivery)
    assert played.output.count("is not the expected one, so nothing was unpacked.") >= HOSTS
    assert played.rc == 2
    assert not (hosts.directory / "opt").exists() or not list((hosts.directory / "opt").glob("*/python"))


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_guide_shows(name: str, player: Player, samples: SampleMirror, tmp_path: Path) -> None:
    """With the sample builds in place of the public ones and of those on the stick."""
    version = samples.samples[0].version.rpartition(".")[0]
    places = {"/opt/python": str(tmp_path / "opt"), "/media/stick": str(samples.directory), "3.13": version}
    tasks = SHOWN[name].replace("index: bundled", f"index: {samples.index}")
    for shown, here in places.items():
        tasks = tasks.replace(shown, here)
    playbook = tmp_path / "shown.yml"
    playbook.write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, **QUICKLY, "tasks": yaml.safe_load(tasks)}])
    )
    environment = {
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(samples.index),
        "UV_PYTHON_INSTALL_MIRROR": samples.directory.as_uri(),
    }
    played = player.play(playbook, env=environment)
    assert played.rc == 0, played.output
    assert "changed=1" in played.output


@pytest.mark.parametrize(("ci", "lines"), [("", 1), ("true", 0)])
def test_who_sits_at_a_terminal_sees_a_slow_download(
    hosts: Hosts, releases: SampleMirror, monkeypatch: pytest.MonkeyPatch, ci: str, lines: int
) -> None:
    """Of all workers, the one that fetches shows it."""
    run = subprocess.run

    def on_a_terminal(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return run([*ON_A_TERMINAL, *command], **options)  # pylint: disable=subprocess-run-check # the caller says

    monkeypatch.setattr(subprocess, "run", on_a_terminal)
    monkeypatch.setattr(playbooks, "server_for", lambda environment: None)
    with serve(releases.directory, latency_s=2.5) as slow:
        played = play(hosts, releases, slow, delivery="push", env={"CI": ci})
    assert (recap(played, 1), played.output.count(".tar.gz: fetched, ")) == (True, lines)
