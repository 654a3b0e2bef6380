# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a build, under names of its own: python3.13, pip3.13; python3.13t, pip3.13t.

A free-threaded or debug build can thus stand beside the usual one, whatever its own programs are called.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

# Name in the link directory, below the build, and whether it is a manual page. The number is "3.13", "3.13t", "3.13td".
_COMPANIONS = (
    ("pip{}", "bin/pip{}", False),
    ("pydoc{}", "bin/pydoc{}", False),
    ("idle{}", "bin/idle{}", False),
    ("python{}-config", "bin/python{}-config", False),
    ("python{}.1", "share/man/man1/python{}.1", True),
)
DEFAULT_NAMES = ("python3", "python")

# Every name that this collection gives to a link.
_OUR_NAME = re.compile(
    r"(?:python|pip|pydoc|idle)\d+\.\d+(?:td|t|d)?|python\d+\.\d+(?:td|t|d)?(?:-config|\.1)|python3?"
)


@dataclass(frozen=True)
class Command:
    """A link that is wanted: its file name, and what it is to lead to."""

    name: str
    target: str
    is_manual: bool = False


def is_our_name(name: str) -> bool:
    return _OUR_NAME.fullmatch(name) is not None


def possible_names(executable: str) -> tuple[str, ...]:
    """The names of every link that a build with this interpreter may be given."""
    name, number = _name_and_number(executable)
    return (name, *(companion.format(number) for companion, _file, _is_manual in _COMPANIONS))


def commands_of(path: str, executable: str, there: AbstractSet[str]) -> tuple[Command, ...]:
    """The interpreter, and then what else the build at `path` has, given the files that are `there`."""
    name, number = _name_and_number(executable)
    found = [Command(name, executable)]
    for companion, file, is_manual in _COMPANIONS:
        candidates = (f"{path}/{file.format(spelling)}" for spelling in (number, number.rstrip("td")))
        target = next((candidate for candidate in candidates if candidate in there), None)
        if target:
            found.append(Command(companion.format(number), target, is_manual))
    return tuple(found)


def _name_and_number(executable: str) -> tuple[str, str]:
    name = executable.rpartition("/")[2]
    return name, name[len("python") :]
