# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of a host, the targets that it runs, what builds require of it, and why it cannot run a build.

What builds require: docs/development/builds.md 4.3 and 4.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._builds.build import Build
from .._builds.target import KNOWN_TARGETS, Target
from .._errors import InvalidName, UnsupportedHost
from .._json import Fields

_LIBC_WORDS = {
    "gnu": "glibc",
    "gnueabi": "glibc with soft float",
    "gnueabihf": "glibc with hard float",
    "musl": "musl",
}
_OS_WORDS = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
HOST_PLATFORM = "host_platform"  # the argument that carries a platform to a module
PLATFORM_ARGUMENTS: dict[str, dict[str, Any]] = {HOST_PLATFORM: {"type": "dict"}}
_LEVELS = {"v2": 2, "v3": 3, "v4": 4}


@dataclass(frozen=True)
class HostPlatform:
    """The platform of a host. None means unknown, and never rules out a build.

    `os` is linux, darwin or the system's own name in lower case. `arch` and `bits` are those of the programs, which on
    a 64-bit kernel may be 32-bit. `libc` is as in targets (gnu, gnueabi, gnueabihf, musl), None outside Linux.
    `libc_version` has the first two numbers, as glibc's versions do. `cpu_level` is the x86-64 level, 1 to 4.
    `os_version` is the system's text, such as 14.5 for macOS. `called` is the host's name in messages.
    """

    os: str
    arch: str
    bits: int
    libc: str | None
    libc_version: tuple[int, int] | None
    cpu_level: int | None
    os_version: str | None = None
    called: str = field(default="this host", compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The platform as JSON, which `from_dict` reads."""
        return {**vars(self), "libc_version": list(self.libc_version) if self.libc_version else None}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> HostPlatform:
        """Read what `as_dict` returned. Raises `InvalidName` naming a field that is missing or of another type."""
        fields = Fields(mapping, HOST_PLATFORM, InvalidName)
        version = fields.optional(fields.numbers, "libc_version")
        if version is not None and len(version) != 2:
            raise fields.damaged("libc_version", "two numbers")
        return cls(
            os=fields.text("os"),
            arch=fields.text("arch"),
            bits=fields.number("bits"),
            libc=fields.optional_text("libc"),
            libc_version=(version[0], version[1]) if version else None,
            cpu_level=fields.optional(fields.number, "cpu_level"),
            os_version=fields.optional_text("os_version"),
            called=fields.text("called"),
        )

    def targets(self, cpu_level: str = "baseline") -> tuple[str, ...]:
        """The triples to look for, best first.

        `cpu_level` is the option's value and applies to x86-64 only. `auto` starts with the processor's level and goes
        down; `v2`, `v3` and `v4` are that level alone, whether the processor has it or not: `objection_to` reports
        that. Raises `UnsupportedHost` when there are no builds for the host.
        """
        native = self._native()
        if self.arch != "x86_64" or self.os != "linux" or cpu_level == "baseline":
            return (native,)
        if cpu_level == "auto":
            return (*(self._at_level(level) for level in range(self.cpu_level or 1, 1, -1)), native)
        return (self._at_level(_LEVELS[cpu_level]),)

    def objection_to(self, build: Build) -> str | None:
        """Why the host cannot run the build, as `why_not`, and what to ask for instead; None when it can."""
        reason = self._reason_against(build)
        return f"{self.why_not(build)} {reason[2]}" if reason else None

    def why_not(self, build: Build) -> str | None:
        """Why the host cannot run the build: what the build needs and what the host has.

        None when no reason is known.
        """
        reason = self._reason_against(build)
        return f"{build.name} needs {reason[0]}, but {self.called} {reason[1]}." if reason else None

    def _reason_against(self, build: Build) -> tuple[str, str, str] | None:
        target = Target.parse(build.target)
        return (
            self._other_machine(target)
            or self._other_libc(target, build)
            or self._old_libc(target, build)
            or self._low_cpu_level(target)
            or self._old_macos(target, build.release)
        )

    def __str__(self) -> str:
        words = [_OS_WORDS.get(self.os, self.os), self.arch, f"{self.bits}-bit", self._libc_words()]
        return " ".join(word for word in words if word)

    def _native(self) -> str:
        systems = {"linux": f"unknown-linux-{self.libc}", "darwin": "apple-darwin"}
        native = f"{self.arch}-{systems.get(self.os)}"
        if native not in KNOWN_TARGETS or (self.arch, self.bits) == ("x86_64", 32):
            if self.os == "linux" and self.libc is None:
                raise UnsupportedHost(
                    f"The C library of {self.called} ({self}) is not known, so its target is not either. Give `target`."
                )
            raise UnsupportedHost(f"There are no builds for {self.called} ({self}). Use the Python of its system.")
        return native

    def _at_level(self, level: int) -> str:
        return f"x86_64_v{level}-unknown-linux-{self.libc}"

    def _libc_words(self) -> str:
        if self.libc is None:
            return ""
        version = f" {_dotted(self.libc_version)}" if self.libc_version else ""
        return f"{_LIBC_WORDS.get(self.libc, self.libc)}{version}"

    def _other_machine(self, target: Target) -> tuple[str, str, str] | None:
        # Apple silicon runs builds for Intel where Rosetta is installed; the health check will show whether it is.
        same_arch = target.arch == self.arch or (self.os, self.arch, target.arch) == ("darwin", "aarch64", "x86_64")
        bits = 32 if target.arch in ("armv7", "i686") else 64
        if target.os == self.os and same_arch and bits == self.bits:
            return None
        kernel = ", whatever its kernel is" if self.bits == 32 else ""
        return (
            f"{_OS_WORDS[target.os]} with {bits}-bit {target.arch} programs",
            f"is {_OS_WORDS.get(self.os, self.os)} with {self.bits}-bit {self.arch} programs{kernel}",
            self._advice(),
        )

    def _other_libc(self, target: Target, build: Build) -> tuple[str, str, str] | None:
        if target.os != "linux" or self.libc in (None, target.libc) or is_static(build):
            return None
        return f"{_LIBC_WORDS[str(target.libc)]}", f"has {self._libc_words()}", self._advice()

    def _old_libc(self, target: Target, build: Build) -> tuple[str, str, str] | None:
        if target.os != "linux" or self.libc_version is None or is_static(build):
            return None
        minimum = libc_minimum(target)
        if self.libc_version >= minimum[:2]:
            return None
        static = f"{target.arch}-unknown-linux-musl"
        advice = "Use a newer system."
        if static in KNOWN_TARGETS:
            advice = f"A static build runs here: `target: {static}` with `build_options: lto+static`."
        return f"{_LIBC_WORDS[str(target.libc)]} {_dotted(minimum)} or later", f"has {self._libc_words()}", advice

    def _low_cpu_level(self, target: Target) -> tuple[str, str, str] | None:
        if self.cpu_level is None or target.cpu_level <= self.cpu_level:
            return None
        have = f"has one of level v{self.cpu_level}"
        return f"a processor of x86-64 level v{target.cpu_level}", have, "Ask for `cpu_level: baseline` or `auto`."

    def _old_macos(self, target: Target, release: str) -> tuple[str, str, str] | None:
        if target.os != "darwin":  # first, since a pattern takes longer to compile than all the rest
            return None
        version = re.match(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?", self.os_version or "")
        if version is None:
            return None
        minimum = macos_minimum(target, release)
        if (int(version[1]), int(version[2] or 0)) >= minimum:
            return None
        return f"macOS {_dotted(minimum)} or later", f"has macOS {self.os_version}", "Ask for an older release."

    def _advice(self) -> str:
        try:
            return f"Ask for {self._native()}, which is what it runs."
        except UnsupportedHost as error:
            return str(error)


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))


# The newest glibc that upstream's release validator allows builds to require: in general, and by architecture.
GLIBC_MINIMUM = (2, 17)
GLIBC_MINIMUM_OF = {"riscv64": (2, 28)}

# Up to this release all musl builds are static; later ones only with the build option `static`. The others load the
# host's musl, which must be as new as the one that they were built with.
LAST_STATIC_MUSL_RELEASE = "20250212"
MUSL_MINIMUM = (1, 2, 2)

# The first release of each macOS minimum, newest first.
MACOS_MINIMUM_OF = {
    "aarch64": (("00000000", (11, 0)),),
    "x86_64": (("20250106", (10, 15)), ("00000000", (10, 9))),
}

# Flags in /proc/cpuinfo; each level also needs those of the levels before it. `pni` is SSE3, `abm` is LZCNT.
CPU_LEVEL_FLAGS = {
    2: "cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2",
    3: "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
    4: "avx512f avx512bw avx512cd avx512dq avx512vl",
}


def cpu_level_of(flags: Iterable[str]) -> int:
    """The x86-64 level of a processor with these flags, 1 to 4."""
    known, level = set(flags), 1
    for candidate, needed in CPU_LEVEL_FLAGS.items():
        if not known.issuperset(needed.split()):
            break
        level = candidate
    return level


def is_static(build: Build) -> bool:
    """Whether a build for Linux needs no C library from the host."""
    if "static" in build.build_options.split("+"):
        return True
    return Target.parse(build.target).libc == "musl" and build.release <= LAST_STATIC_MUSL_RELEASE


def libc_minimum(target: Target) -> tuple[int, ...]:
    """The oldest C library, as numbers, that a build for this Linux target runs with unless it is static."""
    if target.libc == "musl":
        return MUSL_MINIMUM
    return GLIBC_MINIMUM_OF.get(target.arch, GLIBC_MINIMUM)


def macos_minimum(target: Target, release: str) -> tuple[int, int]:
    """The oldest macOS that a build of this release runs on."""
    return next(minimum for first, minimum in MACOS_MINIMUM_OF[target.arch] if release >= first)
