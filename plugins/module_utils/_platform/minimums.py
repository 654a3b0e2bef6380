# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What builds require of a host: the oldest C library and system, and the processor level.

The facts: docs/development/builds.md 4.3 and 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable

from .._builds.build import Build
from .._builds.target import Target

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
