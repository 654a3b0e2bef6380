# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pull through a forward proxy that asks for a login, which nobody gets to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.integration.playbooks import QUICK, Played, Player
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server
from tests.support.tinyproxy import TinyproxyUnavailable, tinyproxy

USER, PASSWORD = "fleet", "s3cretOfTheHouse"


@dataclass(frozen=True)
class Proxy:
    port: int
    log: Path


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    log = tmp_path / "proxy.log"
    try:
        with tinyproxy(USER, PASSWORD, log) as port:
            yield Proxy(port, log)
    except TinyproxyUnavailable as error:
        pytest.skip(str(error))


def play(player: Player, samples: SampleMirror, server: Server, proxy: Proxy, password: str) -> Played:
    """With the proxy in the environment of the host, which is this machine, and all output that Ansible gives."""
    build = {
        "name": samples.samples[0].version.rpartition(".")[0],
        "path": str(player.directory / "opt" / "python"),
        "index": str(samples.index),
        "mirror": server.url,
        **QUICK,
    }
    tasks = [
        {"standalone.python.build": build, "register": "built", "ignore_errors": True},
        {"ansible.builtin.debug": {"var": "built"}},
        {"ansible.builtin.assert": {"that": "built is not failed"}},
    ]
    playbook = player.directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    address = f"http://{USER}:{password}@127.0.0.1:{proxy.port}"
    return player.play(playbook, "-vvvv", env={"http_proxy": address, "no_proxy": ""})


def test_it_is_gone_through_and_its_login_is_shown_nowhere(
    player: Player, samples: SampleMirror, server: Server, proxy: Proxy
) -> None:
    before = len(server.requests)
    played = play(player, samples, server, proxy, PASSWORD)
    assert played.rc == 0, played.output
    assert len(server.requests) > before
    assert f"GET {server.url}/" in proxy.log.read_text()
    assert PASSWORD not in played.output
    store = player.directory / "opt" / ".builds"
    receipts = [file.read_text() for file in store.glob("*/.build.json")]
    assert receipts
    assert not any(PASSWORD in receipt for receipt in receipts)


def test_a_wrong_login_is_reported_and_not_shown(
    player: Player, samples: SampleMirror, server: Server, proxy: Proxy
) -> None:
    before = len(server.requests)
    played = play(player, samples, server, proxy, "wrongPassword")
    assert played.rc == 2
    assert "407" in played.output or "proxy" in played.output
    assert "Traceback" not in played.output
    assert "wrongPassword" not in played.output
    assert len(server.requests) == before
