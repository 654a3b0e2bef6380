# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of a host from Ansible facts, or of the host that this module runs on; the probe knows more than both.

Facts say nothing about the C library. A module finds machine, word size and processor level, but the Python that runs
it may have brought another C library than the host's programs use.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._errors import UnsupportedHost
from .host import HostPlatform, cpu_level_of

# Kernel machine and the bits of the programs -> the architecture as in targets.
_ARCHITECTURES = {
    ("x86_64", 64): "x86_64",
    ("x86_64", 32): "i686",
    ("aarch64", 64): "aarch64",
    ("aarch64", 32): "armv7",
    ("armv7", 32): "armv7",
    ("i686", 32): "i686",
    ("ppc64le", 64): "ppc64le",
    ("riscv64", 64): "riscv64",
    ("s390x", 64): "s390x",
}
# Other words that kernels use for the same machine -> the word in the table above.
MACHINES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armv7l": "armv7",
    "armv8l": "armv7",
    "i386": "i686",
    "i486": "i686",
    "i586": "i686",
}
_THIRTY_TWO_BITS = ("armv7", "i686")

# The distribution determines the C library. These use musl, by the fact `distribution` or `os_family`. All others are
# treated as glibc, which the probe confirms or refutes before anything is installed.
_MUSL_DISTRIBUTIONS = ("Adelie", "Alpine", "Chimera", "OpenWrt", "postmarketOS")
# These exist with either.
_AMBIGUOUS_DISTRIBUTIONS = ("Void",)

_ADVICE = "Gather facts (`gather_facts: true`), or give `target`."


def platform_of_facts(facts: Mapping[str, Any]) -> HostPlatform:
    """The platform that the facts describe.

    Raises `UnsupportedHost` when a required fact is missing, or when no target follows from the facts.
    """
    _require(facts, "system", "architecture")
    system = str(facts["system"])
    machine = str(facts["architecture"])
    machine = MACHINES.get(machine, machine)
    bits = int(facts.get("userspace_bits") or (32 if machine in _THIRTY_TWO_BITS else 64))
    arch = _ARCHITECTURES.get((machine, bits), machine)
    if system == "Darwin":
        version = facts.get("distribution_version")
        return HostPlatform("darwin", arch, bits, None, None, None, str(version) if version else None)
    if system != "Linux":
        raise UnsupportedHost(f"No target follows from the facts of a host with {system}. Give `target`.")
    flags = facts.get("flags")
    return HostPlatform(
        os="linux",
        arch=arch,
        bits=bits,
        libc=_libc(facts, arch),
        libc_version=None,
        cpu_level=cpu_level_of(flags) if flags and arch == "x86_64" else None,
        os_version=str(facts["distribution_version"]) if facts.get("distribution_version") else None,
    )


def _libc(facts: Mapping[str, Any], arch: str) -> str:
    """The C library as in targets. 32-bit ARM counts as hard float, which all but the oldest distributions use."""
    _require(facts, "distribution")
    words = " ".join(str(facts.get(fact) or "") for fact in ("distribution", "os_family")).split()
    if any(word in _AMBIGUOUS_DISTRIBUTIONS for word in words):
        raise UnsupportedHost(
            f"{facts['distribution']} comes with glibc or with musl, and facts do not say which. Give `target`."
        )
    if any(word in _MUSL_DISTRIBUTIONS for word in words):
        return "musl"
    return "gnueabihf" if arch == "armv7" else "gnu"


def _require(facts: Mapping[str, Any], *names: str) -> None:
    missing = [name for name in names if not facts.get(name)]
    if missing:
        lacking = " and ".join(missing)
        raise UnsupportedHost(f"The target of this host is not known: its facts lack {lacking}. {_ADVICE}")


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
