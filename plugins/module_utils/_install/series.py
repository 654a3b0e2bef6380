# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses to replace a build by one of another series, such as 3.12 by 3.13 or 3.13t.

Environments and extension modules belong to one series: with another build at their path they stop working. So a task
has to ask for that, by an option or by a name that spans minor versions.
"""

from __future__ import annotations

import os
import re

from .._builds.asset_name import AssetName, archive_extension, is_asset_name
from .._builds.build import Build
from .._errors import StoreError
from .._store.state import State
from .spec import InstallSpec

_NUMBERED = re.compile(r"\.\d+\Z")  # what the store adds to a name that is taken


def require_series(spec: InstallSpec, state: State, entry: str | None) -> None:
    """Raises `StoreError` when the order changes the series of its path without being allowed to.

    `entry` is the stored build that the path will name, None for the order's asset or, until an index was asked, for
    any build that the order's name admits.
    """
    present = present_series(state)
    if present is None or spec.allow_minor_change or _goes_back(spec, state, entry):
        return
    request = _wanted_series(spec, state, entry)
    if request is None or is_allowed(request, present, spans_minors=spec.spans_minors):
        return
    beside = os.path.join(os.path.dirname(spec.path), request)
    example = f", such as {beside}" if beside != spec.path and " " not in request else ""
    raise StoreError(
        f"Cannot install Python {request} at {spec.path}: Python {present} is installed there, and environments and "
        f"extension modules made with it would stop working. Choose another path{example}, or set "
        "`allow_minor_change: true`."
    )


def is_allowed(request: str, present: str, *, spans_minors: bool) -> bool:
    """Whether a build of a series may replace one of another, by a name that spans minor versions or does not."""
    return request == present or (spans_minors and _kind(request) == _kind(present))


def require_adoptable(spec: InstallSpec, state: State) -> None:
    """Raises `StoreError` when the directory to adopt has interpreters, and none of the series that the order wants."""
    request = _wanted_series(spec, state, None)
    if request is None or not state.interpreters or request in state.interpreters:
        return
    raise StoreError(
        f"Cannot adopt the directory {spec.path} as Python {request}: it holds Python {', '.join(state.interpreters)}. "
        "Ask for the build that it holds, or move it away."
    )


def present_series(state: State) -> str | None:
    """The series at the path: by the receipt, or by the name of the entry where that is damaged or gone."""
    if state.receipt:
        return state.receipt.asset.build.series
    stem = _NUMBERED.sub("", state.entry or "")
    if not is_asset_name(stem + archive_extension(stem)):
        return None
    return Build.from_asset_name(AssetName.from_stem(stem), release="00000000").series


def _wanted_series(spec: InstallSpec, state: State, entry: str | None) -> str | None:
    """None for a name that spans minor versions as long as no index was asked which build answers to it."""
    if entry is not None:
        return state.stored[entry].asset.build.series
    if spec.asset is not None:
        return spec.asset.build.series
    name = spec.request.name if spec.request else None
    if name is None or name.only_minor is None:
        return None
    return f"{name.only_minor}{'t' * name.free_threaded}{'d' * name.debug}"


def _kind(series: str) -> str:
    """What a series is apart from its minor version: free-threaded, debug, another implementation."""
    return re.sub(r"\d+\.\d+", "", series)


def _goes_back(spec: InstallSpec, state: State, entry: str | None) -> bool:
    """Whether a kept build that the path had before is asked for by its exact name or digest."""
    return spec.is_exact and entry in {use.entry for use in state.root.uses}
