# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an ELF file look for its libraries beside itself, by rewriting its RUNPATH string in place."""

from __future__ import annotations

import re


class FixedRunpath(Exception):
    """The file looks for its library at a fixed place, and that cannot be changed in place."""


def relocatable(content: bytes, library_directory: str, relative: str) -> bytes:
    """The ELF file `content` with its RUNPATH through `library_directory` replaced by `relative`.

    `relative` is such as '$ORIGIN/../lib'. The string table keeps its size: the new string must not be longer than
    the old one, and the rest becomes NUL. A file whose RUNPATH is relative to itself already is returned as it is.
    Raises `FixedRunpath`.
    """
    if re.search(rb"\0\$ORIGIN/[^\0]*\0", content):
        return content
    paths = list(
        re.finditer(rb"(?<=\0)[^\0]*" + re.escape(library_directory.encode()) + rb"(?=[:\0])[^\0]*\0", content)
    )
    if len(paths) != 1:
        raise FixedRunpath(f"{len(paths)} strings could be the RUNPATH through {library_directory}; one was expected.")
    found = paths[0]
    room = len(found.group())
    replacement = relative.encode() + b"\0"
    if len(replacement) > room:
        raise FixedRunpath(f"The RUNPATH through {library_directory} is shorter than {relative}.")
    return content[: found.start()] + replacement.ljust(room, b"\0") + content[found.end() :]
