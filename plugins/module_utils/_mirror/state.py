# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a mirror: which of its files are there and intact, and what its indexes contain."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .._builds.build import Prepared
from .._download.bundles import BUNDLE_SUFFIX
from .._errors import StoreError
from .._os.regular_file import read_regular, sha256_of
from .._os.threads import with_stack_size
from . import receipt as _mirror_receipt
from .index_files import SUMS, UV_CATALOGUE, VERSIONS_INDEX
from .receipt import CopyOrigin, Held, is_as_recorded, releases_of
from .spec import MirrorSpec

_MOST_INDEX_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True)
class MirrorState:
    """The state. `recorded` is the receipt's content, by path; None when there is no mirror.

    `damage` is why the receipt cannot be used. `intact` are the wanted files that are there with the right digest;
    `damaged` the paths of wanted files that have another one. `documents` are the indexes on the disk, by path below
    the mirror. `copies` are the intact prepared copies, by the paths of their archives.
    """

    recorded: Mapping[str, Held] | None
    intact: Mapping[str, Held]
    damaged: tuple[str, ...]
    documents: Mapping[str, str]
    damage: str | None = None
    copies: Mapping[str, Prepared] = field(default_factory=dict)


def read(spec: MirrorSpec) -> MirrorState:
    """Read the state. Archives that match their record are not opened, except with `verify: full`. Raises `OSError`."""
    receipt = _mirror_receipt.read(spec.path)
    known = receipt.files if receipt else {}
    digests = {place: asset.sha256 for place, asset in spec.assets.items()}
    if spec.bundles:
        digests.update((held.place, held.sha256) for held in known.values() if _is_bundle_of(held.place, spec))
    copies = spec.copies
    origins = {copy: (spec.assets[place].sha256, spec.prepare_level) for place, copy in copies.items()}
    digests.update(
        (held.place, held.sha256) for held in known.values() if _origin_of(held) == origins.get(held.place, ())
    )

    def look_at(place: str) -> Held | None:
        return _look_at(spec, place, digests[place], known.get(place))

    there = [place for place in digests if os.path.lexists(os.path.join(spec.path, place))]
    with with_stack_size(), ThreadPoolExecutor(spec.parallel) as pool:
        found = dict(zip(there, pool.map(look_at, there)))
    releases = releases_of([*digests, *known])
    intact = {place: held for place, held in found.items() if held}
    return MirrorState(
        recorded=receipt.files if receipt else None,
        intact=intact,
        damaged=tuple(sorted(place for place, held in found.items() if held is None)),
        documents=_documents(spec.path, [VERSIONS_INDEX, UV_CATALOGUE, *(f"{tag}/{SUMS}" for tag in releases)]),
        damage=receipt.damage if receipt else None,
        copies={
            place: Prepared(intact[copy].sha256, origin.members_sha256)
            for place, copy in copies.items()
            if copy in intact and (origin := intact[copy].origin)
        },
    )


def held_now(mirror: str, place: str, sha256: str, origin: CopyOrigin | None = None) -> Held:
    """The record of a file whose digest is known to be right."""
    status = os.lstat(os.path.join(mirror, place))
    return Held(place, sha256, status.st_size, status.st_mtime_ns, origin)


def _origin_of(held: Held) -> tuple[str, int] | None:
    """The archive and the level of a prepared copy; None for any other file."""
    return (held.origin.archive_sha256, held.origin.level) if held.origin else None


def _is_bundle_of(place: str, spec: MirrorSpec) -> bool:
    return place.endswith(BUNDLE_SUFFIX) and place[: -len(BUNDLE_SUFFIX)] in spec.assets


def _look_at(spec: MirrorSpec, place: str, sha256: str, recorded: Held | None) -> Held | None:
    """The file's record; None for a file that is not the wanted one, or unreadable."""
    path = os.path.join(spec.path, place)
    try:
        status = os.lstat(path)
        if spec.verify == "quick" and recorded and recorded.sha256 == sha256 and is_as_recorded(recorded, status):
            return recorded
        if not stat.S_ISREG(status.st_mode) or sha256_of(path) != sha256:
            return None
    except OSError:
        return None
    return Held(place, sha256, status.st_size, status.st_mtime_ns, recorded.origin if recorded else None)


def _documents(mirror: str, names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            content = read_regular(os.path.join(mirror, name), most_bytes=_MOST_INDEX_BYTES)
        except (FileNotFoundError, NotADirectoryError, StoreError):  # the last for what no run has written
            continue
        found[name] = content.decode(errors="replace")
    return found
