# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links and files that point to builds on a host.

Everything is decided, and refused, before anything is changed. A link or file appears in one step.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._errors import StoreError
from .._os import selinux
from .._os.atomic import fresh_name, make_open_directory, replace_file, replace_link, sync_directory
from .._os.errors import advice, existing, read_failure, why_not_writable
from .._os.paths import checked_absolute, kind_of
from .._os.regular_file import open_regular
from .._os.target_root import RUNNING, TargetRoot
from .._os.timestamps import SourceDate
from .._readable import readable_lines
from . import alternatives

_Options = dict[str, dict[str, Any]]


def _list_of(options: _Options) -> dict[str, Any]:
    return {"type": "list", "elements": "dict", "default": [], "options": options}


_PATHS = {"type": "list", "elements": "str", "default": []}
_TEXT = {"type": "str", "required": True}
_CHOICE: _Options = {"name": _TEXT, "path": _TEXT}
_LINK: _Options = {**_CHOICE, "link": _TEXT}

LINKS_ARGUMENTS: _Options = {
    "directories": _PATHS,
    "links": _list_of({"path": _TEXT, "target": _TEXT}),
    "files": _list_of({"path": _TEXT, "content": _TEXT}),
    "absent": _PATHS,
    "root": {"type": "str"},
    "release": {"type": "str"},
    "unregister": _list_of(_CHOICE),
    "register": _list_of(
        {
            **_LINK,
            "priority": {"type": "int", "default": 50},
            "subcommands": _list_of(_LINK),
            "again": {"type": "bool", "default": False},
        }
    ),
}

ABSENT, LINK, FILE, DIRECTORY, OTHER = "absent", "link", "file", "directory", "other"  # as `kind_of` says
_SAID = {ABSENT: "absent", LINK: "a link", FILE: "a file", DIRECTORY: "a directory", OTHER: "something that is neither"}
# What may be replaced: only what this collection makes there.
_REPLACEABLE = {LINK: (ABSENT, LINK), FILE: (ABSENT, LINK, FILE), DIRECTORY: (ABSENT,), ABSENT: (ABSENT, LINK, FILE)}
_FILE_MODE = 0o644
_MOST_CHARACTERS = 1 << 20  # more than our files have: a longer one differs


class FileState(NamedTuple):
    """What is at a path, or should be: `text` is a link's target or a file's content."""

    kind: str
    text: str = ""
    mode: int = 0

    @classmethod
    def at(cls, place: str) -> FileState:
        """The current state. Raises `OSError`."""
        kind = kind_of(place)
        if kind == LINK:
            return cls(kind, os.readlink(place))
        if kind == FILE:
            with os.fdopen(open_regular(place, os.O_RDONLY), encoding="utf-8", errors="replace") as stream:
                return cls(kind, stream.read(_MOST_CHARACTERS), stat.S_IMODE(os.fstat(stream.fileno()).st_mode))
        return cls(kind)

    def __str__(self) -> str:
        if self.kind == LINK:
            return f"link to {self.text}\n"
        if self.kind == FILE:
            return f"file, mode {self.mode:04o}\n{self.text}"
        return "" if self.kind == ABSENT else f"{self.kind}\n"


