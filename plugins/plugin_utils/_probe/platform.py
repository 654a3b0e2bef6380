# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of a host, from the facts that the probe reported.

The programs decide, not the kernel: a 64-bit kernel may run 32-bit programs, and `uname` only describes the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ansible_collections.standalone.python.plugins.module_utils._platform.facts import MACHINES
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.module_utils._platform.requirements import cpu_level_of

from .elf import Elf

# e_machine (elf.h), 64 bits or not -> the architecture as in target triples; big-endian ppc64 is distinguished below.
_ARCHITECTURES = {
    (3, 32): "i686",
    (8, 32): "mips",
    (8, 64): "mips64",
    (20, 32): "ppc",
    (21, 64): "ppc64le",
    (22, 32): "s390",
    (22, 64): "s390x",
    (40, 32): "armv7",
    (62, 32): "x86_64",
    (62, 64): "x86_64",
    (183, 64): "aarch64",
    (243, 32): "riscv32",
    (243, 64): "riscv64",
    (258, 64): "loongarch64",
}

Facts = Mapping[str, Sequence[str]]


def host_platform(facts: Facts) -> HostPlatform:
    """The platform from the probe's facts, key -> all its values. Fields without a fact are None."""
    system, _unused, machine = first(facts, "system").partition(" ")
    if system == "Linux":
        return _linux(facts, machine)
    if first(facts, "translated") == "1":  # Rosetta: the shell runs as x86_64, the processor is not
        machine = "arm64"
    return HostPlatform(
        os=system.lower(),
        arch=MACHINES.get(machine, machine),
        bits=64,
        libc=None,
        libc_version=None,
        cpu_level=None,
        os_version=first(facts, "os_VERSION_ID") or None,
    )


def image_platform(facts: Facts) -> HostPlatform | None:
    """The platform of a system in a directory of the host; None when its shell does not show its architecture.

    The probe omits the processor, since another host's may run the system.
    """
    elf = Elf.parse(bytes.fromhex(first(facts, "elf")))
    if elf is None or (elf.machine, elf.bits) not in _ARCHITECTURES:
        return None
    _system, _unused, machine = first(facts, "system").partition(" ")
    return _linux(facts, machine)


def first(facts: Facts, key: str) -> str:
    """The first value of a key; empty when the probe did not report it."""
    values = facts.get(key)
    return values[0] if values else ""


def _linux(facts: Facts, machine: str) -> HostPlatform:
    elf = Elf.parse(bytes.fromhex(first(facts, "elf")))
    libcs = dict(text.partition(" ")[::2] for text in facts.get("libc", ()))
    loader = (elf.interpreter if elf else None) or next(iter(libcs), None)
    kind = _libc_kind(loader, elf)
    says = next((text for other, text in libcs.items() if _libc_kind(other, elf) == kind), "")
    flags = first(facts, "cpu_flags").lstrip(" \t:").split()
    return HostPlatform(
        os="linux",
        arch=_architecture(elf, machine),
        bits=elf.bits if elf else 64,
        libc=kind,
        libc_version=_version_in(says),
        cpu_level=cpu_level_of(flags) if flags else None,
        os_version=first(facts, "os_VERSION_ID").strip("\"'") or None,
    )


def _architecture(elf: Elf | None, machine: str) -> str:
    """The architecture. `machine`, the kernel's name, decides when the file is ambiguous, as for 32-bit ARM."""
    if elf is None:
        return MACHINES.get(machine, machine)
    arch = _ARCHITECTURES.get((elf.machine, elf.bits), machine)
    if arch == "ppc64le" and elf.big_endian:
        return "ppc64"
    if arch == "armv7" and machine.startswith(("armv4", "armv5", "armv6")):
        return machine[:5]
    return arch


def _libc_kind(loader: str | None, elf: Elf | None) -> str | None:
    """The last part of the target triple; None when there is no C library to load programs with."""
    name = loader.rpartition("/")[2] if loader else ""
    if name.startswith("ld-musl-"):
        return "musl"
    if not name.startswith(("ld-linux", "ld64.so", "ld.so")):
        return None
    if elf is None or elf.machine != 40:
        return "gnu"
    return "gnueabihf" if name == "ld-linux-armhf.so.3" else "gnueabi"


def _version_in(text: str) -> tuple[int, int] | None:
    """The last number of the form A.B in a C library's output, since distributions put their version before it."""
    found = re.findall(r"(?<![0-9.])([0-9]{1,6})\.([0-9]{1,6})(?![0-9])", text)
    return (int(found[-1][0]), int(found[-1][1])) if found else None
