# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewal of a lock: which entries stay, which an index improves, and which changes must not happen silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch

from .._components.table import components_of
from .file import LIBRARIES, InvalidLock, LockedBuild, LockFile


class LockEntry(NamedTuple):
    """One name for one target. `offer` is the index's asset for it, None without one; `why_none` is the reason."""

    request: BuildRequest
    target: str
    offer: Asset | None
    why_none: str = ""


class Renewal(NamedTuple):
    """A renewal of `former`, the lock so far, which is empty at first; `where` is its name in messages.

    With `may_remove`, undeclared entries are removed. `warn` gets a message, and `size_of` returns an archive's size in
    bytes from its URL, None when it is unknown. An entry of `former` does not stay when `why_left_out` gives a
    reason, as a clause.
    """

    former: LockFile
    where: str
    may_remove: bool
    warn: Callable[[str], None]
    size_of: Callable[[str], int | None]
    why_left_out: Callable[[Build, BuildRequest], str | None] = lambda _build, _request: None

    def result(self, declared: list[LockEntry]) -> LockFile:
        """The lock that replaces the former one.

        Raises `InvalidLock` when an entry would be lost without `may_remove`, or when a locked file now has another
        digest, and `NoMatch` when there is no build for a declared entry.
        """
        self._require_nothing_lost({(str(one.request.name), one.target) for one in declared})
        builds: dict[str, dict[str, LockedBuild]] = {}
        for one in declared:
            name = str(one.request.name)
            earlier = self.former.builds.get(name, {}).get(one.target)
            builds.setdefault(name, {})[one.target] = self._completed(self._successor(one, earlier))
        return LockFile(builds)

    def _require_nothing_lost(self, declared: set[tuple[str, str]]) -> None:
        lost = [
            f"{name} for {target}"
            for name, by_target in self.former.builds.items()
            for target in by_target
            if (name, target) not in declared
        ]
        if lost and not self.may_remove:
            raise InvalidLock(
                f"{self.where} has entries that are not declared any more: {', '.join(lost)}. Declare their names and "
                "targets, or remove them with lock_may_remove=true; hosts that need them are refused then."
            )

    def _successor(self, one: LockEntry, former: LockedBuild | None) -> LockedBuild:
        """The build that replaces `former`, or `former` itself. Raises `InvalidLock` and `NoMatch`."""
        stays = former and self._usable(one, former)
        if one.offer is None:
            if stays is None:
                raise NoMatch(one.why_none)
            self.warn(f"{one.why_none} {stays.asset.build.name} stays in the lock.")
            return stays
        return self._better(stays, one.offer) if stays else LockedBuild(one.offer)

    def _usable(self, one: LockEntry, former: LockedBuild) -> LockedBuild | None:
        """The build of the former lock if it satisfies the request and is not left out."""
        build = former.asset.build
        if not one.request.satisfied_by(build):
            return None
        reason = self.why_left_out(build, one.request)
        if reason and one.offer:
            self.warn(f"{build.name} in the lock is left out, since {reason}: {one.offer.build.name} replaces it.")
        return None if reason else former

    def _better(self, stays: LockedBuild, offer: Asset) -> LockedBuild:
        """The newer of the locked build and the one that the index offers. Raises `InvalidLock` for another digest."""
        locked = stays.asset
        if locked.is_same_as(offer):
            return replace(stays, asset=offer)
        if locked.file_name == offer.file_name:
            raise InvalidLock(
                f"{self.where} has the digest {locked.sha256} for {locked.file_name}, and the index has "
                f"{offer.sha256}. A published file does not change, so find out which of them is right before you "
                "trust either. To take the index's, remove the entry from the lock."
            )
        if locked.build.recency > offer.build.recency:
            self.warn(
                f"The index offers {offer.build.name}, which is older than {locked.build.name} in the lock, so "
                "that stays. To go back, restore an earlier lock, or remove the entry."
            )
            return stays
        return LockedBuild(offer)

    def _completed(self, locked: LockedBuild) -> LockedBuild:
        asset = locked.asset
        size = self.size_of(asset.url) if locked.size_bytes is None else locked.size_bytes
        return replace(locked, size_bytes=size, libraries=libraries_of(asset.build) or locked.libraries)


def libraries_of(build: Build) -> dict[str, str]:
    """The versions of those `LIBRARIES` that the bundled table knows to be in a build."""
    components = components_of(build)
    return {library: components[library]["version"] for library in LIBRARIES if library in components}
