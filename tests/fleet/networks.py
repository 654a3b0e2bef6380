# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network for hosts that are cut off: the controller reaches them, they have no route to anything else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

SUBNET = "198.18"  # for tests of networks (RFC 2544), so it is nobody's own


@dataclass(frozen=True)
class Network:
    """A network namespace with one address, which its hosts share with ports of their own."""

    name: str
    hosts_address: str

    @property
    def enter(self) -> tuple[str, ...]:
        """What goes before a command to run it there."""
        return ("nsenter", f"--net=/run/netns/{self.name}")


@contextmanager
def cut_off() -> Iterator[Network]:
    """Such a network, until the block ends; where none can be made, the test is skipped."""
    number = os.getpid() % (1 << 14)  # four addresses for each process, so that runs side by side do not meet
    third, fourth = divmod(number * 4, 256)
    ours, theirs = (f"{SUBNET}.{third}.{fourth + host}" for host in (1, 2))
    network = Network(f"fleet-{number}", theirs)
    try:
        _ip("netns", "add", network.name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespace can be made here: {error}")
    link = f"fl{number}"
    try:
        _ip("link", "add", link, "type", "veth", "peer", "name", "outside", "netns", network.name)
        _ip("address", "add", f"{ours}/30", "dev", link)
        _ip("link", "set", link, "up")
        _ip("-n", network.name, "address", "add", f"{theirs}/30", "dev", "outside")
        for interface in ("lo", "outside"):
            _ip("-n", network.name, "link", "set", interface, "up")
        yield network
    finally:
        _ip("netns", "delete", network.name)  # the link goes with it


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
