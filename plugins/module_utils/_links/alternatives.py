# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alternatives of a system that lies in a directory, where `community.general.alternatives` cannot register any.

dpkg's update-alternatives does it with `--root`. RHEL's knows no such option, and keeps its records elsewhere.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import StoreError
from .._os.regular_file import read_regular
from .._os.target_root import TargetRoot

_PROGRAM = "update-alternatives"
_TIMEOUT_S = 60
_RECORDS, _CHOSEN = "/var/lib/dpkg/alternatives", "/etc/alternatives"
_LOG = ".standalone-python-"  # in the root, as the program has it; it tells when this was, so it goes again
_MOST_RECORD_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Choice:
    """A `path` that a group may lead to. `followers` are links, names and paths of what goes with it."""

    name: str
    path: str
    link: str = ""
    priority: int = 0
    followers: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Choice:
        followers = ((one["link"], one["name"], one["path"]) for one in params["subcommands"])
        return cls(params["name"], params["path"], params["link"], params["priority"], tuple(followers))

    def __str__(self) -> str:
        """As a diff shows it."""
        links = ((self.link, self.name, self.path), *self.followers)
        return "".join(f"{link} -> {path}\n" for link, _name, path in links) + f"priority {self.priority}\n"

    @property
    def places(self) -> tuple[str, ...]:
        """What registering it writes, as paths of the system."""
        links = [self.link, *(link for link, _name, _path in self.followers)]
        chosen = [f"{_CHOSEN}/{name}" for name in (self.name, *(name for _link, name, _path in self.followers))]
        return (*links, *chosen, f"{_RECORDS}/{self.name}")


@dataclass(frozen=True)
class Change:
    """One group's choice that comes, goes, or with both comes anew."""

    choice: Choice
    goes: bool
    comes: bool

    @property
    def path(self) -> str:
        return f"{_CHOSEN}/{self.choice.name}"

    def diff(self) -> dict[str, str]:
        return {
            "before_header": self.path,
            "before": f"alternative {self.choice.path}\n" if self.goes else "",
            "after_header": self.path,
            "after": str(self.choice) if self.comes else "",
        }


def changes(params: Mapping[str, Any]) -> list[Change]:
    """Those that the options of the module ask for. Raises `StoreError` for any without `root`."""
    going = [Change(Choice(one["name"], one["path"]), goes=True, comes=False) for one in params["unregister"]]
    coming = [Change(Choice.from_params(one), goes=one["again"], comes=True) for one in params["register"]]
    if (going or coming) and not params["root"]:
        raise StoreError(
            "register and unregister need a root. For the running system, use community.general.alternatives."
        )
    return [*going, *coming]


def carry_out(wanted: Iterable[Change], system: TargetRoot) -> None:
    """Raises `StoreError` with the words of update-alternatives where it refuses, or is not there."""
    for change in wanted:
        choice = change.choice
        if change.goes:
            _run(system, choice, "--remove", choice.name, choice.path)
        if change.comes:
            group = (choice.link, choice.name, choice.path, str(choice.priority))
            followers = (word for follower in choice.followers for word in ("--slave", *follower))
            _run(system, choice, "--install", *group, *followers)


def _run(system: TargetRoot, choice: Choice, *arguments: str) -> None:
    import subprocess  # not for a run that changes nothing
    import tempfile

    _require_inside(system, choice)
    handle, log = tempfile.mkstemp(prefix=_LOG, dir=system.root)  # no link of the image can have this name
    os.close(handle)
    command = [_PROGRAM, "--root", system.root, "--log", f"/{os.path.basename(log)}", "--quiet", *arguments]
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise StoreError(
            f"Cannot change the group {choice.name} in {system.root}: {_PROGRAM} did not end within {_TIMEOUT_S} "
            "seconds. Find out what it waits for, or use plain links: interpreter_alternatives: links."
        ) from None
    except OSError as error:
        raise StoreError(
            f"{_PROGRAM} could not be started on this host: {error.strerror}. Install dpkg there, or use plain links: "
            "interpreter_alternatives: links."
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(log)
    if done.returncode:
        raise StoreError(
            f"{_PROGRAM} did not change the group {choice.name} in {system.root}, but said: "
            f"{' '.join(done.stderr.split()).rstrip('.')}. Mend that, or use plain links: "
            "interpreter_alternatives: links."
        )


def _require_inside(system: TargetRoot, choice: Choice) -> None:
    """Raises `StoreError` where update-alternatives would follow a link or a record of the image out of it.

    The program puts the root in front of each path, and follows links as the running system does.
    """
    record = os.path.join(system.followed(_RECORDS), choice.name)
    recorded = _recorded_paths(record)
    for path in (f"{_RECORDS}/{choice.name}", f"{_CHOSEN}/{choice.name}", *filter(None, choice.places), *recorded):
        followed = os.path.realpath(os.path.dirname(f"{system.root}/{path}"))
        if followed != os.path.dirname(system.place_of(path)):
            raise StoreError(
                f"Cannot change the group {choice.name} in {system.root}: {_PROGRAM} would follow {path} to "
                f"{followed}, outside of where the image has it. Make the links on the way there relative, or use "
                "plain links: interpreter_alternatives: links."
            )


def _recorded_paths(record: str) -> list[str]:
    """The links of a group and their names' places, by its record; none where there is no record yet.

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
            f"{record} is damaged: it has a link or a name that no package registers. Remove the file, or use plain "
            "links: interpreter_alternatives: links."
        )
    return [*links, *(f"{_CHOSEN}/{name}" for name in names)]
