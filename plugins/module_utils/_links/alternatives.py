# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alternatives of a system in a directory, for which `community.general.alternatives` cannot register any.

dpkg's update-alternatives does it with `--root`. RHEL's has no such option, and keeps its records elsewhere.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._errors import StoreError
from .._os.paths import found_program
from .._os.regular_file import read_regular
from .._os.target_root import TargetRoot

_PROGRAM = "update-alternatives"
_TIMEOUT_S = 60
DPKG_RECORDS = "/var/lib/dpkg/alternatives"
LINKS_DIRECTORY = "/etc/alternatives"  # the links of all groups point here, on every system
_LOG = ".standalone-python-"  # in the root, as the program requires; it contains the time, so it is removed again
_MOST_RECORD_BYTES = 1024 * 1024
_OR_LINKS = "or use plain links: interpreter_alternatives: links."


class Choice(NamedTuple):
    """A `path` that a group may point to. `followers` are (link, name, path) of its subcommands."""

    name: str
    path: str
    link: str = ""
    priority: int = 0
    followers: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Choice:
        """The choice in one element of the options."""
        followers = ((one["link"], one["name"], one["path"]) for one in params["subcommands"])
        return cls(params["name"], params["path"], params["link"], params["priority"], tuple(followers))

    def __str__(self) -> str:
        links = ((self.link, self.name, self.path), *self.followers)
        return "".join(f"{link} -> {path}\n" for link, _name, path in links) + f"priority {self.priority}\n"

    @property
    def places(self) -> tuple[str, ...]:
        """The paths of the system that its registration writes."""
        links = [self.link, *(link for link, _name, _path in self.followers)]
        chosen = [f"{LINKS_DIRECTORY}/{name}" for name in (self.name, *(name for _link, name, _path in self.followers))]
        return (*links, *chosen, f"{DPKG_RECORDS}/{self.name}")


class Change(NamedTuple):
    """One group's choice that is removed (`goes`), registered (`comes`), or both."""

    choice: Choice
    goes: bool
    comes: bool

    @property
    def path(self) -> str:
        """The group's link."""
        return f"{LINKS_DIRECTORY}/{self.choice.name}"

    def diff(self) -> dict[str, str]:
        """The change as a diff."""
        return {
            "before_header": self.path,
            "before": f"alternative {self.choice.path}\n" if self.goes else "",
            "after_header": self.path,
            "after": str(self.choice) if self.comes else "",
        }


def changes(params: Mapping[str, Any]) -> list[Change]:
    """The changes that the module's options ask for. Raises `StoreError` for any without `root`."""
    going = [Change(Choice(one["name"], one["path"]), goes=True, comes=False) for one in params["unregister"]]
    coming = [Change(Choice.from_params(one), goes=one["again"], comes=True) for one in params["register"]]
    if (going or coming) and not params["root"]:
        raise StoreError(
            "register and unregister need a root. For the running system, use community.general.alternatives."
        )
    return [*going, *coming]


def require_possible(decided: Iterable[Change], system: TargetRoot) -> None:
    """Raise `StoreError` for what `carry_out` refuses before it changes anything."""
    for change in decided:
        if found_program(_PROGRAM) is None:
            raise _not_started("No such file or directory")
        _require_inside(system, change.choice)


def _not_started(why: str) -> StoreError:
    return StoreError(f"{_PROGRAM} could not be started on this host: {why}. Install dpkg there, {_OR_LINKS}")


def carry_out(decided: Iterable[Change], system: TargetRoot) -> None:
    """Make the changes. Raises `StoreError`, which quotes update-alternatives, when it refuses or is missing."""
    for change in decided:
        choice = change.choice
        if change.goes:
            _run(system, choice, "--remove", choice.name, choice.path)
        if change.comes:
            group = (choice.link, choice.name, choice.path, str(choice.priority))
            followers = (word for follower in choice.followers for word in ("--slave", *follower))
            _run(system, choice, "--install", *group, *followers)


def _run(system: TargetRoot, choice: Choice, *arguments: str) -> None:
    import subprocess  # only for runs that change something
    import tempfile

    _require_inside(system, choice)
    handle, log = tempfile.mkstemp(prefix=_LOG, dir=system.root)  # no link in the image can have this name
    os.close(handle)
    command = [
        found_program(_PROGRAM) or _PROGRAM,
        "--root",
        system.root,
        "--log",
        f"/{os.path.basename(log)}",
        "--quiet",
        *arguments,
    ]
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise StoreError(
            f"Cannot change the group {choice.name} in {system.root}: {_PROGRAM} did not end within {_TIMEOUT_S} "
            f"seconds. Find out what it waits for, {_OR_LINKS}"
        ) from None
    except OSError as error:
        raise _not_started(str(error.strerror)) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(log)
    if done.returncode:
        raise StoreError(
            f"{_PROGRAM} did not change the group {choice.name} in {system.root}, but said: "
            f"{' '.join(done.stderr.split()).rstrip('.')}. Fix that, {_OR_LINKS}"
        )


def _require_inside(system: TargetRoot, choice: Choice) -> None:
    """Raise `StoreError` when update-alternatives would follow a link or a record out of the image.

    It prepends the root to each path, but follows links as the running system does.
    """
    record = os.path.join(system.followed(DPKG_RECORDS), choice.name)
    recorded = _recorded_paths(record)
    for path in (*filter(None, choice.places), *recorded):
        followed = os.path.realpath(os.path.dirname(f"{system.root}/{path}"))
        if followed != os.path.dirname(system.place_of(path)):
            raise StoreError(
                f"Cannot change the group {choice.name} in {system.root}: {_PROGRAM} would follow {path} to "
                f"{followed}, outside of where the image has it. Make the links on the way there relative, "
                f"{_OR_LINKS}"
            )


def _recorded_paths(record: str) -> list[str]:
    """The paths of a group's links and names in its record; none without a record.

    Raises `StoreError` for a record that is no text, or in which a link or name steps up.
    """
    try:
        lines = read_regular(record, most_bytes=_MOST_RECORD_BYTES).decode(errors="surrogateescape").split("\n")
    except FileNotFoundError:
        return []
    head = lines[1 : lines.index("")] if "" in lines else lines[1:]
    links, names = head[::2], head[1::2]
    if any("/" in name for name in names) or any(".." in link.split("/") or link[:1] != "/" for link in links):
        raise StoreError(
            f"{record} is damaged: it has a link or a name that no package registers. Remove the file, {_OR_LINKS}"
        )
    return [*links, *(f"{LINKS_DIRECTORY}/{name}" for name in names)]
