# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror spec: what one task requests of one mirror, in one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._builds.build import SAFE_NAME, Asset, copy_of
from .._errors import InvalidName
from .._http.options import UrlOptions, require_count
from .._os.paths import checked_absolute
from .._prepare.compress import LEVELS


@dataclass(frozen=True)
class MirrorSpec:
    """The desired mirror. `assets` are its archives, by path below the mirror (`TAG/NAME`); none when it is absent.

    `mirrors` are the sources; without any, the public addresses. `parallel` is the maximum of simultaneous downloads.
    `attestations` are the contents of bundles that need not be fetched, by the digest of the archive. `prepare_level`
    is the level of compression of prepared copies, None without them.
    """

    path: str
    assets: Mapping[str, Asset]
    mirrors: tuple[str, ...]
    url: UrlOptions
    is_absent: bool = False
    bundles: bool = False
    attestations: Mapping[str, str] = field(default_factory=dict)
    parallel: int = 4
    verify: str = "quick"
    prepare_level: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> MirrorSpec:
        """The spec in a module's validated parameters. Raises `InvalidName` or `StoreError` for invalid ones."""
        is_absent = params["state"] == "absent"
        require_count(params["parallel"], "parallel", "downloads at a time", least=1)
        if params["prepare_level"] not in LEVELS:
            raise InvalidName(
                f"prepare_level is {params['prepare_level']}. Write a level of zstandard from {LEVELS[0]} to "
                f"{LEVELS[-1]}: higher ones cost each host more memory."
            )
        given = [] if is_absent else params["assets"] or []
        assets = (
            Asset.from_dict(one, where=f"assets[{number}]", error=InvalidName) for number, one in enumerate(given)
        )
        return cls(
            path=checked_absolute(params["path"], "path", "/srv/python"),
            assets=_by_place(assets),
            mirrors=tuple(params["mirror"] or ()),
            url=UrlOptions.from_params(params),
            is_absent=is_absent,
            bundles=params["bundles"],
            attestations=params["attestations"],
            parallel=params["parallel"],
            verify=params["verify"],
            prepare_level=params["prepare_level"] if params["prepare"] else None,
        )

    @property
    def copies(self) -> Mapping[str, str]:
        """The paths of the prepared copies, by those of their archives."""
        if self.prepare_level is None:
            return {}
        found = ((place, copy_of(place)) for place in self.assets)
        return {place: copy for place, copy in found if copy and copy not in self.assets}


def place_of(asset: Asset) -> str:
    """The path of the archive below a mirror: `TAG/NAME`."""
    return f"{asset.build.release}/{asset.file_name}"


def _by_place(assets: Iterable[Asset]) -> dict[str, Asset]:
    """The assets by path. Raises `InvalidName` for an unsafe file name, and for two digests of one file."""
    found: dict[str, Asset] = {}
    for asset in assets:
        if SAFE_NAME.fullmatch(asset.file_name) is None:  # the name comes from a URL
            raise InvalidName(
                f"The url of {asset.build.name} ends in {asset.file_name!r}, which is no file name. Correct it."
            )
        other = found.setdefault(place_of(asset), asset.published)
        if other.sha256 != asset.sha256:
            raise InvalidName(
                f"{asset.file_name} is asked for with two digests, {other.sha256} and {asset.sha256}. A mirror holds "
                "one file of that name: correct or leave out one of them."
            )
    return found
