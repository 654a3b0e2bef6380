# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses to go back to a kept build that changed since it was installed: without a fetch it cannot be repaired."""

from __future__ import annotations

from collections.abc import Mapping

from .._builds.build import Build
from .._errors import StoreError
from .inspect import inspect
from .manifest import Drift
from .receipt import Receipt, Settings
from .store import Store


def require_unchanged(store: Store, path: str, entry: str, stored: Mapping[str, Receipt]) -> None:
    """Raise `StoreError` when files of the entry changed, unless another of the `stored` is an intact copy of it."""
    kept = stored[entry]
    drift = _drift_of(store, entry, kept)
    if not drift:
        return
    needed = Settings(path, kept.settings.externally_managed, capabilities=kept.settings.capabilities or ())
    for name, receipt in stored.items():
        is_copy = receipt.asset.is_same_as(kept.asset) and needed.served_by(receipt.settings)
        if name != entry and is_copy and not _drift_of(store, name, receipt):
            return
    raise refusal(path, kept.asset.build, _first(drift))


def refusal(path: str, build: Build, found: str) -> StoreError:
    """The error for a path that cannot go back to `build`; `found` says what happened to the build."""
    return StoreError(
        f"Cannot go back at {path}: the build {build.name} in the store is not as it was installed ({found}), and "
        f"going back fetches nothing. Run standalone.python.build with `name: {build.name}` for this path: it installs "
        "that build again and switches to it."
    )


def _drift_of(store: Store, entry: str, receipt: Receipt) -> Drift:
    return inspect(store.entry_path(entry), receipt, full=False, system=store.system)


def _first(drift: Drift) -> str:
    kinds = (("was changed", drift.changed), ("is missing", drift.missing), ("was added", drift.added))
    what, paths = next((what, paths) for what, paths in kinds if paths)
    others = len(drift.changed) + len(drift.missing) + len(drift.added) - 1
    return f"{paths[0]} {what}{f', and {others} more' if others else ''}"
