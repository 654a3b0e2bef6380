# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty hosts without a route: the controller sends them builds, each archive fetched once, and they go back alone."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.conftest import BUILD_PLAY, Fleet, FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.networks import cut_off
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, OLD
from tests.integration.playbooks import REPOSITORY, Played
from tests.support.sample_mirror import NDJSON
from tests.support.servers import Server, serve

HOSTS = 20
FORKS = 10
PATH = "/opt/python/3"
QUICK = {"ANSIBLE_PIPELINING": "True", "ANSIBLE_FORKS": str(FORKS)}
ROLLBACK = REPOSITORY / "playbooks" / "rollback.yml"


@pytest.fixture(scope="module")
def island() -> Iterator[dict[str, Host]]:
    with cut_off() as network:
        specs = [HostSpec(f"host{number}", ROOTS["bookworm"], network=network) for number in range(HOSTS)]
        with extra_hosts(*specs) as hosts:
            yield dict(hosts)


@pytest.fixture
def operator(fleet: Fleet, island: dict[str, Host], tmp_path: Path) -> FleetPlayer:
    """Someone who logs in as `deploy` and becomes root."""
    return player(tmp_path, {name: fleet.variables(host, user="deploy") for name, host in island.items()})


@pytest.fixture
def server(fleet: Fleet) -> Iterator[Server]:
    """A mirror that the controller reaches, with its own count."""
    with serve(fleet.mirror) as running:
        yield running


def spec(operator: FleetPlayer, server: Server, *arguments: str, **options: object) -> Played:
    variables = {"wanted": f"{{{{ sample_version }}}}+{OLD}", "path": PATH, "become": True, "sample_mirror": server.url}
    return operator.play(BUILD_PLAY, *arguments, variables={**variables, **options}, env=QUICK)


def succeeded(played: Played, changed: int) -> bool:
    """Whether each host has so many changes and no failure, in however many tasks."""
    return len(re.findall(rf"host\d+ +: ok=\d+ +changed={changed} +unreachable=0 +failed=0", played.output)) == HOSTS


def releases(island: dict[str, Host]) -> list[str]:
    """What runs at the path of each host, seen past Ansible."""
    ask = [f"{PATH}/bin/python3", "-c", "import _sample; print(_sample.RELEASE)"]
    return [host.enter(*ask).stdout.strip() for host in island.values()]


def test_they_have_no_way_out(operator: FleetPlayer, island: dict[str, Host], server: Server) -> None:
    asked = "import socket; socket.create_connection(('192.0.2.1', 80))"
    said = island["host0"].enter("python3", "-c", asked, check=False).stderr
    assert "Network is unreachable" in said
    pulled = spec(operator, server, "--limit", "host0")
    assert pulled.rc == 2
    assert "The archive could not be downloaded." in pulled.output
    assert "`delivery: push`" in pulled.output
    assert server.requests == []


@pytest.mark.parametrize("delivery", ["push", "auto"])
def test_the_archive_crosses_the_controllers_link_once(
    operator: FleetPlayer, island: dict[str, Host], server: Server, delivery: str
) -> None:
    done = spec(operator, server, delivery=delivery)
    assert succeeded(done, 1), done.output
    assert len(server.requests) == 1
    assert releases(island) == [OLD] * HOSTS
    for host in island.values():
        assert not list(host.file("/home/deploy/.ansible/tmp").iterdir())
    assert succeeded(spec(operator, server, delivery=delivery), 0)

    gone = spec(operator, server, state="absent")
    assert succeeded(gone, 1), gone.output


def test_they_go_back_when_index_and_mirror_are_gone(
    fleet: Fleet, operator: FleetPlayer, island: dict[str, Host]
) -> None:
    with serve(fleet.mirror) as server:
        for release in (OLD, NEW):
            wanted = f"{{{{ sample_version }}}}+{release}"
            done = spec(operator, server, delivery="push", wanted=wanted, index=f"{server.url}/{NDJSON}")
            assert succeeded(done, 1), done.output
    assert releases(island) == [NEW] * HOSTS
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))

    for changed in (1, 0):
        back = operator.play(ROLLBACK, variables={"ansible_become": True, "rollback_from_build": NEW}, env=QUICK)
        assert back.rc == 0, back.output
        assert succeeded(back, changed), back.output
        assert releases(island) == [OLD] * HOSTS
