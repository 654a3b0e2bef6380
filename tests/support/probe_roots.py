# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System roots as the probe sees them: a shell's ELF header, loaders, os-release, and what the kernel says.

The headers are made by hand from the figures that real systems have, so a root is a few hundred bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform


def minimal_elf(
    machine: int, bits: int = 64, *, big_endian: bool = False, flags: int = 0, interpreter: str | None = None
) -> bytes:
    """An ELF file of one program header, or none when it is static, padded to the 1 KiB that the probe reads."""
    spec = ">" if big_endian else "<"
    identity = b"\x7fELF" + bytes([2 if bits == 64 else 1, 2 if big_endian else 1, 1]) + bytes(9)
    header_size, program_size, address = (64, 56, "Q") if bits == 64 else (52, 32, "I")
    count = 0 if interpreter is None else 1
    rest = struct.pack(
        f"{spec}HHI{address * 3}IHHHHHH",
        *(3, machine, 1, 0, header_size, 0, flags, header_size, program_size, count, 0, 0, 0),
    )
    if interpreter is None:
        return (identity + rest).ljust(1024, b"\0")
    name = interpreter.encode() + b"\0"
    offset = header_size + program_size
    layout, values = ("IIQQQQQQ", (3, 4, offset, 0, 0, len(name), len(name), 1))
    if bits == 32:
        layout, values = ("IIIIIIII", (3, offset, 0, 0, len(name), len(name), 4, 1))
    return (identity + rest + struct.pack(spec + layout, *values) + name).ljust(1024, b"\0")


@dataclass(frozen=True)
class RecordedRoot:
    """A recorded system. `links` are link -> target, `files` path -> text; `kernel` is what `uname -s -m` says."""

    name: str
    kernel: str
    shell: bytes
    expected: HostPlatform
    links: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def make(directory: Path, root: RecordedRoot) -> Path:
    """Writes the root below `directory` and returns its place."""
    place = directory / root.name
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "busybox").write_bytes(root.shell)
    (place / "bin" / "sh").symlink_to("/bin/busybox")
    for path, text in root.files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    for link, target in root.links.items():
        (place / link).parent.mkdir(parents=True, exist_ok=True)
        (place / link).symlink_to(target)
    return place


def _host(arch: str, libc: str | None, version: tuple[int, int] | None = None, *, bits: int = 64) -> HostPlatform:
    return HostPlatform(os="linux", arch=arch, bits=bits, libc=libc, libc_version=version, cpu_level=None)


