# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host behind a slow link: whichever side fetches, the archive crosses it once, and has the time that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.conftest import Fleet, FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.networks import SLOW_BITS_PER_S, Network, slow_link
from tests.fleet.roots import ROOTS
from tests.fleet.samples import OLD
from tests.integration.playbooks import Played
from tests.support.sample_mirror import NDJSON
from tests.support.servers import serve

ROLE = Path(__file__).with_name("role.yml")
TIMEOUT_S = 5


@pytest.fixture(scope="module")
def link() -> Iterator[Network]:
    with slow_link() as network:
        yield network


@pytest.fixture(scope="module")
def far(link: Network) -> Iterator[Host]:
    with extra_hosts(HostSpec("far", ROOTS["bookworm"], network=link)) as hosts:
        yield hosts["far"]


@pytest.fixture
def operator(fleet: Fleet, far: Host, link: Network, tmp_path: Path) -> Iterator[FleetPlayer]:
    """Someone near the mirror, which the host reaches over the slow link as well."""
    with serve(fleet.mirror, host=link.controllers_address) as server:
        near = {"sample_mirror": server.url, "sample_index": f"{server.url}/{NDJSON}"}
        yield player(tmp_path, {"far": {**fleet.variables(far, user="deploy"), **near}})


def play_role(operator: FleetPlayer, **variables: object) -> Played:
    wanted = {
        "interpreter_name": f"{{{{ sample_version }}}}+{OLD}",
        "interpreter_allow_system": True,  # the sample has the version of the host's own Python
        "interpreter_timeout": TIMEOUT_S,
    }
    played = operator.play(ROLE, variables={**wanted, **variables}, env={"ANSIBLE_PIPELINING": "True"})
    assert played.rc == 0, played.output
    return played


def changed(played: Played) -> int:
    (figure,) = re.findall(r"ok=\d+ +changed=(\d+)", played.output)
    return int(figure)


@pytest.mark.parametrize("delivery", ["pull", "push"])
def test_an_archive_may_take_longer_than_the_timeout(
    fleet: Fleet, operator: FleetPlayer, far: Host, link: Network, delivery: str
) -> None:
    """`timeout` is for each wait: at the link's rate this archive takes longer, and it comes."""
    archive_bytes = Path(str(operator.hosts["far"]["sample_archive"])).stat().st_size
    assert archive_bytes * 8 > TIMEOUT_S * SLOW_BITS_PER_S

    before = link.sent_bytes()
    assert changed(play_role(operator, interpreter_delivery=delivery)) > 0
    assert archive_bytes < link.sent_bytes() - before < 2 * archive_bytes
    minor = fleet.samples["bookworm"].minor
    said = far.enter(f"/opt/python/{minor}/bin/python3", "-c", "import _sample; print(_sample.RELEASE)").stdout
    assert said.strip() == OLD

    before = link.sent_bytes()
    assert changed(play_role(operator, interpreter_delivery=delivery)) == 0
    assert link.sent_bytes() - before < archive_bytes / 10

    assert changed(play_role(operator, interpreter_state="absent")) > 0
