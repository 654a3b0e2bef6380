# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which symbolic links of a build may be made: those that stay inside it and lead to something in it.

The rule is about text alone, and safe by it: `..` only climbs from the directory that the link lies in, whose parents
are real directories, and the rest names an entry of the build, below which only real directories lie. So no link is
ever passed through, and no chain of links can lead out. A rule that only normalised the text would let
`d -> a/b/../..` out, where `a/b` is a link itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .errors import Refused, entry, quoted


def check(links: Mapping[str, str], others: Collection[str]) -> None:
    """Judges `links` (path to target) of a build whose files and directories are `others`. Raises `Refused`."""
    next_of = {path: _landing(path, target) for path, target in links.items()}
    good = set(others)
    for path in links:
        passed = {path}
        at = next_of[path]
        while at not in good:
            if at in passed:
                raise _refused(path, links[path], "only leads back to itself")
            if at not in next_of:
                raise _refused(path, links[path], "points to nothing in the build, or through another link")
            passed.add(at)
            at = next_of[at]
        good |= passed


def _landing(path: str, target: str) -> str:
    """The path in the build that the link at `path` names."""
    if target.startswith("/"):
        raise _refused(path, target, "is absolute")
    climbed = path.split("/")[:-1]
    parts = target.split("/")
    while parts and parts[0] == "..":
        if not climbed:
            raise _refused(path, target, "leads out of the build")
        climbed.pop()
        parts.pop(0)
    if "" in parts or "." in parts or ".." in parts:
        raise _refused(path, target, "has an empty part, a dot or a later `..`")
    return "/".join(climbed + parts)


def _refused(path: str, target: str, why: str) -> Refused:
    return Refused(f"{entry(path)} is a link to {quoted(target)}, which {why}")
