# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of a host, from the facts that the probe reported.

The programs decide, not the kernel: a 64-bit kernel may run 32-bit programs, and `uname` only describes the kernel.

Facts about the system come from the first bytes of one of its ELF files; layouts: elf(5).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._platform.facts import MACHINES
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform, cpu_level_of

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

_A_B = re.compile(r"(?<![0-9.])([0-9]{1,6})\.([0-9]{1,6})(?![0-9])")

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
    found = _A_B.findall(text)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


_HEADER_BYTES = 64  # of 64-bit files; the 52 of 32-bit files are always followed by more
_PROGRAM_INTERPRETER = 3  # PT_INTERP


class _Layout(NamedTuple):
    """The layout of the fields read from an ELF header and program headers: `struct` formats without byte order."""

    bits: int
    header: str  # e_phoff, e_phentsize, e_phnum, from byte 24 on
    program_type_and_offset: str  # p_type, p_offset


# (e_entry), e_phoff, (e_shoff, e_flags, e_ehsize), e_phentsize, e_phnum; those in parentheses are skipped
_LAYOUTS = {
    1: _Layout(bits=32, header="4xI10xHH", program_type_and_offset="II"),
    2: _Layout(bits=64, header="8xQ14xHH", program_type_and_offset="I4xQ"),
}


class Elf(NamedTuple):
    """The facts. `machine` is e_machine; `interpreter` is the loader's path, None if static or named further on."""

    bits: int
    big_endian: bool
    machine: int
    interpreter: str | None

    @classmethod
    def parse(cls, start: bytes) -> Elf | None:
        """Parse the start of a file; 1 KiB is enough. None when it is not an ELF file, or truncated in its header."""
        if len(start) < _HEADER_BYTES or start[:4] != b"\x7fELF" or start[4] not in _LAYOUTS:
            return None
        layout = _LAYOUTS[start[4]]
        spec = ">" if start[5] == 2 else "<"
        (machine,) = struct.unpack_from(spec + "H", start, 18)
        headers_at, header_size, count = struct.unpack_from(spec + layout.header, start, 24)
        positions = range(headers_at, headers_at + count * header_size, header_size) if header_size else ()
        return cls(
            bits=layout.bits,
            big_endian=spec == ">",
            machine=machine,
            interpreter=_interpreter(start, positions, spec + layout.program_type_and_offset),
        )


def _interpreter(start: bytes, positions: range | tuple[()], header: str) -> str | None:
    for position in positions:
        if position + struct.calcsize(header) > len(start):
            return None
        kind, offset = struct.unpack_from(header, start, position)
        if kind == _PROGRAM_INTERPRETER:
            name, end, _rest = start[offset:].partition(b"\0")
            return name.decode(errors="replace") if name and end else None
    return None
