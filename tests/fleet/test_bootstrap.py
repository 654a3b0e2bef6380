# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts without a usable Python become manageable over SSH, whatever their accounts and transports, and disturbed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import (
    BOOTSTRAP_PLAY,
    BUILD_PLAY,
    PIPELINED,
    REMOTE_CALL,
    Fleet,
    FleetPlayer,
    extra_hosts,
    player,
)
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.old_pythons import OLD_PYTHONS, give, starts
from tests.fleet.roots import ROOTS
from tests.fleet.samples import OLD
from tests.integration.playbooks import Played
from tests.support.host_view import PathView, contents

PATH = "/opt/python/3.11"
INSTANTS = 20
SEED = random.SystemRandom().randrange(1_000_000)


@pytest.fixture
def pythonless() -> Iterator[Host]:
    with extra_hosts(HostSpec("pythonless", ROOTS["pythonless"], umask="077")) as hosts:
        yield hosts["pythonless"]


@pytest.fixture(params=["", *OLD_PYTHONS], ids=["no-python", *OLD_PYTHONS])
def unmanageable(request: pytest.FixtureRequest, pythonless: Host) -> Host:
    """A host without Python, or with one that Ansible's modules do not run on."""
    if request.param:
        give(pythonless, request.param)
    return pythonless


@pytest.fixture(scope="module")
def expected(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    """What `build` makes of `/opt/python` on a host with Python."""
    with extra_hosts(HostSpec("other", ROOTS["bookworm"])) as hosts:
        operator = player(tmp_path_factory.mktemp("other"), {"host": fleet.variables(hosts["other"])})
        built = build(operator)
        assert built.rc == 0, built.output
        return contents(hosts["other"].file("/opt/python"))


def build(operator: FleetPlayer) -> Played:
    return operator.play(BUILD_PLAY, variables={"wanted": f"{{{{ sample_version }}}}+{OLD}", "path": PATH})


def bootstrap(
    directory: Path, variables: dict[str, Any], *arguments: str, env: dict[str, str] | None = None, **options: object
) -> Played:
    return player(directory, {"host": variables}).play(
        BOOTSTRAP_PLAY, *arguments, variables={"path": PATH, **options}, env=env or PIPELINED
    )


def view(host: Host, path: str = PATH) -> PathView:
    return PathView(host.file(path))


def test_it_is_what_build_makes_and_takes_three_calls(
    fleet: Fleet, unmanageable: Host, expected: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    variables = fleet.variables(unmanageable, sample_of="bookworm")
    assert build(player(tmp_path, {"host": variables})).rc != 0
    starts(unmanageable)  # those of Ansible, in vain
    first = bootstrap(tmp_path, variables, "-vvv", go_on=False)
    second = bootstrap(tmp_path, variables, "-vvv", go_on=False)
    assert first.rc == 0, first.output
    assert contents(unmanageable.file("/opt/python")) == expected
    assert (first.output.count(REMOTE_CALL), second.output.count(REMOTE_CALL)) == (3, 1)
    assert bootstrap(tmp_path, variables).rc == 0
    assert starts(unmanageable) == []


@pytest.mark.parametrize("minor", OLD_PYTHONS)
def test_an_old_python_would_show(pythonless: Host, minor: str) -> None:
    give(pythonless, minor)
    starts(pythonless)
    pythonless.enter("python3", "-c", "pass")
    assert len(starts(pythonless)) == 1


@pytest.mark.parametrize("become", [True, False], ids=["become-root", "at-home"])
def test_accounts(become: bool, fleet: Fleet, pythonless: Host, transport: dict[str, str], tmp_path: Path) -> None:
    pythonless.enter("mount", "-t", "tmpfs", "-o", "noexec,mode=1777", "tmpfs", "/tmp")
    pythonless.enter("mount", "-t", "tmpfs", "-o", "noexec,mode=1777", "tmpfs", "/var/tmp")
    path = PATH if become else "~/python/3.11"
    variables = fleet.variables(pythonless, sample_of="bookworm", user="deploy")
    played = bootstrap(tmp_path, variables, env=transport, path=path, become=become)
    assert played.rc == 0, played.output
    assert view(pythonless, path.replace("~", "/home/deploy")).litter() == []
    assert pythonless.enter("find", "/tmp", "/home/deploy/.ansible", "-type", "f", check=False).stdout == ""


@pytest.mark.parametrize("user", ["tess", "fay", "zoe"])
def test_login_shells(user: str, fleet: Fleet, transport: dict[str, str], tmp_path: Path) -> None:
    variables = fleet.variables(fleet.host("bookworm"), user=user)
    variables["ansible_python_interpreter"] = "/nonexistent/python3"
    played = bootstrap(tmp_path, variables, env=transport, path=f"~/{tmp_path.name}/python")
    assert played.rc == 0, played.output


def test_becoming_somebody_else(fleet: Fleet, pythonless: Host, tmp_path: Path) -> None:
    variables = fleet.variables(pythonless, sample_of="bookworm")
    variables |= {"ansible_become_user": "deploy", "ansible_become_method": "ansible.builtin.sudo"}
    played = bootstrap(tmp_path, variables, path="/home/deploy/python", become=True, go_on=False)
    assert played.rc == 0, played.output
    assert pythonless.enter("find", "/home/deploy/python", "/home/deploy/.builds", "-user", "root").stdout == ""


def test_without_sftp_and_scp(fleet: Fleet, pythonless: Host, tmp_path: Path) -> None:
    without = "sed -i /^Subsystem/d /etc/ssh/sshd_config && rm -f /usr/bin/scp && kill -HUP 1"
    pythonless.enter("sh", "-c", without)
    variables = fleet.variables(pythonless, sample_of="bookworm")
    played = bootstrap(tmp_path, variables, env={"ANSIBLE_PIPELINING": "False"})
    assert played.rc == 0, played.output


# What goes away of a host: all of it, as when it loses its power, or only the far end of the controller's connection,
# while what was started through it lives on.
EVERYTHING = "kill -KILL -1"
CONNECTION = """
read -r processes </proc/1/task/1/children
for process in $processes; do
    read -r name </proc/"$process"/comm && [ "$name" != sshd ] || kill -KILL "$process"
done
"""


@pytest.mark.parametrize("cut", [EVERYTHING, CONNECTION], ids=["host", "connection"])
def test_cut_off_at_random_instants(cut: str, fleet: Fleet, pythonless: Host, tmp_path: Path) -> None:
    """Whatever goes on, or does not, the next run has to end right."""
    variables = fleet.variables(pythonless, sample_of="bookworm")
    started = time.monotonic()
    assert bootstrap(tmp_path, variables, go_on=False).rc == 0
    duration_s = time.monotonic() - started
    undisturbed = contents(pythonless.file("/opt/python"))
    chance, failed = random.Random(SEED), 0
    with ThreadPoolExecutor() as pool:
        for number in range(INSTANTS):
            pythonless.enter("rm", "-rf", "/opt/python")
            disturbed = pool.submit(bootstrap, tmp_path, variables, go_on=False)
            delay_s = duration_s * (number + chance.random()) / INSTANTS
            time.sleep(delay_s)
            pythonless.enter("sh", "-c", cut)
            failed += disturbed.result().rc != 0
            played = bootstrap(tmp_path, variables, go_on=False)
            when = f"cut off after {delay_s:.2f} of {duration_s:.2f} s, with seed {SEED}"
            assert played.rc == 0, f"{when}: {played.output}"
            assert view(pythonless).litter() == [], when
            assert contents(pythonless.file("/opt/python")) == undisturbed, when
    assert failed  # else nothing was cut off, and this has shown nothing
