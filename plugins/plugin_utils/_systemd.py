# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd: checks of service names, and the units that processes belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

_SERVICE = re.compile(r"[A-Za-z0-9:_.@\\-]+\.service")  # systemd.unit(5)

# A unit of systemd in the path of a control group, in the line of systemd's own hierarchy, in either version. Users
# name groups below their own, with anything but a line feed; names of units have few characters (systemd.unit(5)).
_CGROUP = re.compile(r"/proc/(?P<pid>[0-9]{1,10})/cgroup:(?:0:|[0-9]+:name=systemd):(?P<group>/.*)", re.DOTALL)
_UNIT = re.compile(r"/(?P<unit>[A-Za-z0-9:_.@\\-]+\.(?:service|scope))(?=/|\Z)")


def require_services(units: Sequence[str], option: str) -> None:
    """Raise `InvalidName` for an invalid service name, which as part of a path could point elsewhere."""
    for unit in units:
        if not _SERVICE.fullmatch(unit):
            raise InvalidName(
                f"Cannot use {unit} of {option}: it is no name of a service. Write it with its suffix, as in "
                "myapp.service."
            )


def units_of(text: str, pids: Iterable[int]) -> list[str]:
    """The services that processes belong to, sorted, from the output of `grep -H . /proc/PID/cgroup` for them.

    A process without a unit is `process PID`. One that has ended meanwhile, and so has no output, is left out.
    """
    numbers = set(pids)
    found: dict[int, str] = {}
    for line in text.split("\n"):
        match = _CGROUP.fullmatch(line)
        if match and int(match["pid"]) in numbers:
            unit = _UNIT.search(match["group"])
            if unit:
                found[int(match["pid"])] = unit["unit"]
            else:  # with both hierarchies in use, the other line may have it
                found.setdefault(int(match["pid"]), f"process {match['pid']}")
    return sorted(set(found.values()))
