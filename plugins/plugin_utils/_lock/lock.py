# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock in use: the build that it has for a host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch

from .._documents import read_document
from .file import InvalidLock, LockedBuild, LockFile


class Lock(NamedTuple):
    """A lock that was read; `where` is its name in messages."""

    content: LockFile
    where: str

    @classmethod
    def read(cls, path: str) -> Lock:
        """Read the lock from a file on the controller. Raises `InvalidLock`."""
        where = f"The lock {path}"
        try:
            return cls(LockFile.parse(read_document(path).decode(), where), where)
        except OSError as error:
            raise InvalidLock(f"{where} could not be read: {error.strerror}. Correct the path.") from None
        except UnicodeDecodeError:
            raise InvalidLock(f"{where} is no text. Make it again.") from None

    def asset(self, request: BuildRequest, targets: Sequence[str]) -> Asset:
        """The asset for the first of `targets` that has one. Raises `NoMatch` that names what the lock has."""
        by_target = self._entry(request)
        found = next((by_target[target] for target in targets if target in by_target), None)
        if found is None:
            raise NoMatch(
                f"{self.where} has no build of {request.name} for {' or '.join(targets)}. It has "
                f"{_named(by_target)}. Add the target to lock_targets and make the lock again."
            )
        return self._agreeing(found, request)

    def assets(self, request: BuildRequest) -> tuple[Asset, ...]:
        """The assets for the name, one for each target, sorted by target. Raises `NoMatch`."""
        if request.named_target:
            return (self.asset(request, (request.named_target,)),)
        by_target = self._entry(request)
        return tuple(self._agreeing(by_target[target], request) for target in sorted(by_target))

    def _entry(self, request: BuildRequest) -> Mapping[str, LockedBuild]:
        by_target = self.content.builds.get(str(request.name))
        if by_target:
            return by_target
        raise NoMatch(
            f"{self.where} has no entry {request.name}. It has {_named(self.content.builds)}. Ask for one that it "
            "has, or add the name to lock_names and make the lock again."
        )

    def _agreeing(self, locked: LockedBuild, request: BuildRequest) -> Asset:
        """The build's asset. Raises `NoMatch` when the options that narrow the name ask for another kind of build."""
        build = locked.asset.build
        # Target and pre-release were decided when the lock was made.
        if request._replace(target=build.target, prerelease=True).satisfied_by(build):
            return locked.asset
        raise NoMatch(
            f"{self.where} has {build.name} for {request.name}, and flavor or build_options ask for another build. "
            "Leave these out, or make a lock with lock_flavor and lock_build_options."
        )


def _named(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
