# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories: the builds that each path uses and used, one small JSON file per path in `.roots` of the store.

They decide what may be removed, so a file that contradicts its name or itself counts as damaged.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._builds.build import SAFE_NAME
from .._errors import StoreError
from .._json import Fields, content_of, rendered
from .._os.atomic import replace_file
from .._os.paths import kind_of
from .receipt import Damage, Receipt
from .store import HISTORY_DIRECTORY, STAGING_DIRECTORY, make_directory

_FORMAT = 1  # that of a history without `format`
_LONGEST_NAME = 200
_MOST_LEFT = 20


class HistoryEntry(NamedTuple):
    """One build at a path: the store entry, and since when (UTC, ISO 8601)."""

    entry: str
    since: str


class Left(NamedTuple):
    """A build that a path left at an operator's request: the name of its asset, when (UTC, ISO 8601), and why."""

    build: str
    since: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON."""
        return {"build": self.build, "since": self.since, "reason": self.reason}


class PathHistory(NamedTuple):
    """The history of one path. `uses` is newest first: the current build, then the earlier ones.

    `fallback` is the entry that the path goes back to when its provisional build does not work, if any. Like the
    history, it is written before the switch; the link shows whether the build is already provisional.

    `left` are the builds that the path was rolled back from, newest first, until the path gets them again. They are
    remembered without their builds, too, since one that failed should not return unnoticed.
    """

    path: str
    keep: int = 1
    uses: tuple[HistoryEntry, ...] = ()
    fallback: str | None = None
    left: tuple[Left, ...] = ()

    @property
    def current(self) -> str | None:
        """The entry at the path."""
        return self.uses[0].entry if self.uses else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The entries that this path keeps: the current one, the `keep` before it, and the fallback."""
        used = tuple(use.entry for use in self.uses[: self.keep + 1])
        return used if self.fallback in (None, *used) else (*used, str(self.fallback))

    def active_fallback(self, linked: str | None) -> str | None:
        """The fallback of the linked build; None when that build is not provisional."""
        return self.fallback if linked not in (None, self.fallback) else None

    def switched(self, entry: str, now: str) -> PathHistory:
        """The history after the switch to `entry`, which leaves its older position."""
        others = tuple(use for use in self.uses if use.entry != entry)
        return self._replace(uses=(HistoryEntry(entry, now), *others))

    def keeping(self, keep: int) -> PathHistory:
        """The history with another `keep`."""
        return self._replace(keep=keep)

    def with_fallback(self, fallback: str | None) -> PathHistory:
        """The history with another fallback."""
        return self._replace(fallback=fallback)

    def leaving(self, build: str, since: str, reason: str) -> PathHistory:
        """The history that remembers a build which the path leaves; of many, the last few."""
        return self._replace(left=(Left(build, since, reason), *self.without_left(build).left)[:_MOST_LEFT])

    def without_left(self, build: str) -> PathHistory:
        """The history once the path gets this build again."""
        return self._replace(left=tuple(one for one in self.left if one.build != build))

    def without(self, entries: tuple[str, ...]) -> PathHistory:
        """The history without these entries."""
        fallback = None if self.fallback in entries else self.fallback
        return self._replace(uses=tuple(use for use in self.uses if use.entry not in entries), fallback=fallback)

    def as_dict(self) -> dict[str, Any]:
        """The history as JSON."""
        uses = [{"entry": use.entry, "since": use.since} for use in self.uses]
        provisional = {"fallback": self.fallback} if self.fallback else {}
        left = {"left": [one.as_dict() for one in self.left]} if self.left else {}
        return {"path": self.path, "keep": self.keep, "uses": uses, **provisional, **left}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], where: str) -> PathHistory:
        """Read JSON. Raises `StoreError`, naming the field inside `where` that is missing or impossible.

        An entry that cannot be a name in a store is impossible, too: what it names may be removed one day.
        """
        fields = Fields(mapping, where)
        if "format" in fields:
            fields.require_format(_FORMAT)
        fields.require_only("format", "path", "keep", "uses", "fallback", "left")
        path = fields.text("path")
        if not os.path.isabs(path) or os.path.normpath(path) != path or not path.isprintable():
            raise fields.damaged("path", "the absolute path of a build")
        uses = tuple(_use(use) for use in fields.items("uses"))
        fallback = fields.optional_text("fallback")
        left = _left(fields) if "left" in mapping else ()
        entries = [*(use.entry for use in uses), *([fallback] if fallback else [])]
        if not all(SAFE_NAME.fullmatch(entry) for entry in entries):
            raise fields.damaged("uses", "builds in the store")
        if not uses or len({use.entry for use in uses}) != len(uses):
            raise fields.damaged("uses", "at least one build, and each once")
        return cls(path, fields.count("keep"), uses, fallback, left)


