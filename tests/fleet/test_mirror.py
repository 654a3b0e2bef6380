# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role `mirror` on a Debian host with its own nginx: served, changed, served no longer, gone."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.fleet.conftest import FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.integration.playbooks import Played
from tests.support.mirror_specs import complaints, fill_source
from tests.support.sample_mirror import NDJSON
from tests.support.servers import serve

ROLE = Path(__file__).with_name("mirror.yml")
CONFIGURATION = "/etc/nginx/conf.d/standalone-python-mirror.conf"
RELEASES = ("20260101", "20260201")


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with extra_hosts(HostSpec("mirror", ROOTS["mirror"])) as hosts:
        hosts["mirror"].enter("rm", "/etc/nginx/sites-enabled/default")  # the loopback is shared, its port 80 as well
        yield hosts["mirror"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def operator(host: Host, tmp_path: Path, port: int) -> Iterator[FleetPlayer]:
    assets = fill_source(tmp_path / "source", RELEASES)
    with serve(tmp_path / "source") as server:
        variables = {
            **host.connection("deploy"),
            "mirror_assets": assets,
            "mirror_source": [server.url],
            "mirror_listen": [f"127.0.0.1:{port}"],
            "mirror_server_names": ["127.0.0.1"],
            "mirror_nginx_package": "nginx-light",
        }
        yield player(tmp_path, {"mirror": variables})


def play(operator: FleetPlayer, *arguments: str, **variables: object) -> Played:
    return operator.play(ROLE, *arguments, variables=variables, env={"ANSIBLE_PIPELINING": "True"})


def changed(played: Played) -> int:
    assert played.rc == 0, played.output
    (figure,) = re.findall(r"changed=(\d+)", played.output)
    return int(figure)


def wait_until_refused(url: str) -> None:
    """nginx reloads after the service manager has said that it does: its old processes answer some milliseconds on."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            urlopen(url).close()
        except URLError:
            return
        time.sleep(0.05)
    pytest.fail(f"{url} is still served.")


def test_the_role_from_nothing_to_nothing(host: Host, operator: FleetPlayer, port: int) -> None:
    url = f"http://127.0.0.1:{port}/{NDJSON}"
    assert changed(play(operator, "--check"))
    assert not host.file("/srv/python").exists()

    assert changed(play(operator))
    with urlopen(url) as response:
        assert response.read() == host.file(f"/srv/python/{NDJSON}").read_bytes()
        assert response.headers["Cache-Control"] == "public, max-age=60"
    assert complaints(host.file("/srv/python")) == []
    assert changed(play(operator)) == 0

    refused = play(operator, mirror_listen=[f"127.0.0.1:{port} unknown_word"])  # a form that only nginx can judge
    assert refused.rc != 0
    assert "failed to validate" in refused.output
    with urlopen(url) as response:  # what nginx refuses never gets to its place
        assert response.status == 200

    assert changed(play(operator, mirror_serve=False))
    wait_until_refused(url)
    assert changed(play(operator, mirror_serve=False)) == 0

    assert changed(play(operator, mirror_state="absent"))
    assert not host.file("/srv/python").exists()
    assert not host.file(CONFIGURATION).exists()
    assert changed(play(operator, mirror_state="absent")) == 0
