# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Select the asset that satisfies a request.

The newest version counts first, then the first target, the best flavor, and the newest release, as in
docs/development/builds.md 6. The chosen asset satisfies `BuildRequest.satisfied_by`, so that a second run changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, preference
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform

from .._index.catalog import Catalog, Variant
from .._index.clock import Clock
from .._index.entry import IndexEntry
from .exclusion import Exclusion
from .no_match import Obstacles, refusal, require_agreement
from .unusable import why_unusable


class Scope(NamedTuple):
    """The limits of the selection, in addition to the request.

    `targets` are tried in this order for each version. `platform` is None when the host is unknown or does not matter.
    Releases after `newest_release`, a tag, are too young, and those after the time of `clock` cannot exist; None allows
    all. `sha256` is the digest that the archive must have, in lower case, also when the index has none for it.
    `exclude` names builds that must not be chosen.
    """

    targets: tuple[str, ...]
    platform: HostPlatform | None = None
    newest_release: str | None = None
    clock: Clock | None = None
    sha256: str | None = None
    exclude: tuple[Exclusion, ...] = ()


def choose(catalog: Catalog, request: BuildRequest, scope: Scope) -> Asset:
    """The best asset that the index has for the request.

    Raises `NoMatch` when there is none, or when its digest differs from the required one; `InvalidName` when name and
    options contradict each other; `UnsupportedHost` when the host cannot run the best asset: another target of `scope`
    may replace it, but an older version or another flavor would be a silent surprise.
    """
    require_agreement(request)
    obstacles = Obstacles()
    variant = Variant(request.name.free_threaded, request.name.debug)
    for version in catalog.versions(scope.targets, variant):
        if not request.name.accepts_version(version, request.prerelease):
            continue
        for target in scope.targets:
            best = _best(catalog.assets(version, target, variant), request, scope, obstacles)
            if best is None:
                continue
            objection = scope.platform.objection_to(best.build) if scope.platform else None
            if objection is None:
                return _pinned(best, scope.sha256)
            obstacles.objections.append(objection)
        if obstacles.objections:
            raise UnsupportedHost(obstacles.objections[0])
    raise refusal(catalog, request, scope.targets, obstacles, scope.clock)


def _best(assets: Iterable[IndexEntry], request: BuildRequest, scope: Scope, obstacles: Obstacles) -> IndexEntry | None:
    """The best asset that may be chosen; the reasons against the others are added to `obstacles`."""
    takeable: list[IndexEntry] = []
    for asset in assets:
        if request.satisfied_by(asset.build):
            obstacle = _obstacle_to(asset, request, scope, obstacles)
            (takeable if obstacle is None else obstacle).append(asset)
    by_letter = request.name.file_name
    return min(takeable, key=lambda asset: (asset.file_name != by_letter, _rank(asset)), default=None)


def _obstacle_to(
    asset: IndexEntry, request: BuildRequest, scope: Scope, obstacles: Obstacles
) -> list[IndexEntry] | None:
    """Where `obstacles` lists an asset that answers to the request and must not be chosen; None for any other."""
    excluding = [one.text for one in scope.exclude if one.covers(asset.build)]
    if excluding:
        obstacles.excluding.update(dict.fromkeys(excluding))
        return obstacles.excluded
    if request.name.release is None and why_unusable(asset.build):
        return obstacles.unusable
    if scope.clock is not None and asset.build.release > scope.clock.latest_release:
        return obstacles.of_future
    if scope.newest_release is not None and asset.build.release > scope.newest_release:
        return obstacles.too_young
    return obstacles.without_digest if asset.sha256 is None and scope.sha256 is None else None


def _pinned(listed: IndexEntry, expected_sha256: str | None) -> Asset:
    """The asset with its digest: the index's, or else the expected one; `_best` has checked that there is one."""
    known_sha256 = listed.sha256.hex() if listed.sha256 else str(expected_sha256)
    if expected_sha256 not in (None, known_sha256):
        raise NoMatch(
            f"The digest of {listed.file_name} is {known_sha256} by the index, and {expected_sha256} by the option "
            "checksum. Correct or leave out checksum, or name the build that it belongs to."
        )
    # A task that has the digest from elsewhere trusts that, and not what an index says of a copy.
    copy = None if expected_sha256 else listed.copy
    return Asset(listed.build, listed.url, known_sha256, listed.file_name, copy)


def _rank(asset: IndexEntry) -> tuple[object, ...]:
    """A sort key; smaller is better. The file name at the end decides between files of the same build."""
    return (*preference(asset.build), asset.file_name)
