# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses to replace a build by one of another series, such as 3.12 by 3.13 or 3.13t.

Environments and extension modules belong to one series: with another build at their path they stop working. So a task
has to request that, by an option or by a name that spans minor versions.
"""

from __future__ import annotations

import os
import re

from .._builds.asset_name import AssetName, archive_extension, is_asset_name
from .._builds.build import Build
from .._errors import StoreError
from .._store.state import State
from .spec import InstallSpec

_NUMBERED = re.compile(r"\.\d+\Z")  # added by the store to a name that is taken


def require_series(spec: InstallSpec, state: State, entry: str | None) -> None:
    """Raise `StoreError` when the spec changes the series of its path without being allowed to.

    `entry` is the stored build that the path will name; None for the spec's asset or, until an index was read, for any
    build that matches the spec's name.
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
    """Whether a `request`, by a name that `spans_minors` or not, may replace a build of the series `present`."""
    return request == present or (spans_minors and _kind(request) == _kind(present))


def require_adoptable(spec: InstallSpec, state: State) -> None:
    """Raise `StoreError` when the directory to adopt has interpreters, but none of the series that the spec wants."""
    request = _wanted_series(spec, state, None)
    if request is None or not state.interpreters or request in state.interpreters:
        return
    raise StoreError(
        f"Cannot adopt the directory {spec.path} as Python {request}: it holds Python {', '.join(state.interpreters)}. "
        "Ask for the build that it holds, or move it away."
    )


def present_series(state: State) -> str | None:
    """The series at the path, from the receipt, or from the entry's name when the receipt is damaged or gone."""
    if state.receipt:
        return state.receipt.asset.build.series
    stem = _NUMBERED.sub("", state.entry or "")
    if not is_asset_name(stem + archive_extension(stem)):
        return None
    return Build.from_asset_name(AssetName.from_stem(stem), release="00000000").series


def _wanted_series(spec: InstallSpec, state: State, entry: str | None) -> str | None:
    if entry is not None:
        return state.stored[entry].asset.build.series
    if spec.asset is not None:
        return spec.asset.build.series
    return spec.request.name.series if spec.request else None


def _kind(series: str) -> str:
    """The part of a series besides its minor version: free-threaded, debug, another implementation."""
    return re.sub(r"\d+\.\d+", "", series)


def _goes_back(spec: InstallSpec, state: State, entry: str | None) -> bool:
    """Whether the spec requests, by exact name or digest, a kept build that the path had before."""
    return spec.is_exact and entry in {use.entry for use in state.root.uses}
