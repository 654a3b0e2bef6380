# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flavor words of older manuals, `install_pgo+lto`, `install_debug` and `install_shared`, and what they mean.

No asset was ever published under such a name, so each is translated to the build that it describes
(docs/development/builds.md 1.4).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .._errors import InvalidName
from .asset_name import checked_release, is_asset_name
from .target import Target
from .version import Version

WORDS = ("pgo+lto", "debug", "shared")

_NAME = re.compile(
    r"cpython-(?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?)\+(?P<release>[0-9]{8})"
    r"-(?P<platform>[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*)-install_(?P<word>(?!only)[a-z]+(?:\+[a-z]+)*)"
    r"(?P<extension>\.tar\.(?:zst|gz))?"
)
# Architectures whose builds are optimized by lto alone, as those for musl are (docs/development/builds.md 1.3).
_LTO_ONLY = ("armv7", "ppc64le", "riscv64", "s390x")
# The last release whose shared Windows builds have the link word in every flavor; the plain triple, published from
# 20240415 on, is the same build (docs/development/builds.md 1.3, 1.4).
_LAST_LINK_WORD = "20240224"
# The first release whose musl builds are not static throughout (docs/development/builds.md 4.4).
_FIRST_DYNAMIC_MUSL = "20250311"


class ManualName(NamedTuple):
    """A name from an older manual, translated.

    `flavor` and `build_options` are those of the real build; None leaves the choice to the usual order.
    """

    file_name: str
    version: Version
    release: str
    target: str
    flavor: str | None
    build_options: str | None

    @classmethod
    def parse(cls, text: str) -> ManualName | None:
        """Parse such a name; None for any other. Raises `InvalidName` when it describes a build that cannot exist.

        `pgo+lto`  the full archive of the most optimized build that the target has: pgo+lto, on Windows pgo, and lto
                   where nothing better exists (musl, armv7, ppc64le, riscv64, s390x).
        `debug`    the full archive of the debug build, the only one that contains it. Windows has none.
        `shared`   the default build in the usual order of flavors, since each ships libpython as a library. The shared
                   Windows builds up to 20240224 have a separate target. musl had none before 20250311.
        """
        match = _NAME.fullmatch(text)
        if match is None:
            return None
        word, release, target = match["word"], checked_release(match["release"], text), Target.parse(match["platform"])
        if word not in WORDS:
            raise InvalidName(_unknown_word(text, word))
        return cls(
            file_name=text if match["extension"] else f"{text}.tar.zst",
            version=Version.parse(match["version"]),
            release=release,
            target=_target(word, target, release),
            flavor=None if word == "shared" else "full",
            build_options=_build_options(word, target),
        )


def _unknown_word(text: str, word: str) -> str:
    known = ", ".join(f"install_{known_word}" for known_word in WORDS)
    real = f"{text.partition('-install_')[0]}-{word}-full"
    advice = f"did you mean {real}?" if is_asset_name(f"{real}.tar.zst") else "write the real name of the asset."
    return f"{text!r} ends in install_{word}, but of such words only {known} are known: {advice}"


def _build_options(word: str, target: Target) -> str | None:
    if word == "shared":
        return None
    if word == "debug":
        if target.os == "windows":
            raise InvalidName("install_debug: there are no debug builds for Windows. Ask for install_only_stripped.")
        return "debug"
    if target.os == "windows":
        return "pgo"
    return "lto" if target.libc == "musl" or target.arch in _LTO_ONLY else "pgo+lto"


def _target(word: str, target: Target, release: str) -> str:
    if word != "shared":
        return str(target)
    if target.libc == "musl" and release < _FIRST_DYNAMIC_MUSL:
        raise InvalidName(
            f"install_shared: the musl builds of release {release} are static, without a shared libpython. Ask for "
            f"release {_FIRST_DYNAMIC_MUSL} or later."
        )
    if target.os == "windows":
        return f"{target.triple}-shared" if release <= _LAST_LINK_WORD else target.triple
    return str(target)