class Roots(NamedTuple):
    """The content of `.roots` of one store: the sound histories, and the damaged files."""

    sound: tuple[PathHistory, ...] = ()
    damage: tuple[Damage, ...] = ()


def _use(fields: Fields) -> HistoryEntry:
    fields.require_only("entry", "since")
    return HistoryEntry(fields.text("entry"), fields.line("since"))


def _left(fields: Fields) -> tuple[Left, ...]:
    found = list(fields.items("left"))
    for one in found:
        one.require_only("build", "since", "reason")
    return tuple(Left(one.line("build"), one.line("since"), one.line("reason")) for one in found[:_MOST_LEFT])


def file_name(path: str) -> str:
    """The history file's name: readable when short enough, else a digest."""
    name = path.replace("%", "%25").replace("/", "%2F")
    return name if len(os.fsencode(name)) <= _LONGEST_NAME else hashlib.sha256(os.fsencode(path)).hexdigest()


def path_of(name: str) -> str | None:
    """The path of a history file; None for a digest, and for a name that `file_name` never makes."""
    path = name.replace("%2F", "/").replace("%25", "%")
    return path if os.path.isabs(path) and file_name(path) == name else None


def is_there(store: str, path: str) -> bool:
    """Whether there is a history file for `path`."""
    return kind_of(os.path.join(store, HISTORY_DIRECTORY, file_name(path))) != "absent"


def read_all(store: str) -> Roots:
    """The histories of all paths. Hidden files are skipped: the collection makes none, but NFS does."""
    directory = os.path.join(store, HISTORY_DIRECTORY)
    kind = kind_of(directory)
    if kind == "absent":
        return Roots()
    if kind != "directory":
        return Roots(damage=(Damage.of_root(directory, f"{directory} is damaged: it should be a directory.", None),))
    contents = {}
    for name in sorted(name for name in os.listdir(directory) if not name.startswith(".")):
        with contextlib.suppress(FileNotFoundError):  # another run removed it
            contents[name] = _content(os.path.join(directory, name))
    return collected(contents, directory)


def collected(contents: Mapping[str, Any], directory: str) -> Roots:
    """The histories in files, by name and content. A `StoreError` as the content explains why there is none."""
    sound, damage = [], []
    for name, content in contents.items():
        file = os.path.join(directory, name)
        try:
            sound.append(_root_of(file, name, content))
        except StoreError as error:
            damage.append(Damage.of_root(file, error, path_of(name)))
    return Roots(tuple(sound), tuple(damage))


def _root_of(file: str, name: str, content: Any) -> PathHistory:
    if isinstance(content, StoreError):
        raise content
    root = PathHistory.from_dict(content, where=file)
    if file_name(root.path) != name:
        raise StoreError(f"{file} is damaged: it holds the history of {root.path}, which belongs to another name.")
    return root


def _content(file: str) -> Any:
    try:
        return content_of(file)
    except StoreError as error:
        return error


def rebuilt(path: str, entry: str | None, stored: Mapping[str, Receipt]) -> PathHistory:
    """The history of a path as far as its link, which names `entry`, and the receipts of its builds show it: the
    current build, then the others, newest first.
    """
    mine = {name: receipt for name, receipt in stored.items() if receipt.settings.prefix == path}
    names = sorted(mine, key=lambda name: (name == entry, mine[name].installed_at, name), reverse=True)
    return PathHistory(
        path, keep=max(1, len(names) - 1), uses=tuple(HistoryEntry(name, mine[name].installed_at) for name in names)
    )


def write(store: str, root: PathHistory) -> None:
    """Replace the history file in one step, or remove it when the path uses no build."""
    target = os.path.join(store, HISTORY_DIRECTORY, file_name(root.path))
    if kind_of(target) == "directory":
        _remove_directory(target)
    if not root.uses:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(target)
        return
    fresh = os.path.join(store, STAGING_DIRECTORY, "root")  # where that of an interrupted run is swept away
    for file in (fresh, target):
        make_directory(os.path.dirname(file))
    replace_file(target, rendered(root.as_dict()), fresh=fresh)


def _remove_directory(target: str) -> None:
    """Remove it only if it is empty: other content may be needed. Raises `StoreError`."""
    with contextlib.suppress(OSError):
        os.rmdir(target)
        return
    raise StoreError(f"Cannot write {target}: a directory with something in it is there. Move it away and run again.")