class Step(NamedTuple):
    """One change, at a path of the system."""

    path: str
    before: FileState
    after: FileState

    @property
    def is_of_newer(self) -> bool:
        """Whether a newer collection wrote the JSON there."""
        try:
            return bool(json.loads(self.before.text)["format"] > 1)
        except (LookupError, RecursionError, TypeError, ValueError):
            return False

    def diff(self) -> dict[str, str]:
        """The change as a diff."""
        return {
            "before_header": self.path,
            "before": readable_lines(str(self.before)),
            "after_header": self.path,
            "after": readable_lines(str(self.after)),
        }


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The result of `links`. Raises a `StandaloneError` when there is none."""
    began_at_s = time.time()
    system = TargetRoot.of(params["root"])
    system.require()
    source_date = SourceDate.of(params["release"], system)
    groups = alternatives.changes(params)
    decided = decide(desired(params), system)
    newer = [step for step in decided if step.is_of_newer]
    steps = [step for step in decided if step not in newer]
    changed = [*(path for one in groups for path in one.choice.places), *(step.path for step in steps)]
    if check_mode:
        alternatives.require_possible(groups, system)
        _require_writable(changed, system)
    else:
        alternatives.carry_out([one for one in groups if not one.comes], system)
        carry_out(steps, system)
        alternatives.carry_out([one for one in groups if one.comes], system)
        source_date.date_around([system.place_of(path) for path in changed], system, began_at_s)
    return {
        "changed": bool(groups or steps),
        "paths": [*(one.path for one in groups), *(step.path for step in steps)],
        "diff": [*(one.diff() for one in groups), *(step.diff() for step in steps)],
        "warnings": [
            f"{step.path} stays as it is: a newer collection wrote it. Upgrade the collection on the controller."
            for step in newer
        ],
    }


def desired(params: Mapping[str, Any]) -> dict[str, FileState]:
    """The desired state of each path, in the order of the steps.

    Raises `StoreError` for invalid paths and targets, and for options that contradict each other.
    """
    asked = [
        *((link["path"], FileState(LINK, _checked_target(link))) for link in params["links"]),
        *((file["path"], FileState(FILE, file["content"], _FILE_MODE)) for file in params["files"]),
        *((path, FileState(ABSENT)) for path in params["absent"]),
    ]
    states: dict[str, FileState] = {}
    for path, state in asked:
        if states.setdefault(_checked(path), state) != state:
            raise StoreError(f"{path} is asked for twice, with another outcome each time. Leave one of them out.")
    made = (os.path.dirname(path) for path, state in states.items() if state.kind != ABSENT)
    needed = {*map(_checked, params["directories"]), *made}
    directories = {path: FileState(DIRECTORY) for directory in needed for path in (*_parents(directory), directory)}
    return {**dict(sorted(directories.items())), **states}


def decide(states: Mapping[str, FileState], system: TargetRoot = RUNNING) -> list[Step]:
    """The steps to the desired state; none for paths that already have it.

    Raises `StoreError` for a kind of file that the role never makes, and for one that cannot be read.
    """
    steps = []
    for path, state in states.items():
        if state.kind == DIRECTORY and os.path.isdir(system.followed(path)):
            continue
        try:
            before = FileState.at(system.place_of(path))
        except OSError as error:
            raise StoreError(read_failure(error, path)) from error
        if before.kind not in _REPLACEABLE[state.kind]:
            there = _SAID[before.kind]
            raise StoreError(f"{path} must be {_SAID[state.kind]}, but there is {there}. Move it away and run again.")
        if before != state:
            steps.append(Step(path, before, state))
    return steps


def _require_writable(paths: Iterable[str], system: TargetRoot) -> None:
    """Raise `StoreError` for a path that this user may not write. Missing directories are made in the nearest above."""
    for path in filter(None, paths):
        why_not = why_not_writable(existing(os.path.dirname(system.place_of(path))))
        if why_not:
            raise StoreError(f"{path} could not be changed: {why_not}")


def carry_out(steps: Iterable[Step], system: TargetRoot = RUNNING) -> None:
    """Carry out the steps. An interrupted run leaves whole files and links.

    Raises `StoreError` if the host does not permit it.
    """
    for step in steps:
        try:
            _carry_out(step, system)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOENT) and not decide({step.path: step.after}, system):
                continue  # another run made it
            why = advice(error, system.place_of(step.path))
            what = f"{step.path} could not be made {_SAID[step.after.kind]}: {why}"
            raise StoreError(f"{what} What was done before it stays; run again to complete it.") from error


def _carry_out(step: Step, system: TargetRoot) -> None:
    place = system.place_of(step.path)
    _make(place, step.after)
    if step.after.kind != ABSENT and not system.is_image:  # an image's labels follow from its own policy
        selinux.relabel(place, step.path)
    sync_directory(os.path.dirname(place))


def _make(place: str, state: FileState) -> None:
    directory, name = os.path.split(place)
    fresh = os.path.join(directory, fresh_name(name, "new"))  # that of a killed run is replaced
    if state.kind == LINK:
        replace_link(place, state.text, fresh=fresh)
    elif state.kind == FILE:
        replace_file(place, state.text, fresh=fresh)
    elif state.kind == DIRECTORY:
        make_open_directory(place)
    else:
        os.unlink(place)


def _checked(path: str) -> str:
    return checked_absolute(path, "path", "/usr/local/bin/python3.13")


def _checked_target(link: Mapping[str, Any]) -> str:
    target: str = link["target"]
    if not target or not target.isprintable():
        raise StoreError(f"The link {link['path']} cannot point to {target!r}. Correct the target.")
    return target


def _parents(path: str) -> list[str]:
    parent = os.path.dirname(path)
    return [] if parent in (path, "/") else [*_parents(parent), parent]
