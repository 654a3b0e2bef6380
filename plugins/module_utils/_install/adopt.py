# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adopts a directory that was unpacked by hand: the same build is published, then replaces the directory."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .._errors import StoreError
from .._os.paths import Entry, kind_of
from .._os.processes import running_below
from .._store import manifest
from .._store.manifest import Drift
from .._store.store import Store, remove_in_place

_PATHS_SHOWN = 5


def require_same_content(path: str, entries: Mapping[str, Entry]) -> None:
    """Raise `StoreError` when the directory at `path` differs from the archive's `entries`, modes and bytecode apart.

    Modes depend on the umask of the user who unpacked it; the published build has the right ones.
    """
    drift = manifest.find_drift(path, entries, trusted_until_ns=None, compare_modes=False)
    if _is_half_removed(path):
        drift = Drift(drift.changed, (), tuple(name for name in drift.added if name != manifest.GONE))
    if not drift:
        return
    differences = [
        f"{what}: {', '.join(paths[:_PATHS_SHOWN])}{' and more' if len(paths) > _PATHS_SHOWN else ''}"
        for what, paths in drift.as_dict().items()
        if paths
    ]
    raise StoreError(
        f"The directory {path} is not adopted, since it is not the build that was asked for "
        f"({'; '.join(differences)}). "
        "It was left as it is. Ask for the build that it is, or move it away."
    )


def _is_half_removed(path: str) -> bool:
    """Whether the removal of the directory by an adoption was interrupted; its mark is removed last."""
    return kind_of(os.path.join(path, manifest.GONE)) == "file" or not os.listdir(path)


def require_idle(path: str) -> None:
    """Raise `StoreError` when processes run from the directory at `path`."""
    pids = sorted({pid for pids in running_below(path).values() for pid in pids})
    if pids:
        raise StoreError(
            f"The directory {path} is not adopted while processes run from it ({', '.join(map(str, pids))}). "
            "Stop them first; it was left as it is."
        )


@contextmanager
def moved_away(path: str, store: Store) -> Iterator[None]:
    """Move the directory into staging, which the run empties at its end; move it back when the block fails.

    A directory in a lower layer of an overlay cannot be moved, and is removed: its content has been published.
    """
    away = store.new_stage()
    try:
        os.rename(path, away)
    except OSError as error:
        if error.errno != errno.EXDEV or _is_elsewhere(path, away):
            raise
        remove_in_place(path)
    try:
        yield
    except BaseException:
        if not os.path.lexists(path) and os.listdir(away):
            os.rename(away, path)
        raise


def _is_elsewhere(path: str, away: str) -> bool:
    return os.lstat(path).st_dev != os.lstat(away).st_dev
