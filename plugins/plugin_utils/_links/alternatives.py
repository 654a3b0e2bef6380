# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of the system's alternatives, as `update-alternatives` of Debian and `alternatives` of RHEL record them.

Both keep a text file for each group: the mode, the link, two lines for each follower (its name and its link), an empty
line, and then for each alternative its path, its priority, and the path for each follower or an empty line. RHEL's may
put `@family@` before the priority and the name of an init script behind it. Source: update-alternatives.c of dpkg and
alternatives.c of chkconfig. The record has what the output of `--display` lacks: links on RHEL, and priorities below
zero as `community.general.alternatives` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import DPKG_RECORDS

RECORD_DIRECTORIES = (DPKG_RECORDS, "/var/lib/alternatives", "/var/lib/rpm/alternatives")  # of RHEL and SUSE, old SUSE

_PRIORITY = re.compile(r"(?:@[^@]+@)?(?P<number>-?\d+)(?:\s.*)?")


@dataclass(frozen=True)
class Follower:
    """A secondary link of a group: `link`, named `name`, points to `path` while its alternative is chosen."""

    name: str
    link: str
    path: str


class Alternative(NamedTuple):
    """One of a group's choices. `followers` are only those for which this choice has a path."""

    path: str
    priority: int
    followers: frozenset[Follower] = frozenset()


class Group(NamedTuple):
    """A group: its link, and the alternatives that it may point to."""

    name: str
    link: str
    alternatives: tuple[Alternative, ...]

    @classmethod
    def parse(cls, name: str, lines: Sequence[str]) -> Group | None:
        """Parse the lines of a group's record; None for lines in another format."""
        try:
            end = lines.index("")
            followers = tuple(zip(lines[2:end:2], lines[3:end:2]))
            return cls(name, lines[1], tuple(_alternatives(lines[end + 1 :], followers)))
        except (IndexError, ValueError):
            return None

    def choice(self, path: str) -> Alternative | None:
        """The alternative with this path; None when there is none."""
        return next((alternative for alternative in self.alternatives if alternative.path == path), None)


def _alternatives(lines: Sequence[str], names: Sequence[tuple[str, str]]) -> Iterator[Alternative]:
    """The alternatives of a record. Raises `IndexError` or `ValueError` for truncated lines or a bad priority."""
    start = 0
    while start < len(lines) and lines[start]:
        priority = _PRIORITY.fullmatch(lines[start + 1])
        if priority is None:
            raise ValueError(lines[start + 1])
        paths = [lines[start + 2 + number] for number in range(len(names))]
        followers = (Follower(name, link, path) for (name, link), path in zip(names, paths) if path)
        yield Alternative(lines[start], int(priority["number"]), frozenset(followers))
        start += 2 + len(names)
