# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fleet's tests share: hosts of each kind, a mirror that they reach, and a way to play on them over SSH."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.hosts import Host, HostSpec, running
from tests.fleet.roots import ROOTS, RootUnavailable, obtain
from tests.fleet.samples import HostSample, fill_mirror
from tests.integration.playbooks import Player
from tests.support.servers import serve

BUILD_PLAY = Path(__file__).with_name("build.yml")
BOOTSTRAP_PLAY = Path(__file__).with_name("bootstrap.yml")
PIPELINED = {"ANSIBLE_PIPELINING": "True"}
REMOTE_CALL = "SSH: EXEC"  # how Ansible shows one at -vvv

# Always there. Whatever is done to them stays below a folder of the test's own.
STANDING = (
    HostSpec("bullseye", ROOTS["bullseye"]),
    HostSpec("bookworm", ROOTS["bookworm"]),
    HostSpec("trixie", ROOTS["trixie"]),
    HostSpec("forky", ROOTS["forky"]),
    HostSpec("i386", ROOTS["i386"]),
    HostSpec("umask077", ROOTS["bookworm"], umask="077"),
)


@dataclass(frozen=True)
class Fleet:
    """The standing hosts, and samples for them behind a server."""

    hosts: Mapping[str, Host]
    missing: Mapping[str, str]  # those whose root cannot be made here, with the reason
    samples: Mapping[str, HostSample]  # by the name of the root
    mirror: Path
    url: str

    def host(self, name: str) -> Host:
        """One of them; where it is missing, the test is skipped."""
        if name in self.missing:
            pytest.skip(self.missing[name])
        return self.hosts[name]

    def variables(self, host: Host, sample_of: str = "", user: str = "root") -> dict[str, Any]:
        """An inventory's words about any host: how to reach it, and the sample of its root or of another one."""
        sample = self.samples[sample_of or host.spec.root.name]
        return {**host.connection(user), **sample.variables(self.mirror, self.url)}


@dataclass(frozen=True)
class FleetPlayer(Player):
    """Plays on the hosts of an inventory: variables by name."""

    hosts: Mapping[str, Mapping[str, Any]]

    def inventory(self) -> Path:
        file = self.directory / "inventory.json"
        file.write_text(json.dumps({"all": {"hosts": self.hosts}}))
        return file


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    if os.geteuid() != 0:
        pytest.skip("only root can give a host its namespaces and mounts")
    missing = _unobtainable()
    mirror = tmp_path_factory.mktemp("mirror")
    with running(*(spec for spec in STANDING if spec.name not in missing)) as hosts:
        one_of_each_root = {host.spec.root.name: host for host in hosts.values()}
        samples = fill_mirror(mirror, one_of_each_root.values())
        with serve(mirror) as server:
            yield Fleet(hosts, missing, samples, mirror, server.url)


def _unobtainable() -> dict[str, str]:
    """The standing hosts that cannot be, and why. Makes the roots of all others."""
    reasons = {}
    for spec in STANDING:
        try:
            obtain(spec.root)
        except RootUnavailable as error:
            reasons[spec.name] = str(error)
    return reasons


@contextmanager
def extra_hosts(*specs: HostSpec) -> Iterator[Mapping[str, Host]]:
    """Hosts for one test, which may spoil them; where a root cannot be made, the test is skipped."""
    try:
        for spec in specs:
            obtain(spec.root)
    except RootUnavailable as error:
        pytest.skip(str(error))
    with running(*specs) as hosts:
        yield hosts


@pytest.fixture(params=[True, False], ids=["pipelined", "by-files"])
def transport(request: pytest.FixtureRequest) -> dict[str, str]:
    """Ansible's ways to bring a module over SSH: through the command's input, or as a file by sftp."""
    return {"ANSIBLE_PIPELINING": str(request.param)}


def player(directory: Path, hosts: Mapping[str, Mapping[str, Any]]) -> FleetPlayer:
    """A player with its own cache; Ansible looks for the hosts' Python itself, as it does for most users."""
    return FleetPlayer(directory, "auto", hosts)
