# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roots: which builds a path uses and used, one small JSON file for each path below `.roots` of the store."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._builds import SAFE_NAME
from ._errors import StoreError
from ._fields import Fields
from ._json_file import content_of
from ._store import ROOTS_FOLDER, STAGING_FOLDER, make_directory
from ._whole_file import replace_file

_LONGEST_NAME = 200


@dataclass(frozen=True)
class Use:
    """One build at a path: the store entry, and since when (UTC, ISO 8601)."""

    entry: str
    since: str


@dataclass(frozen=True)
class Root:
    """The history of one path. `uses` is newest first: the current build, then the earlier ones.

    `before_trial` is the entry that the path goes back to when a build on trial is found not to work; None when there
    is no trial. Like the history it is written before the switch, so the link says whether the trial has begun.
    """

    path: str
    keep: int = 1
    uses: tuple[Use, ...] = ()
    before_trial: str | None = None

    @property
    def current(self) -> str | None:
        return self.uses[0].entry if self.uses else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The entries that this path holds on to: the current one, the `keep` before it, and that before a trial."""
        used = tuple(use.entry for use in self.uses[: self.keep + 1])
        return used if self.before_trial in (None, *used) else (*used, str(self.before_trial))

    def goes_back_to(self, linked: str | None) -> str | None:
        """The entry before the trial of the build that the path's link names; None when that is not on trial."""
        return self.before_trial if linked not in (None, self.before_trial) else None

    def switched(self, entry: str, now: str) -> Root:
        """The root after the path was switched to `entry`, which leaves its older place in the history."""
        others = tuple(use for use in self.uses if use.entry != entry)
        return replace(self, uses=(Use(entry, now), *others))

    def keeping(self, keep: int) -> Root:
        return replace(self, keep=keep)

    def on_trial(self, before: str | None) -> Root:
        return replace(self, before_trial=before)

    def without(self, entries: tuple[str, ...]) -> Root:
        before = None if self.before_trial in entries else self.before_trial
        return replace(self, uses=tuple(use for use in self.uses if use.entry not in entries), before_trial=before)

    def as_dict(self) -> dict[str, Any]:
        uses = [{"entry": use.entry, "since": use.since} for use in self.uses]
        trial = {"before_trial": self.before_trial} if self.before_trial else {}
        return {"path": self.path, "keep": self.keep, "uses": uses, **trial}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], where: str) -> Root:
        """Raises `StoreError` naming the field inside `where` when something is missing or cannot be.

        That is so for an entry that is no name in a store, too: what it names may be removed one day.
        """
        fields = Fields(mapping, where)
        path = fields.text("path")
        if not os.path.isabs(path) or os.path.normpath(path) != path or not path.isprintable():
            raise StoreError(f"{where} is damaged: path should be the absolute path of a build.")
        uses = tuple(Use(use.text("entry"), use.text("since")) for use in fields.items("uses"))
        before_trial = fields.optional_text("before_trial")
        entries = [*(use.entry for use in uses), *([before_trial] if before_trial else [])]
        if not all(SAFE_NAME.fullmatch(entry) for entry in entries):
            raise StoreError(f"{where} is damaged: uses should name builds in the store.")
        return cls(path, fields.number("keep"), uses, before_trial)


def file_name(path: str) -> str:
    """The name of the file for `path`: readable where a file name can be that long, else a digest."""
    name = path.replace("%", "%25").replace("/", "%2F")
    return name if len(os.fsencode(name)) <= _LONGEST_NAME else hashlib.sha256(os.fsencode(path)).hexdigest()


def read(store: str, path: str) -> Root:
    """The root of `path`; an empty one where the path has none yet, or one that cannot be read, to be written anew."""
    try:
        return _read_file(os.path.join(store, ROOTS_FOLDER, file_name(path))) or Root(path)
    except StoreError:
        return Root(path)


def read_all(store: str, but: str | None = None) -> tuple[Root, ...]:
    """The roots of all paths, `but` that of one path. Raises `StoreError` for a file that is no root."""
    folder = os.path.join(store, ROOTS_FOLDER)
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return ()
    found = (_read_file(os.path.join(folder, name)) for name in names if but is None or name != file_name(but))
    return tuple(root for root in found if root)


def write(store: str, root: Root) -> None:
    """Replaces the root's file in one step, and removes it when the path uses nothing any more."""
    target = os.path.join(store, ROOTS_FOLDER, file_name(root.path))
    if not root.uses:
        if os.path.lexists(target):
            os.unlink(target)
        return
    fresh = os.path.join(store, STAGING_FOLDER, "root")  # where an interrupted run's is swept away
    for file in (fresh, target):
        make_directory(os.path.dirname(file))
    replace_file(target, json.dumps(root.as_dict(), indent=2) + "\n", fresh=fresh)


def _read_file(file: str) -> Root | None:
    """Raises `StoreError` for what is no root: what its path keeps is then unknown, so nothing may be pruned."""
    try:
        content = content_of(file)
    except FileNotFoundError:
        return None
    try:
        return Root.from_dict(content, where=file)
    except StoreError as error:
        raise StoreError(
            f"{error} Remove that file: the builds stay, and only the history of its path is lost."
        ) from None
