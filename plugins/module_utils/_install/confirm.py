# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confirms provisional builds, so that the builds before them need not be kept."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from .._errors import StoreError
from .._http.options import UrlOptions
from .._os.flock import DEFAULT_LOCK_TIMEOUT_S
from .._os.paths import checked_path
from .._store import history, link
from .._store.history import PathHistory
from .._store.holdings import damage_warnings, holdings, recorded, require_known
from .._store.prune import prune
from .._store.store import Store, stores_of


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The result of `build_confirm`, and `warnings`. Raises a `StandaloneError` when there is none."""
    paths = [checked_path(path, "paths") for path in params["paths"] or ()]
    stores = stores_of(params["paths"], params["stores"])
    wait_s = UrlOptions.from_params({"lock_timeout": params["lock_timeout"]}).lock_timeout
    try:
        confirmed = [
            path
            for store in stores
            for path in confirm(store, paths=paths, check_mode=check_mode, lock_timeout_s=wait_s)
        ]
        warnings = [warning for store in stores for warning in damage_warnings(store)]
    except OSError as error:
        from .._os.errors import write_failure

        raise StoreError(write_failure(error, ", ".join(stores))) from error
    return {"changed": bool(confirmed), "paths": confirmed, "warnings": warnings}


def confirm(
    store_directory: str,
    *,
    paths: Collection[str] = (),
    check_mode: bool = False,
    lock_timeout_s: int = DEFAULT_LOCK_TIMEOUT_S,
) -> list[str]:
    """Confirm the provisional builds at a store's `paths`, or at all without any; return the paths that had one.

    Builds kept only as their fallback are removed. `lock_timeout_s` is in seconds. Raises `StoreError` when damage
    hides whether a path has a provisional build.
    """
    store = Store(store_directory)
    found = store.settled(lambda: _provisional(store, paths))
    if found and check_mode:
        store.require_changeable()
    if not found or check_mode:
        return [root.path for root in found]
    os.umask(0o022)  # of this module process: modes never depend on the caller's
    with store.locked(lock_timeout_s):
        found = _provisional(store, paths)
        for root in found:
            history.write(store.directory, root.with_fallback(None))
            prune(store, root.path)
    return [root.path for root in found]


def _provisional(store: Store, paths: Collection[str]) -> list[PathHistory]:
    known = holdings(store)
    paths = recorded(known, paths)
    require_known(store, known, paths, "confirm the build")
    roots = [root for root in known.roots if not paths or root.path in paths]
    return [root for root in roots if root.active_fallback(link.entry_behind(root.path, store))]
