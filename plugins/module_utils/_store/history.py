# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roots: which builds a path uses and used, one small JSON file for each path below `.roots` of the store.

They decide what may be removed, so a file that contradicts its name or itself is damaged, and is never believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._builds.build import SAFE_NAME
from .._errors import StoreError
from .._json import Fields, content_of, rendered
from .._os.atomic import replace_file
from .._os.paths import kind_of
from . import damage as _damage
from .damage import Damage
from .receipt import Receipt
from .store import HISTORY_DIRECTORY, STAGING_DIRECTORY, make_directory

_LONGEST_NAME = 200
_MOST_LEFT = 20


@dataclass(frozen=True)
class HistoryEntry:
    """One build at a path: the store entry, and since when (UTC, ISO 8601)."""

    entry: str
    since: str


@dataclass(frozen=True)
class Left:
    """A build that a path left because somebody said so: the name of its asset, when (UTC, ISO 8601), and why."""

    build: str
    since: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {"build": self.build, "since": self.since, "reason": self.reason}


@dataclass(frozen=True)
class PathHistory:
    """The history of one path. `uses` is newest first: the current build, then the earlier ones.

    `fallback` is the entry that the path goes back to when a provisional build is found not to work; None when there
    is none. Like the history it is written before the switch, so the link says whether the build is provisional yet.

    `left` are the builds that the path was taken back from, newest first, until it gets them again. They are remembered
    when the store has lost them, since what failed once should not come back unnoticed.
    """

    path: str
    keep: int = 1
    uses: tuple[HistoryEntry, ...] = ()
    fallback: str | None = None
    left: tuple[Left, ...] = ()

    @property
    def current(self) -> str | None:
        return self.uses[0].entry if self.uses else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The entries that this path keeps: the current one, the `keep` before it, and the fallback."""
        used = tuple(use.entry for use in self.uses[: self.keep + 1])
        return used if self.fallback in (None, *used) else (*used, str(self.fallback))

    def goes_back_to(self, linked: str | None) -> str | None:
        """The fallback of the build that the path's link names; None when that is not provisional."""
        return self.fallback if linked not in (None, self.fallback) else None

    def switched(self, entry: str, now: str) -> PathHistory:
        """The root after the path was switched to `entry`, which leaves its older place in the history."""
        others = tuple(use for use in self.uses if use.entry != entry)
        return replace(self, uses=(HistoryEntry(entry, now), *others))

    def keeping(self, keep: int) -> PathHistory:
        return replace(self, keep=keep)

    def with_fallback(self, before: str | None) -> PathHistory:
        return replace(self, fallback=before)

    def leaving(self, build: str, since: str, reason: str) -> PathHistory:
        """The root that remembers a build which the path leaves; of many, the last few."""
        return replace(self, left=(Left(build, since, reason), *self.without_left(build).left)[:_MOST_LEFT])

    def without_left(self, build: str) -> PathHistory:
        """The root of a path that gets this build, so that it counts as any other again."""
        return replace(self, left=tuple(one for one in self.left if one.build != build))

    def without(self, entries: tuple[str, ...]) -> PathHistory:
        before = None if self.fallback in entries else self.fallback
        return replace(self, uses=tuple(use for use in self.uses if use.entry not in entries), fallback=before)

    def as_dict(self) -> dict[str, Any]:
        uses = [{"entry": use.entry, "since": use.since} for use in self.uses]
        provisional = {"fallback": self.fallback} if self.fallback else {}
        left = {"left": [one.as_dict() for one in self.left]} if self.left else {}
        return {"path": self.path, "keep": self.keep, "uses": uses, **provisional, **left}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], where: str) -> PathHistory:
        """Raises `StoreError` naming the field inside `where` when something is missing or cannot be.

        That is so for an entry that is no name in a store, too: what it names may be removed one day.
        """
        fields = Fields(mapping, where)
        fields.require_only("path", "keep", "uses", "fallback", "left")
        path = fields.text("path")
        if not os.path.isabs(path) or os.path.normpath(path) != path or not path.isprintable():
            raise StoreError(f"{where} is damaged: path should be the absolute path of a build.")
        uses = tuple(_use(use) for use in fields.items("uses"))
        fallback = fields.optional_text("fallback")
        left = _left(fields) if "left" in mapping else ()
        entries = [*(use.entry for use in uses), *([fallback] if fallback else [])]
        if not all(SAFE_NAME.fullmatch(entry) for entry in entries):
            raise StoreError(f"{where} is damaged: uses should name builds in the store.")
        if not uses or len({use.entry for use in uses}) != len(uses):
            raise StoreError(f"{where} is damaged: uses should name at least one build, and each build once.")
        return cls(path, fields.count("keep"), uses, fallback, left)


