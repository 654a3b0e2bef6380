# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes builds that nothing refers to and nothing runs."""

from __future__ import annotations

import os
from collections.abc import Iterable

from . import _links, _roots
from ._processes import running_entries
from ._state import readable_receipt
from ._store import Store


def prune(store: Store, path: str, damaged: Iterable[str] = ()) -> tuple[str, ...]:
    """Removes the builds made for `path` that no path holds on to. Returns the names, sorted.

    A path holds on to what its link names and to what its root keeps, for as long as its link stands. A build that a
    process runs from stays too, and goes with a later run. `damaged` are entries that the path used and that lost
    their receipt, by which they would be known as its own.
    """
    held = _held_by_paths(store)
    unheld = [entry for entry in _candidates(store, path, damaged) if entry not in held]
    running = running_entries(store.directory) if unheld else {}  # asking every process takes its time
    pruned = tuple(entry for entry in unheld if entry not in running)
    for entry in pruned:
        store.remove(entry)
    root = _roots.read(store.directory, path)
    if pruned and root.uses:
        _roots.write(store.directory, root.without(pruned))
    return pruned


def _held_by_paths(store: Store) -> set[str]:
    held: set[str] = set()
    for root in _roots.read_all(store.directory):
        linked = _links.entry_behind(root.path, store)
        if linked is not None:  # else the link was removed, and the path uses nothing any more
            held.update(root.kept)
            held.add(linked)
    return held


def _candidates(store: Store, path: str, damaged: Iterable[str]) -> tuple[str, ...]:
    mine = {entry for entry in store.entries() if _is_made_for(path, store, entry)}
    return tuple(sorted(mine.union(entry for entry in damaged if os.path.isdir(store.entry_path(entry)))))


def _is_made_for(path: str, store: Store, entry: str) -> bool:
    receipt = readable_receipt(store, entry)
    return receipt is not None and receipt.settings.prefix == path
