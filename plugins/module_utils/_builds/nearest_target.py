# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For a word that is no target: the published target that was probably meant."""

from __future__ import annotations

import difflib
import re

from .target import KNOWN_TARGETS, LEGACY_PLATFORMS

# How others call architectures, systems and C libraries: Debian, Docker, uv, Go, wheels.
_ARCHITECTURES = {
    r"x86_64_v[234]": "",
    r"x86_64|x86-64|amd64|x64": "x86_64",
    r"aarch64|arm64": "aarch64",
    r"armv7|armv7l|armhf|arm": "armv7",
    r"ppc64le|ppc64el|powerpc64le": "ppc64le",
    r"riscv64|riscv64gc": "riscv64",
    r"s390x": "s390x",
    r"i[3456]86|x86": "i686",
}
_SYSTEMS = {
    r"alpine|musl\w*": "unknown-linux-musl",
    r"gnueabi|armel": "unknown-linux-gnueabi",
    r"linux|manylinux\w*|gnu|gnueabihf|glibc": "unknown-linux-gnu",
    r"darwin|macos|macosx|osx|apple": "apple-darwin",
    r"windows|win|win32|win64|msvc": "pc-windows-msvc",
}
_HARD_FLOAT = {"armv7-unknown-linux-gnu": "armv7-unknown-linux-gnueabihf"}


def nearest_target(text: str, legacy: bool = True) -> str | None:
    """The known target most like `text`, or with `legacy` the old platform word; None when nothing is like it."""
    wanted = text.lower()
    known = [*KNOWN_TARGETS, *LEGACY_PLATFORMS] if legacy else list(KNOWN_TARGETS)
    if wanted in known:
        return wanted
    if wanted in LEGACY_PLATFORMS:
        return LEGACY_PLATFORMS[wanted]
    meant = _by_words(wanted)
    if meant:
        return meant
    close = difflib.get_close_matches(wanted, known, n=5, cutoff=0.7)
    return next((target for target in close if _same_machine(wanted, target)), None)


def _same_machine(text: str, target: str) -> bool:
    """Whether the first words are alike, too: triples have most of their letters in common with any other."""
    return difflib.SequenceMatcher(a=text.partition("-")[0], b=target.partition("-")[0]).ratio() >= 0.6


def _by_words(text: str) -> str | None:
    """The target with the architecture and the system that stand anywhere in `text`, each by any of its names."""
    arch = _named(_ARCHITECTURES, text)
    system = _named(_SYSTEMS, text)
    target = f"{arch}-{system}"
    target = _HARD_FLOAT.get(target, target)
    return target if target in KNOWN_TARGETS else None


def _named(names: dict[str, str], text: str) -> str | None:
    for pattern, meaning in names.items():
        match = re.search(rf"(?:^|[-_./ ])({pattern})(?=$|[-_./ 0-9])", text)
        if match:
            return meaning or match[1]
    return None
