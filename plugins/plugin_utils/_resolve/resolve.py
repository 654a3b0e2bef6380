# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve a name to a pinned asset: the single entry to index and selection for the action plugin and the lookup."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TypeVar

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    IndexUnavailable,
    InvalidName,
    NoMatch,
    UnsupportedHost,
)
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform

from .._index.cache import OpenIndex
from .._index.catalog import Catalog
from .._index.clock import Clock
from .._index.freshness import with_age
from .._index.reader import IndexOptions, open_index
from .exclusion import Exclusion
from .no_match import NotListed
from .select import Scope, choose
from .unusable import why_unusable

_T = TypeVar("_T")


def resolve(
    request: BuildRequest,
    *,
    platform: HostPlatform | None,
    index: IndexOptions,
    warn: Callable[[str], None],
    min_age_s: int = 0,
    sha256: str | None = None,
    exclude: tuple[Exclusion, ...] = (),
) -> Asset:
    """The asset that satisfies `request` on a host.

    With a target in the name or among the options, `platform` may be None; then nothing is checked against a host.
    `warn` gets messages, such as the age of the index. `min_age_s` is the least age of a release in seconds. `sha256`
    is the digest that the asset must have, also when the index has none for it. Builds that `exclude` covers are not
    chosen, nor any that is known not to work, unless the name has its release; then `warn` gets the reason.

    Raises `NoMatch`, `UnsupportedHost`, `InvalidName` and `IndexUnavailable`.
    """
    named = request.named_target
    if named is None and platform is None:
        raise UnsupportedHost(
            f"Cannot choose a build for {request.name}: nothing is known about the host. Name its target."
        )
    targets = (named,) if named is not None else platform.targets(request.cpu_level)  # type: ignore[union-attr]
    clock = Clock.read(warn)
    newest = clock.newest_release(min_age_s)
    scope = Scope(targets, platform, newest_release=newest, clock=clock, sha256=sha256, exclude=exclude)
    return with_warning(with_index(index, warn, lambda catalog: choose(catalog, request, scope)), warn)


def resolve_installed(installed: Asset, path: str, *, index: IndexOptions, warn: Callable[[str], None]) -> Asset:
    """The asset of a changed build at `path` on a host, to fetch it again.

    Of the host's receipt only the name is used: URL and digest are the index's. Raises `NoMatch` when the index lacks a
    build of that name, or has another digest for it than the host's receipt.
    """
    name = installed.build.name
    refused = f"{name} at {path} changed since it was installed and cannot be installed again"
    advice = (
        "Addresses and digests that a host has are not used to fetch anything. Set `index` to one that has this build, "
        "or give `asset`, or `archive` and `checksum`."
    )
    try:
        request = BuildRequest(RequestedName.parse(str(AssetName.from_stem(name))), prerelease=True)
        found = resolve(request, platform=None, index=index, warn=warn)
    except (InvalidName, NoMatch) as error:
        raise NoMatch(f"{refused}: {error} {advice}") from error
    if not found.is_same_as(installed):
        raise NoMatch(
            f"{refused}: {_identified(found)} by the index, and {_identified(installed)} by its receipt on the host. "
            f"{advice}"
        )
    return found


def _identified(asset: Asset) -> str:
    return f"it is {asset.build.version}+{asset.build.release} with the digest {asset.sha256}"


def resolve_for_all_targets(
    request: BuildRequest,
    *,
    index: IndexOptions,
    warn: Callable[[str], None],
    min_age_s: int = 0,
    exclude: tuple[Exclusion, ...] = (),
) -> tuple[Asset, ...]:
    """The assets that `resolve` would return for each target, sorted by target; targets without one are left out.

    The versions differ when a target lacks the newest. Raises like `resolve` when no target has an asset.
    """
    clock = Clock.read(warn)
    scope = Scope((), newest_release=clock.newest_release(min_age_s), clock=clock, exclude=exclude)
    found = with_index(index, warn, lambda catalog: _choices(catalog, request, scope))
    return tuple(with_warning(asset, warn) for asset in found)


def with_warning(asset: Asset, warn: Callable[[str], None]) -> Asset:
    """The asset. `warn` gets a message about one that is known not to work."""
    reason = why_unusable(asset.build)
    if reason:
        warn(f"{asset.build.name} is known not to work: {reason}. It is used, since its name has the release.")
    return asset


def _choices(catalog: Catalog, request: BuildRequest, scope: Scope) -> tuple[Asset, ...]:
    def best(target: str) -> tuple[Asset, ...]:
        return (choose(catalog, request._replace(target=target), scope._replace(targets=(target,))),)

    named = request.named_target
    return of_each_target((named,) if named else catalog.targets(), best)


def of_each_target(targets: Iterable[str], answers: Callable[[str], Iterable[Asset]]) -> tuple[Asset, ...]:
    """The assets for every target that has any. Raises the `NoMatch` of the first target when none has."""
    found: list[Asset] = []
    refusals: list[NoMatch] = []
    for target in targets:
        try:
            found += answers(target)
        except NoMatch as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    return tuple(found)


def with_index(index: IndexOptions, warn: Callable[[str], None], use: Callable[[Catalog], _T]) -> _T:
    """The result of `use` with the open index. Raises `IndexUnavailable`.

    A database that turns out to be damaged during use is created again, once.
    """
    for _attempt in range(2):
        with contextlib.suppress(sqlite3.DatabaseError):
            opened = open_index(index, warn)
            try:
                with closing(opened.catalog):
                    return _named(opened, use, warn)
            except sqlite3.DatabaseError:
                opened.entry.discard()
    raise IndexUnavailable(
        "Cannot read the index in the cache: it is damaged, and so is what was made again in its place. Remove the "
        "cache, or set ANSIBLE_STANDALONE_PYTHON_CACHE to a directory on another disk."
    )


def _named(index: OpenIndex, use: Callable[[Catalog], _T], warn: Callable[[str], None]) -> _T:
    """The result of `use`; its `NotListed` also names the index and its age."""
    try:
        return use(index.catalog)
    except NotListed as error:
        raise NotListed(f"{error} Searched: {with_age(index, warn)}.") from error
