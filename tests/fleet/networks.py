# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks for hosts that are cut off: the controller reaches them, they have no route to anything else.

The link between the two can be a slow one. That is the kernel's token bucket, at both ends: so much a second, behind a
queue that a busy link makes half a second long. An idle one adds no delay: that would want netem, which not every
kernel has.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SUBNET = "198.18"  # for tests of networks (RFC 2544), so it is nobody's own
THEIR_END = "outside"  # of the link, as hosts know it
SLOW_BITS_PER_S = 4_000_000
BUCKET = ("tbf", "rate", f"{SLOW_BITS_PER_S}bit", "burst", "16kb", "latency", "500ms")


@dataclass(frozen=True)
class Network:
    """A network namespace with one address, which its hosts share, each with its own ports.

    A server that they are to reach listens on the controller's address.
    """

    name: str
    hosts_address: str
    controllers_address: str
    link: str  # the controller's end of it

    @property
    def enter(self) -> tuple[str, ...]:
        """What goes before a command to run it there."""
        return ("nsenter", f"--net=/run/netns/{self.name}")

    def sent_bytes(self) -> int:
        """What the controller's side has sent to the hosts so far."""
        return int(Path(f"/sys/class/net/{self.link}/statistics/tx_bytes").read_text())


@contextmanager
def cut_off() -> Iterator[Network]:
    """Such a network, until the block ends; where none can be made, the test is skipped."""
    number = os.getpid() % (1 << 14)  # four addresses for each process, so that runs side by side do not meet
    third, fourth = divmod(number * 4, 256)
    ours, theirs = (f"{SUBNET}.{third}.{fourth + host}" for host in (1, 2))
    network = Network(f"fleet-{number}", theirs, ours, f"fl{number}")
    try:
        _ip("netns", "add", network.name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespace can be made here: {error}")
    try:
        _ip("link", "add", network.link, "type", "veth", "peer", "name", THEIR_END, "netns", network.name)
        _ip("address", "add", f"{ours}/30", "dev", network.link)
        _ip("link", "set", network.link, "up")
        _ip("-n", network.name, "address", "add", f"{theirs}/30", "dev", THEIR_END)
        for interface in ("lo", THEIR_END):
            _ip("-n", network.name, "link", "set", interface, "up")
        yield network
    finally:
        _ip("netns", "delete", network.name)  # the link goes with it


@contextmanager
def slow_link() -> Iterator[Network]:
    """Such a network behind a slow link, until the block ends; where none can be made, the test is skipped."""
    with cut_off() as network:
        try:
            for where, end in (((), network.link), (network.enter, THEIR_END)):
                bucket = [*where, "tc", "qdisc", "add", "dev", end, "root", *BUCKET]
                subprocess.run(bucket, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no link can be made slow here: {error}")
        yield network


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
