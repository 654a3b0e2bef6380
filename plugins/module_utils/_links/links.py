# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links and files by which a host leads to builds: how those that differ from what is wanted are made so.

Everything is decided, and refused, before anything is changed. A link or file gets its place in one step.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import StoreError
from .._os import selinux
from .._os.atomic import make_open_directory, replace_file, replace_link
from .._os.errors import advice, reading_sentence
from .._os.paths import checked_absolute, kind_of
from .._os.regular_file import open_regular
from .._os.sync import sync_directory
from .._os.target_root import RUNNING, TargetRoot
from .._readable import readable_lines

ABSENT, LINK, FILE, DIRECTORY, OTHER = "absent", "link", "file", "directory", "other"  # as `kind_of` says
_SAID = {
    ABSENT: "absent",
    LINK: "a link",
    FILE: "a file",
    DIRECTORY: "a directory",
    OTHER: "something that is neither",
}
# What may be replaced: only kinds of things that are ours to make at such a place.
_REPLACEABLE = {
    LINK: (ABSENT, LINK),
    FILE: (ABSENT, LINK, FILE),
    DIRECTORY: (ABSENT,),
    ABSENT: (ABSENT, LINK, FILE),
}
_FILE_MODE = 0o644
_MOST_CHARACTERS = 65536  # more than any file has that we make: one that is longer differs


@dataclass(frozen=True)
class FileState:
    """What stands at a path, or is to: `text` is where a link leads, or what is in a file; `mode` that of a file."""

    kind: str
    text: str = ""
    mode: int = 0

    @classmethod
    def at(cls, place: str) -> FileState:
        kind = kind_of(place)
        if kind == LINK:
            return cls(kind, os.readlink(place))
        if kind == FILE:
            with os.fdopen(open_regular(place, os.O_RDONLY), encoding="utf-8", errors="replace") as stream:
                return cls(kind, stream.read(_MOST_CHARACTERS), stat.S_IMODE(os.fstat(stream.fileno()).st_mode))
        return cls(kind)

    def __str__(self) -> str:
        """As a diff shows it."""
        if self.kind == LINK:
            return f"link to {self.text}\n"
        if self.kind == FILE:
            return f"file, mode {self.mode:04o}\n{self.text}"
        return "" if self.kind == ABSENT else f"{self.kind}\n"


@dataclass(frozen=True)
class Step:
    """One change, at a path of the system."""

    path: str
    before: FileState
    after: FileState

    def diff(self) -> dict[str, str]:
        return {
            "before_header": self.path,
            "before": readable_lines(str(self.before)),
            "after_header": self.path,
            "after": readable_lines(str(self.after)),
        }


def wanted(params: Mapping[str, Any]) -> dict[str, FileState]:
    """What the options of the module say is to be where, in the order in which it is to be made.

    Raises `StoreError` for paths and targets that are none, and for wishes that contradict each other.
    """
    asked = [
        *((link["path"], FileState(LINK, _checked_target(link))) for link in params["links"]),
        *((file["path"], FileState(FILE, file["content"], _FILE_MODE)) for file in params["files"]),
        *((path, FileState(ABSENT)) for path in params["absent"]),
    ]
    things: dict[str, FileState] = {}
    for path, thing in asked:
        if things.setdefault(_checked(path), thing) != thing:
            raise StoreError(f"{path} is asked for twice, with another outcome each time. Leave one of them out.")
    made = (os.path.dirname(path) for path, thing in things.items() if thing.kind != ABSENT)
    folders = {*map(_checked, params["directories"]), *made}
    directories = {path: FileState(DIRECTORY) for directory in folders for path in (*_parents(directory), directory)}
    return {**dict(sorted(directories.items())), **things}


def decide(things: Mapping[str, FileState], system: TargetRoot = RUNNING) -> list[Step]:
    """The steps to what is wanted; none for what is so already.

    Raises `StoreError` where something stands that no run of the role has made, or that cannot be read.
    """
    steps = []
    for path, thing in things.items():
        if thing.kind == DIRECTORY and os.path.isdir(system.followed(path)):
            continue
        try:
            before = FileState.at(system.place_of(path))
        except OSError as error:
            raise StoreError(reading_sentence(error, path)) from error
        if before.kind not in _REPLACEABLE[thing.kind]:
            raise StoreError(
                f"{path} is to be {_SAID[thing.kind]}, but there is {_SAID[before.kind]}. Move it away and run again."
            )
        if before != thing:
            steps.append(Step(path, before, thing))
    return steps


def carry_out(steps: Iterable[Step], system: TargetRoot = RUNNING) -> None:
    """Makes it so. A run that breaks off leaves whole things, and is completed by the next.

    Raises `StoreError` when the host does not let it.
    """
    for step in steps:
        try:
            _carry_out(step, system)
        except OSError as error:
            raise StoreError(
                f"{step.path} could not be made {_SAID[step.after.kind]}: {advice(error)} What was done before it "
                "stays; run again to complete it."
            ) from error


def _carry_out(step: Step, system: TargetRoot) -> None:
    place = system.place_of(step.path)
    _make(place, step.after)
    if step.after.kind != ABSENT and not system.is_image:  # whose labels follow from its own policy
        selinux.relabel(place, step.path)
    sync_directory(os.path.dirname(place))


def _make(place: str, thing: FileState) -> None:
    directory, name = os.path.split(place)
    fresh = os.path.join(directory, f".{name}.new")  # where it is that of a killed run, it is replaced
    if thing.kind == LINK:
        replace_link(place, thing.text, fresh=fresh)
    elif thing.kind == FILE:
        replace_file(place, thing.text, fresh=fresh)
    elif thing.kind == DIRECTORY:
        make_open_directory(place)
    else:
        os.unlink(place)


def _checked(path: str) -> str:
    return checked_absolute(path, "path", "/usr/local/bin/python3.13")


def _checked_target(link: Mapping[str, Any]) -> str:
    target: str = link["target"]
    if not target or not target.isprintable():
        raise StoreError(f"The link {link['path']} is to lead to {target!r}, which no link can. Correct the target.")
    return target


def _parents(path: str) -> Iterator[str]:
    """All directories above, the root left out."""
    parent = os.path.dirname(path)
    if parent != path and parent != "/":
        yield from _parents(parent)
        yield parent
