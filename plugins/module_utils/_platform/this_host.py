# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of this host, as far as a module finds it without the probe: machine, word size and processor level.

The C library stays unknown: the Python that runs a module may have brought another one than the host's programs use.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace

from .._errors import UnsupportedHost
from .facts import platform_of_facts
from .host import HostPlatform

_CPUINFO = "/proc/cpuinfo"


def platform_here() -> HostPlatform | None:
    """The platform of this host; None when nothing is known about hosts of its kind."""
    facts = {
        "system": os.uname().sysname,
        "architecture": os.uname().machine,
        "userspace_bits": struct.calcsize("P") * 8,
        "flags": _cpu_flags(),
        "distribution": "unknown",
    }
    try:
        return replace(platform_of_facts(facts), libc=None)
    except UnsupportedHost:
        return None


def _cpu_flags() -> list[str]:
    try:
        with open(_CPUINFO, encoding="utf-8", errors="replace") as lines:
            return next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return []
