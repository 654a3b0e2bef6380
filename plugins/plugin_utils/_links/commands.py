# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a build, under names that no other kind of build has: python3.13, pip3.13; python3.13t, pip3.13t.

So a free-threaded or debug build can be installed beside the usual one, whatever its programs are called.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ansible_collections.standalone.python.plugins.module_utils._builds.build import starts_by_links
from ansible_collections.standalone.python.plugins.module_utils._install.fixups import LAUNCHERS

# Name in the link directory, below the build, and whether it is a manual page. The number is "3.13", "3.13t", "3.13td".
_COMPANIONS = (
    ("pip{}", "bin/pip{}", False),
    ("pydoc{}", "bin/pydoc{}", False),
    ("idle{}", "bin/idle{}", False),
    ("python{}-config", "bin/python{}-config", False),
    ("python{}.1", "share/man/man1/python{}.1", True),
)
_MINOR = re.compile(r"python3\.(\d+)")
DEFAULT_NAMES = ("python3", "python")

# The pattern of every name that this collection gives to a link.
_OUR_NAME = re.compile(
    r"(?:python|pip|pydoc|idle)\d+\.\d+(?:td|t|d)?|python\d+\.\d+(?:td|t|d)?(?:-config|\.1)|python3?"
)


@dataclass(frozen=True)
class Command:
    """A wanted link: its file name, and its target."""

    name: str
    target: str
    is_manual: bool = False


def is_our_name(name: str) -> bool:
    """Whether this collection gives links this file name."""
    return _OUR_NAME.fullmatch(name) is not None


def possible_names(executable: str) -> tuple[str, ...]:
    """The file names of all links that may be created for a build with this interpreter."""
    name, number = _name_and_number(executable)
    return (name, *(companion.format(number) for companion, _file, _is_manual in _COMPANIONS))


def linkable(path: str, executable: str, release: int) -> str:
    """What a link may point to, to start the interpreter of the build at `path`: itself, or the program that starts it.

    `release` is 0 when it is unknown.
    """
    name, _number = _name_and_number(executable)
    minor = _MINOR.match(name)
    if not release or minor is None or executable != f"{path}/bin/{name}":
        return executable
    return executable if starts_by_links(int(minor[1]), release) else f"{path}/{LAUNCHERS}/{name}"


def commands_of(path: str, executable: str, there: AbstractSet[str], release: int = 0) -> tuple[Command, ...]:
    """The interpreter first, then the other commands of the build at `path` whose files are in `there`."""
    name, number = _name_and_number(executable)
    found = [Command(name, linkable(path, executable, release))]
    for companion, file, is_manual in _COMPANIONS:
        candidates = (f"{path}/{file.format(spelling)}" for spelling in (number, number.rstrip("td")))
        target = next((candidate for candidate in candidates if candidate in there), None)
        if target:
            found.append(Command(companion.format(number), target, is_manual))
    return tuple(found)


def _name_and_number(executable: str) -> tuple[str, str]:
    name = executable.rpartition("/")[2]
    return name, name[len("python") :]
