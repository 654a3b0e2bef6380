# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Content that only has to be there: terminfo entries, library ballast, what a full archive carries besides Python."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .sample_archive import Member

TERMINFO = "share/terminfo"

# The 'real' size: the tree of a stripped build as docs/development/performance.md measured it.
REAL_FILES = 3591
REAL_LINKS = 1052
REAL_BYTES = 86_000_000


def terminfo(files: int, links: int) -> Iterator[Member]:
    """Terminal descriptions below their first letter, and aliases that are relative symlinks to them."""
    for number in range(files):
        name = _terminal(number)
        yield Member(f"{TERMINFO}/{name[0]}/{name}", _terminal_description(name))
    for number in range(links):
        target = _terminal(number % files)
        letter = "abcdefghjklmnopqrstuvwxyz"[number % 25]
        up = "" if letter == target[0] else f"../{target[0]}/"
        yield Member(f"{TERMINFO}/{letter}/{letter}alias{number}", link=up + target)


def as_large_as_real(members: list[Member], machine_code: bytes) -> list[Member]:
    """What to add to `members` for the number of files, links and bytes of a real stripped build.

    The bytes are machine code of the interpreter over and over: deflate, with its window of 32 KiB, does not see that.
    """
    files = REAL_FILES - sum(not member.link for member in members) - len(LIBRARIES)
    links = REAL_LINKS - sum(bool(member.link) for member in members)
    added = list(terminfo(files, links))
    missing = REAL_BYTES - sum(len(member.content) for member in members + added)
    share = max(missing, 0) // len(LIBRARIES)
    code = machine_code * (share // len(machine_code) + 1)
    return added + [Member(name, code[:share], executable=True) for name in LIBRARIES]


LIBRARIES = ("lib/libtcl9.0.so", "lib/libtcl9tk9.0.so", "lib/itcl4.3.5/libtcl9itcl4.3.5.so")


def build_ballast(machine_code: bytes, size_bytes: int) -> Iterator[Member]:
    """Object files and static libraries as `build/` of a full archive has them, `size_bytes` in all."""
    names = ["build/core/libpython.a", "build/lib/libssl.a", "build/lib/libcrypto.a"]
    names += [f"build/extensions/_module{number:02d}/module.o" for number in range(20)]
    share = size_bytes // len(names)
    code = machine_code * (share // len(machine_code) + 1)
    for name in names:
        yield Member(name, code[:share])


def _terminal(number: int) -> str:
    return f"{'abdhilmnqtvwx'[number % 13]}t{number}"


def _terminal_description(name: str) -> bytes:
    """A magic number, the name, and capabilities that compress about as well as real ones do."""
    capabilities = random.Random(name).getrandbits(8 * 500).to_bytes(500, "little")
    return b"\x1a\x01" + name.encode() + b"\0" + capabilities + bytes(600)
