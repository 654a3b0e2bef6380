# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisional builds: a path with one keeps the build before it until the provisional build is confirmed.

The mark is in the path's history. It is there before the link names the provisional build, and as long as it does; so a
run that is killed at any instant leaves either the earlier build or the provisional one with its mark.
"""

from __future__ import annotations

from .._builds.build import Asset
from .._store.state import State
from .spec import InstallSpec


def before(spec: InstallSpec, state: State, asset: Asset | None) -> str | None:
    """The entry to go back to once `asset` is at the spec's path; None when `asset` is not provisional there.

    The same build installed again, as by a repair, stays provisional. One that replaces a provisional build goes back
    to the build before both.
    """
    found = standing = _standing(state)
    if not _is(state, state.entry, asset):
        found = (standing or state.entry) if spec.provisional else None
    receipt = state.stored.get(found) if found else None
    if receipt is None:
        return found if state.has(found) else None  # damaged for now: its receipt may be repaired
    if spec.why_not(receipt.asset.build):
        return None
    return None if _is(state, found, asset) else found


def left(state: State, asset: Asset | None) -> str | None:
    """The fallback that stays marked until the switch to `asset` ends the provisional state; None without one."""
    standing = _standing(state)
    return standing if _is(state, standing, asset) else None


def _standing(state: State) -> str | None:
    return state.root.goes_back_to(state.entry)


def _is(state: State, entry: str | None, asset: Asset | None) -> bool:
    receipt = state.stored.get(entry) if entry else None
    return receipt is not None and asset is not None and receipt.asset.is_same_as(asset)
