# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds provisional: a path has one, and holds on to the build before it until somebody says that the new one works.

The mark is in the path's root. It is there before the link names the provisional build, and while it does; so a run
that is killed at any instant leaves either the build before the provisional one or the one provisional with its mark.
"""

from __future__ import annotations

from .._builds.build import Asset
from .._store.state import State
from .spec import InstallSpec


def before(spec: InstallSpec, state: State, asset: Asset | None) -> str | None:
    """The entry to go back to once the order has put `asset` at its path; None where that is not provisional then.

    The same build installed again, as by a repair, stays provisional. One that replaces another goes
    back to before both.
    """
    found = standing = _standing(state)
    if not _is(state, state.entry, asset):
        found = (standing or state.entry) if spec.provisional else None
    receipt = state.stored.get(found) if found else None
    if receipt is None:
        return found if state.has(found) else None  # damaged for now: what it is may be found out again
    if spec.why_not(receipt.asset.build):
        return None
    return None if _is(state, found, asset) else found


def left(state: State, asset: Asset | None) -> str | None:
    """The mark that stays until the switch to `asset`, which ends the provisional state; None without one."""
    standing = _standing(state)
    return standing if _is(state, standing, asset) else None


def _standing(state: State) -> str | None:
    return state.root.goes_back_to(state.entry)


def _is(state: State, entry: str | None, asset: Asset | None) -> bool:
    receipt = state.stored.get(entry) if entry else None
    return receipt is not None and asset is not None and receipt.asset.is_same_as(asset)