ROOTS = (
    RecordedRoot(
        "debian-11-x86_64",
        "Linux x86_64",
        minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2"),
        HostPlatform("linux", "x86_64", 64, "gnu", (2, 31), None, "11"),
        links={"lib64/ld-linux-x86-64.so.2": "/lib/x86_64-linux-gnu/ld-2.31.so"},
        files={"etc/os-release": 'NAME="Debian"\nVERSION_ID="11"\nID=debian\n'},
    ),
    RecordedRoot(
        "centos-7-x86_64",
        "Linux x86_64",
        minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2"),
        _host("x86_64", "gnu", (2, 17)),
        links={"lib64/ld-linux-x86-64.so.2": "ld-2.17.so"},
    ),
    RecordedRoot(
        "debian-13-x86_64",
        "Linux x86_64",
        minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2"),
        _host("x86_64", "gnu"),
        files={"lib64/ld-linux-x86-64.so.2": ""},
    ),
    RecordedRoot(
        "alpine-x86_64",
        "Linux x86_64",
        minimal_elf(62, interpreter="/lib/ld-musl-x86_64.so.1"),
        HostPlatform("linux", "x86_64", 64, "musl", None, None, "3.20.1"),
        files={"lib/ld-musl-x86_64.so.1": "", "usr/lib/os-release": "ID=alpine\nVERSION_ID=3.20.1\n"},
    ),
    RecordedRoot(
        "alpine-x86_64-with-glibc-beside",
        "Linux x86_64",
        minimal_elf(62, interpreter="/lib/ld-musl-x86_64.so.1"),
        _host("x86_64", "musl"),
        files={"lib/ld-musl-x86_64.so.1": ""},
        links={"lib64/ld-linux-x86-64.so.2": "ld-2.31.so"},
    ),
    RecordedRoot(
        "static-shell-with-glibc-and-musl",
        "Linux x86_64",
        minimal_elf(62),
        _host("x86_64", "gnu", (2, 28)),
        files={"lib/ld-musl-x86_64.so.1": ""},
        links={"lib64/ld-linux-x86-64.so.2": "../lib/x86_64-linux-gnu/ld-2.28.so"},
    ),
    RecordedRoot(
        "static-shell-with-musl",
        "Linux aarch64",
        minimal_elf(183),
        _host("aarch64", "musl"),
        files={"lib/ld-musl-aarch64.so.1": ""},
    ),
    RecordedRoot("static-shell-and-nothing-else", "Linux x86_64", minimal_elf(62), _host("x86_64", None)),
    RecordedRoot(
        "nixos-x86_64",
        "Linux x86_64",
        minimal_elf(62, interpreter="/nix/store/0abc-glibc-2.38-44/lib/ld-linux-x86-64.so.2"),
        _host("x86_64", "gnu"),
    ),
    RecordedRoot(
        "i386-programs-on-x86_64-kernel",
        "Linux x86_64",
        minimal_elf(3, 32, interpreter="/lib/ld-linux.so.2"),
        _host("i686", "gnu", (2, 31), bits=32),
        links={"lib/ld-linux.so.2": "i386-linux-gnu/ld-2.31.so"},
    ),
    RecordedRoot(
        "x32-programs",
        "Linux x86_64",
        minimal_elf(62, 32, interpreter="/libx32/ld-linux-x32.so.2"),
        _host("x86_64", "gnu", bits=32),
    ),
    RecordedRoot(
        "debian-11-aarch64",
        "Linux aarch64",
        minimal_elf(183, interpreter="/lib/ld-linux-aarch64.so.1"),
        _host("aarch64", "gnu", (2, 31)),
        links={"lib/ld-linux-aarch64.so.1": "aarch64-linux-gnu/ld-2.31.so"},
    ),
    RecordedRoot(
        "alpine-aarch64",
        "Linux aarch64",
        minimal_elf(183, interpreter="/lib/ld-musl-aarch64.so.1"),
        _host("aarch64", "musl"),
        files={"lib/ld-musl-aarch64.so.1": ""},
    ),
    RecordedRoot(
        "armhf-programs-on-aarch64-kernel",
        "Linux aarch64",
        minimal_elf(40, 32, flags=0x5000400, interpreter="/lib/ld-linux-armhf.so.3"),
        _host("armv7", "gnueabihf", (2, 31), bits=32),
        links={"lib/ld-linux-armhf.so.3": "arm-linux-gnueabihf/ld-2.31.so"},
    ),
    RecordedRoot(
        "armel-programs-on-aarch64-kernel",
        "Linux aarch64",
        minimal_elf(40, 32, flags=0x5000200, interpreter="/lib/ld-linux.so.3"),
        _host("armv7", "gnueabi", (2, 28), bits=32),
        links={"lib/ld-linux.so.3": "arm-linux-gnueabi/ld-2.28.so"},
    ),
    RecordedRoot(
        "raspberry-pi-zero",
        "Linux armv6l",
        minimal_elf(40, 32, flags=0x5000400, interpreter="/lib/ld-linux-armhf.so.3"),
        _host("armv6", "gnueabihf", bits=32),
    ),
    RecordedRoot(
        "alpine-armv7",
        "Linux armv7l",
        minimal_elf(40, 32, flags=0x5000400, interpreter="/lib/ld-musl-armhf.so.1"),
        _host("armv7", "musl", bits=32),
    ),
    RecordedRoot(
        "debian-12-ppc64le",
        "Linux ppc64le",
        minimal_elf(21, flags=2, interpreter="/lib64/ld64.so.2"),
        _host("ppc64le", "gnu"),
        files={"lib64/ld64.so.2": ""},
    ),
    RecordedRoot(
        "big-endian-ppc64",
        "Linux ppc64",
        minimal_elf(21, big_endian=True, interpreter="/lib64/ld64.so.1"),
        _host("ppc64", "gnu"),
    ),
    RecordedRoot(
        "rhel-8-s390x",
        "Linux s390x",
        minimal_elf(22, big_endian=True, interpreter="/lib/ld64.so.1"),
        _host("s390x", "gnu", (2, 28)),
        links={"lib/ld64.so.1": "ld-2.28.so"},
    ),
    RecordedRoot(
        "debian-13-riscv64",
        "Linux riscv64",
        minimal_elf(243, flags=5, interpreter="/lib/ld-linux-riscv64-lp64d.so.1"),
        _host("riscv64", "gnu"),
        files={"lib/ld-linux-riscv64-lp64d.so.1": ""},
    ),
    RecordedRoot(
        "mips-router",
        "Linux mips",
        minimal_elf(8, 32, big_endian=True, interpreter="/lib/ld-musl-mips-sf.so.1"),
        _host("mips", "musl", bits=32),
    ),
    RecordedRoot("a-shell-that-is-no-elf-file", "Linux aarch64", b"#!/bin/nothing\n", _host("aarch64", None)),
)
