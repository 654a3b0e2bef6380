# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a build runs on: target triples, and the platform words that asset names had before triples."""

from __future__ import annotations

import re
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple

from .._errors import InvalidName

# Every target with at least one published build, triples first (docs/development/builds.md 1.3, counted over all
# known names).
KNOWN_TARGETS = (
    *(f"x86_64{level}-unknown-linux-{libc}" for libc in ("gnu", "musl") for level in ("", "_v2", "_v3", "_v4")),
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "armv7-unknown-linux-gnueabihf",
    "armv7-unknown-linux-gnueabi",
    "i686-unknown-linux-gnu",
    "ppc64le-unknown-linux-gnu",
    "riscv64-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "aarch64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "i686-pc-windows-msvc-shared",
    "x86_64-pc-windows-msvc",
    "x86_64-pc-windows-msvc-shared",
)

# The platform words of 2018 to 2020 and their meaning today (docs/development/builds.md 1.1, era A).
LEGACY_PLATFORMS = {
    "linux64": "x86_64-unknown-linux-gnu",
    "linux64-musl": "x86_64-unknown-linux-musl",
    "macos": "x86_64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
    "windows-amd64-shared": "x86_64-pc-windows-msvc-shared",
    "windows-amd64-static": "x86_64-pc-windows-msvc-static",
    "windows-x86": "i686-pc-windows-msvc",
    "windows-x86-shared": "i686-pc-windows-msvc-shared",
    "windows-x86-static": "i686-pc-windows-msvc-static",
}

# An explicit alternation: a generic triple would swallow the build option that follows it in asset names. It also
# holds the architectures that can be built from source and were never released, such as mips and loongarch64.
TRIPLE_PATTERN = (
    r"(?:aarch64|armv7|i686|loongarch64|mips(?:el|64el)?|ppc64(?:le)?|riscv64|s390x|x86_64(?:_v[234])?)"
    r"-(?:unknown-linux-(?:gnu(?:eabi(?:hf)?|abi64)?|musl(?:eabi(?:hf)?)?)"
    r"|apple-darwin"
    r"|pc-windows-msvc(?:-(?:shared|static))?)"
)
LEGACY_PATTERN = r"(?:linux64(?:-musl)?|macos|windows-(?:amd64|x86)(?:-(?:shared|static))?)"

_TRIPLE = re.compile(TRIPLE_PATTERN)
_CPU_LEVEL = re.compile(r"_v([234])\Z")


class Target(NamedTuple):
    """A target triple, taken apart. `str()` is the triple, with the link word of old Windows builds when it has one.

    `arch` is without the x86-64 level, which is `cpu_level` (1 is the baseline). `os` is linux, darwin or windows.
    `libc` is gnu, gnueabi, gnueabihf, musl, …, and None outside Linux. `link` is shared, static or None.
    """

    triple: str
    arch: str
    cpu_level: int
    os: str
    libc: str | None
    link: str | None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Parse a triple or a platform word of era A. Raises `InvalidName`, which shows the closest known target."""
        return _parse_target(text)

    def __str__(self) -> str:
        return f"{self.triple}-{self.link}" if self.link else self.triple


@lru_cache(maxsize=128)
def _parse_target(text: str) -> Target:
    full = LEGACY_PLATFORMS.get(text, text)
    if _TRIPLE.fullmatch(full) is None:
        raise InvalidName(f"{text!r} is not a target of any build.{_suggestion(text)}")
    link = full.rpartition("-")[2] if full.endswith(("-shared", "-static")) else None
    triple = full[: -len(link) - 1] if link else full
    machine, _vendor, system = triple.split("-", 2)
    level = _CPU_LEVEL.search(machine)
    return Target(
        triple=triple,
        arch=machine[: level.start()] if level else machine,
        cpu_level=int(level[1]) if level else 1,
        os=system.split("-")[0],
        libc=system.partition("-")[2] if system.startswith("linux-") else None,
        link=link,
    )


def suggestions() -> ModuleType | None:
    """The module `suggest`, for a name that does not parse; None on a host.

    Hosts get names that the controller has parsed, so Ansible does not find this import, and ships 11 KB less.
    """
    from importlib import import_module

    try:
        return import_module(f"{__package__}.suggest")
    except ImportError:
        return None


def _suggestion(text: str) -> str:
    suggest = suggestions()
    nearest = suggest.nearest_target(text, KNOWN_TARGETS, LEGACY_PLATFORMS) if suggest else None
    if nearest:
        return f" Did you mean {nearest}?"
    return f" Targets are triples, such as {KNOWN_TARGETS[0]} or aarch64-apple-darwin."
