# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten hosts at once, of three Debian releases: install, upgrade, go back, and what that costs when nothing is to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.conftest import BUILD_PLAY, REMOTE_CALL, Fleet, FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, OLD
from tests.integration.playbooks import Played

ROLE = Path(__file__).with_name("role.yml")
MOST_CALLS = 3  # of the role, for each build, when there is nothing to do
HOSTS = 10
RELEASES = ("bookworm", "trixie", "bullseye")
PATH = "/opt/python/3"


@pytest.fixture(scope="module")
def many() -> Iterator[dict[str, Host]]:
    specs = [HostSpec(f"host{number}", ROOTS[RELEASES[number % len(RELEASES)]]) for number in range(HOSTS)]
    with extra_hosts(*specs) as hosts:
        yield hosts


@pytest.fixture
def operator(fleet: Fleet, many: dict[str, Host], tmp_path: Path) -> FleetPlayer:
    """Someone who logs in as `deploy` and becomes root."""
    return player(tmp_path, {name: fleet.variables(host, user="deploy") for name, host in many.items()})


def spec(operator: FleetPlayer, name: str, **options: object) -> Played:
    played = operator.play(
        BUILD_PLAY,
        "-vvv",
        variables={"wanted": name, "path": PATH, "become": True, **options},
        env={"ANSIBLE_PIPELINING": "True", "ANSIBLE_FORKS": str(HOSTS)},
    )
    assert played.rc == 0, played.output
    return played


def changed(played: Played) -> set[str]:
    """The figures of the recap's column, which are the same for all hosts when the set has one."""
    return set(re.findall(r"ok=1 +changed=(\d)", played.output))


def releases(many: dict[str, Host]) -> set[str]:
    """What runs at the path, seen past Ansible by a user who did not install it."""
    ask = [f"{PATH}/bin/python3", "-c", "import _sample; print(_sample.RELEASE)"]
    return {host.enter("runuser", "--user=deploy", "--", *ask).stdout.strip() for host in many.values()}


def test_ten_hosts_through_the_life_of_a_build(operator: FleetPlayer, many: dict[str, Host]) -> None:
    exact = f"{{{{ sample_version }}}}+{OLD}"
    assert changed(spec(operator, exact)) == {"1"}
    assert releases(many) == {OLD}

    again = spec(operator, exact, index="/nonexistent")
    assert changed(again) == {"0"}
    assert again.output.count(REMOTE_CALL) == HOSTS

    assert changed(spec(operator, "{{ sample_minor }}", state="latest")) == {"1"}
    assert releases(many) == {NEW}
    assert changed(spec(operator, "{{ sample_minor }}", state="latest")) == {"0"}

    assert changed(spec(operator, exact, index="/nonexistent")) == {"1"}
    assert releases(many) == {OLD}

    assert changed(spec(operator, exact, state="absent")) == {"1"}
    assert [list(host.file("/opt/python").iterdir()) for host in many.values()] == [[]] * HOSTS
    assert changed(spec(operator, exact, state="absent")) == {"0"}


def test_the_role_has_nothing_to_do_the_second_time(operator: FleetPlayer) -> None:
    linked = {"interpreter_name": "{{ sample_minor }}", "interpreter_allow_system": True}
    transport = {"ANSIBLE_PIPELINING": "True", "ANSIBLE_FORKS": str(HOSTS)}
    first, second = (operator.play(ROLE, "-vvv", variables=linked, env=transport) for _unused in range(2))
    assert first.rc == 0, first.output
    assert second.rc == 0, second.output
    assert re.findall(r"ok=\d+ +changed=(\d+)", second.output) == ["0"] * HOSTS
    assert second.output.count(REMOTE_CALL) <= MOST_CALLS * HOSTS


def test_the_hosts_are_of_several_kinds(many: dict[str, Host]) -> None:
    versions = {host.enter("python3", "-c", "import sys; print(sys.version_info[:2])").stdout for host in many.values()}
    assert len(versions) == len(RELEASES)
