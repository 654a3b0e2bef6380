# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes builds that nothing refers to and nothing runs."""

from __future__ import annotations

import os

from . import _links, _roots
from ._processes import running_entries
from ._store import Store


def prune(store: Store, path: str) -> tuple[str, ...]:
    """Removes every build of the store that no path holds on to. Returns the names, sorted.

    A path holds on to what its link names and to what its root keeps, for as long as its link stands. A build that a
    process runs from stays too, and goes with a later run. `path` is the one at hand, whose root is true by now.
    """
    held = _held_by_paths(store, path)
    running = running_entries(store.directory)
    pruned = tuple(entry for entry in _candidates(store) if entry not in held and entry not in running)
    for entry in pruned:
        store.remove(entry)
    root = _roots.read(store.directory, path)
    if pruned and root.uses:
        _roots.write(store.directory, root.without(pruned))
    return pruned


def _held_by_paths(store: Store, path: str) -> set[str]:
    held = set()
    for root in _roots.read_all(store.directory):
        linked = _links.entry_behind(root.path, store.directory)
        if linked is not None:
            held.update(root.kept)
            held.add(linked)
        elif root.path != path:  # the link was removed by hand: the path uses nothing any more
            _roots.write(store.directory, _roots.Root(root.path))
    return held


def _candidates(store: Store) -> tuple[str, ...]:
    """Builds, and what is left of builds of ours that lost their receipt; nothing that someone else put there."""
    ours = {use.entry for root in _roots.read_all(store.directory) for use in root.uses}
    damaged = {entry for entry in ours if os.path.isdir(store.entry_path(entry))}
    return tuple(sorted(damaged.union(store.entries())))
