# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a build, under names that no other kind of build has: python3.13, pip3.13; python3.13t, pip3.13t.

So a free-threaded or debug build can be installed beside the usual one, whatever its programs are called.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._install.fixups import LAUNCHERS

# Name in the link directory, below the build, and whether it is a manual page. The number is "3.13", "3.13t", "3.13td".
_COMPANIONS = (
    ("pip{}", "bin/pip{}", False),
    ("pydoc{}", "bin/pydoc{}", False),
    ("idle{}", "bin/idle{}", False),
    ("python{}-config", "bin/python{}-config", False),
    ("python{}.1", "share/man/man1/python{}.1", True),
)
DEFAULT_NAMES = ("python3", "python")

# The pattern of every name that this collection gives to a link.
_OUR_NAME = re.compile(
    r"(?:python|pip|pydoc|idle)\d+\.\d+(?:td|t|d)?|python\d+\.\d+(?:td|t|d)?(?:-config|\.1)|python3?"
)


class Command(NamedTuple):
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


def linkable(path: str, executable: str, has: AbstractSet[str]) -> str:
    """What links point to, to start the interpreter of the build at `path`: the program that does so.

    Links to the interpreter itself would serve for some releases only, and a path may get any release at any time, by
    an upgrade or the way back (docs/development/builds.md 5.5). `has` are the files on the host: a build that an early
    version of this collection installed lacks the program.
    """
    name, _number = _name_and_number(executable)
    program = f"{path}/{LAUNCHERS}/{name}"
    is_without = executable in has and program not in has
    return executable if is_without or executable != f"{path}/bin/{name}" else program


def commands_of(
    path: str, executable: str, has: AbstractSet[str], programs: AbstractSet[str] = frozenset()
) -> tuple[Command, ...]:
    """The interpreter first, then the other commands of the build at `path` whose files are there.

    `has` are files that were found on the host, `programs` those that the build is known to have.
    """
    name, number = _name_and_number(executable)
    found, there = [Command(name, linkable(path, executable, has))], has | programs
    for companion, file, is_manual in _COMPANIONS:
        candidates = (f"{path}/{file.format(spelling)}" for spelling in (number, number.rstrip("td")))
        target = next((candidate for candidate in candidates if candidate in there), None)
        if target:
            found.append(Command(companion.format(number), target, is_manual))
    return tuple(found)


def _name_and_number(executable: str) -> tuple[str, str]:
    name = executable.rpartition("/")[2]
    return name, name[len("python") :]
