# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve the declared entries of a mirror to pinned assets.

An entry declares names, each for all of its targets and flavors, in their newest releases. The first asset of each is
the one that the name resolves to today, followed by those that it resolved to before: so hosts find the same in the
mirror as in the whole index.

GitHub has provenance bundles for public archives, which a mirror stores beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

from .._index.catalog import Catalog
from .._index.clock import Clock
from .._index.reader import IndexOptions
from .._provenance.attestations import BundleSources, NoAttestation
from .._provenance.verify import Policy
from .._resolve.exclusion import Exclusion
from .._resolve.resolve import of_each_target, with_index, with_warning
from .._resolve.select import Scope, choose


@dataclass(frozen=True)
class MirrorEntry:
    """One entry. Without `targets`, it is for all targets of the index; `releases` is a number per name and target."""

    requests: tuple[BuildRequest, ...]
    targets: tuple[str, ...]
    releases: int

    @classmethod
    def from_params(cls, params: Mapping[str, Any], where: str) -> MirrorEntry:
        """Parse an entry, named `where` in messages. Raises `InvalidName`."""
        if params["releases"] < 1:
            raise InvalidName(
                f"{where}: releases is {params['releases']}, but it counts those to hold: write 1 or more."
            )
        if params["targets"] == []:  # as from an expression that finds nothing, which must not fetch everything
            raise InvalidName(f"{where}: targets is an empty list. List triples, or leave targets out for all of them.")
        requests = [
            BuildRequest(
                name=RequestedName.parse(name),
                flavor=flavor,
                build_options=params["build_options"],
                prerelease=params["prerelease"],
            )
            for name in params["names"]
            for flavor in params["flavors"] or [None]
        ]
        targets = tuple(str(Target.parse(target)) for target in params["targets"] or ())
        return cls(tuple(requests), targets, params["releases"])


def resolve_declared(
    entries: Sequence[MirrorEntry],
    *,
    index: IndexOptions,
    warn: Callable[[str], None],
    min_age_s: int = 0,
    exclude: tuple[Exclusion, ...] = (),
) -> tuple[Asset, ...]:
    """Every asset that the entries declare, each once, unordered.

    `min_age_s` is the least age of a release in seconds. Builds that `exclude` covers, or that are known not to work,
    are left out. Raises `NoMatch` for a name without an asset: for a named
    target, or for every target when the entry names none; `InvalidName` and `IndexUnavailable` like `resolve`.
    """
    clock = Clock.read(warn)
    scope = Scope((), newest_release=clock.newest_release(min_age_s), clock=clock, exclude=exclude)

    def use(catalog: Catalog) -> tuple[Asset, ...]:
        found = (
            asset
            for entry in entries
            for request in entry.requests
            for asset in _answers(catalog, request, entry, scope)
        )
        return tuple({(asset.build.release, asset.file_name): asset for asset in found}.values())

    return tuple(with_warning(asset, warn) for asset in with_index(index, warn, use))


def _answers(catalog: Catalog, request: BuildRequest, entry: MirrorEntry, scope: Scope) -> Iterable[Asset]:
    named = (request.name.target,) if request.name.target else entry.targets
    if named:
        return [asset for target in named for asset in _history(catalog, request, target, entry.releases, scope)]
    return of_each_target(catalog.targets(), lambda target: _history(catalog, request, target, entry.releases, scope))


def _history(catalog: Catalog, request: BuildRequest, target: str, releases: int, scope: Scope) -> Iterator[Asset]:
    """The assets of the request, newest first, each from an older release. Raises `NoMatch` when there is none."""
    scope = scope._replace(targets=(target,))
    for number in range(releases):
        try:
            asset = choose(catalog, request._replace(target=target), scope)
        except NoMatch:
            if number == 0:
                raise
            return
        yield asset
        older = f"{int(asset.build.release) - 1:08d}"  # the newest possible tag before it
        scope = scope._replace(newest_release=older)


_FIRST_ATTESTED = "20250205"  # docs/development/builds.md 7: no earlier release has one for every file


def public_bundles(assets: Iterable[Asset], options: UrlOptions, warn: Callable[[str], None]) -> dict[str, str]:
    """The content of bundle files by the digest of their archives, for those of the assets that have one.

    A mirror works without bundles, so a missing one is a warning. When GitHub is unreachable, the remaining bundles are
    left to the next run.
    """
    found: dict[str, str] = {}
    sources = BundleSources(Policy.repository, options=options)
    for asset in assets:
        if asset.build.release < _FIRST_ATTESTED or not public_file(asset.url):
            continue
        try:
            found[asset.sha256] = "".join(_line(bundle.content) for bundle in sources.bundles_of(asset))
        except NoAttestation as error:
            warn(str(error))
        except (ValueError, RecursionError):
            warn(f"The attestation that GitHub has of {asset.file_name} is not JSON, so the mirror goes without it.")
        except StandaloneError as error:
            warn(f"{error} The mirror goes without further bundles until its next run.")
            break
    return found


def _line(content: str) -> str:
    return json.dumps(json.loads(content), separators=(",", ":")) + "\n"
