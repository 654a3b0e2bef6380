# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sync will do, decided without touching anything; check mode and the real run both follow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._builds.build import Asset, Prepared
from .._download.bundles import BUNDLE_SUFFIX
from .index_files import SUMS, UV_CATALOGUE, VERSIONS_INDEX, sums, uv_catalogue, versions_index
from .receipt import releases_of
from .spec import MirrorSpec
from .state import MirrorState


@dataclass(frozen=True)
class MirrorPlan:
    """Archives to `fetch`, to `ask` a bundle for and to `prepare` a copy of, and files to `remove`, by path.

    `changing` are those among `fetch` that indexes currently name with another digest. `documents` are the desired
    indexes, as far as copies exist already, and `rewrite` the names of those that differ or have to be removed.
    """

    fetch: tuple[str, ...]
    changing: tuple[str, ...]
    ask: tuple[str, ...]
    remove: tuple[str, ...]
    documents: Mapping[str, str]
    rewrite: tuple[str, ...]
    prepare: tuple[str, ...] = ()


def plan(spec: MirrorSpec, state: MirrorState) -> MirrorPlan:
    """The differences between the spec and the state of a mirror."""
    recorded = state.recorded or {}
    fetch = tuple(sorted(place for place in spec.assets if place not in state.intact))
    bundle_of = {place: place + BUNDLE_SUFFIX for place in spec.assets} if spec.bundles else {}
    prepare = tuple(sorted(place for place in spec.copies if place not in state.copies))
    declared = {*spec.assets, *bundle_of.values(), *spec.copies.values()}
    after = {} if spec.is_absent else documents(with_copies(spec.assets, state.copies))
    ours = set(state.documents) if state.recorded is not None else set()
    return MirrorPlan(
        fetch=fetch,
        changing=tuple(place for place in fetch if _is_changing(spec.assets[place], state)),
        ask=tuple(sorted(place for place, bundle in bundle_of.items() if bundle not in state.intact)),
        remove=tuple(sorted(place for place in recorded if place not in declared)),
        documents=after,
        rewrite=tuple(
            sorted(
                name
                for name in {*after, *ours}
                if after.get(name) != state.documents.get(name) or (prepare and name == VERSIONS_INDEX)
            )
        ),
        prepare=prepare,
    )


def with_copies(assets: Mapping[str, Asset], copies: Mapping[str, Prepared]) -> dict[str, Asset]:
    """The assets with the copies that the mirror has of them."""
    return {place: asset._replace(prepared=copies.get(place)) for place, asset in assets.items()}


def documents(assets: Mapping[str, Asset]) -> dict[str, str]:
    """All indexes of a mirror that has these archives, by path below the mirror."""
    ordered = [assets[place] for place in sorted(assets)]
    found = {VERSIONS_INDEX: versions_index(ordered), UV_CATALOGUE: uv_catalogue(ordered)}
    for release in releases_of(assets):
        found[f"{release}/{SUMS}"] = sums(_digests_of(release, ordered))
    return found


def _digests_of(release: str, assets: Iterable[Asset]) -> list[tuple[str, str]]:
    return [(asset.file_name, asset.sha256) for asset in assets if asset.build.release == release]


def _is_changing(asset: Asset, state: MirrorState) -> bool:
    """Whether upstream published other bytes under the same name, of which the mirror has the old ones."""
    lines = state.documents.get(f"{asset.build.release}/{SUMS}", "").splitlines()
    return any(line.endswith(f"  {asset.file_name}") and not line.startswith(asset.sha256) for line in lines)