@dataclass(frozen=True)
class Roots:
    """What `.roots` of one store holds: the roots that can be believed, and the files that cannot."""

    sound: tuple[PathHistory, ...] = ()
    damage: tuple[Damage, ...] = ()

    def of(self, path: str) -> PathHistory | None:
        return next((root for root in self.sound if root.path == path), None)


def _use(fields: Fields) -> HistoryEntry:
    fields.require_only("entry", "since")
    return HistoryEntry(fields.text("entry"), fields.line("since"))


def _left(fields: Fields) -> tuple[Left, ...]:
    found = list(fields.items("left"))
    for one in found:
        one.require_only("build", "since", "reason")
    return tuple(Left(one.line("build"), one.line("since"), one.line("reason")) for one in found[:_MOST_LEFT])


def file_name(path: str) -> str:
    """The name of the file for `path`: readable where a file name can be that long, else a digest."""
    name = path.replace("%", "%25").replace("/", "%2F")
    return name if len(os.fsencode(name)) <= _LONGEST_NAME else hashlib.sha256(os.fsencode(path)).hexdigest()


def path_of(name: str) -> str | None:
    """The path that a file is named for; None for a digest, and for what `file_name` never made."""
    path = name.replace("%2F", "/").replace("%25", "%")
    return path if os.path.isabs(path) and file_name(path) == name else None


def is_there(store: str, path: str) -> bool:
    return os.path.lexists(os.path.join(store, HISTORY_DIRECTORY, file_name(path)))


def read_all(store: str) -> Roots:
    """The roots of all paths. Hidden files are passed over: none of ours is, and NFS makes some."""
    directory = os.path.join(store, HISTORY_DIRECTORY)
    kind = kind_of(directory)
    if kind == "absent":
        return Roots()
    if kind != "directory":
        return Roots(damage=(_damage.of_root(directory, f"{directory} is damaged: it should be a directory.", None),))
    names = sorted(name for name in os.listdir(directory) if not name.startswith("."))
    return collected({name: _content(os.path.join(directory, name)) for name in names}, directory)


def collected(contents: Mapping[str, Any], directory: str) -> Roots:
    """The roots of files by name and content. A `StoreError` as the content is why there is none."""
    sound, damage = [], []
    for name, content in contents.items():
        file = os.path.join(directory, name)
        try:
            sound.append(_root_of(file, name, content))
        except StoreError as error:
            damage.append(_damage.of_root(file, str(error), path_of(name)))
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
    """The history of a path as far as its link, which names `entry`, and the receipts of its builds show it.

    All builds that were made for the path are in it, the newest installation first after the current build.
    """
    mine = {name: receipt for name, receipt in stored.items() if receipt.settings.prefix == path}
    names = sorted(mine, key=lambda name: (name == entry, mine[name].installed_at, name), reverse=True)
    return PathHistory(
        path, keep=max(1, len(names) - 1), uses=tuple(HistoryEntry(name, mine[name].installed_at) for name in names)
    )


def write(store: str, root: PathHistory) -> None:
    """Replaces the root's file in one step, and removes it when the path uses nothing any more."""
    target = os.path.join(store, HISTORY_DIRECTORY, file_name(root.path))
    if kind_of(target) == "directory":
        _remove_directory(target)
    if not root.uses:
        if os.path.lexists(target):
            os.unlink(target)
        return
    fresh = os.path.join(store, STAGING_DIRECTORY, "root")  # where an interrupted run's is swept away
    for file in (fresh, target):
        make_directory(os.path.dirname(file))
    replace_file(target, rendered(root.as_dict()), fresh=fresh)


def _remove_directory(target: str) -> None:
    """Only an empty one: nobody knows what the content of another is good for."""
    with contextlib.suppress(OSError):
        os.rmdir(target)
        return
    raise StoreError(f"Cannot write {target}: a directory with something in it is there. Move it away and run again.")
