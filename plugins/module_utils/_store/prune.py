# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes builds that no path refers to and no process runs."""

from __future__ import annotations

from collections.abc import Collection

from .._os.paths import kind_of
from .._os.processes import running_entries
from . import history, link
from .history import PathHistory
from .holdings import Holdings, holdings
from .receipt import Damage
from .store import Store


def prune(store: Store, path: str, lost: Collection[str] = (), damage: Collection[Damage] = ()) -> tuple[str, ...]:
    """Remove the builds made for `path` that no path holds. Returns their names, sorted.

    A path holds what its link names and its history keeps, as long as its link exists. A build that a process runs from
    is left to a later run. `lost` are entries that the path used and whose receipt, which would identify them, is gone.
    With `damage`, or when some is found, nothing is removed: a path may need builds that no history lists.
    """
    found = holdings(store)
    if damage or found.damage:
        return ()
    roots = (root.without(tuple(lost)) if root.path == path else root for root in found.roots)
    held = held_by_links(store, found).union(*(_kept(root, store) for root in roots))
    unheld = [entry for entry in _candidates(store, path, found, lost) if entry not in held]
    running = running_entries(store.directory) if unheld else {}  # asking every process takes its time
    pruned = tuple(entry for entry in unheld if entry not in running)
    root = found.root_of(path)
    if pruned and root:  # written first, since another path may get a build of the same name after a kill
        root = root.without(tuple(entry for entry in pruned if entry in found.stored))
        history.write(store.directory, root)
    for entry in pruned:
        store.remove(entry)
    if root and root != root.without(pruned):
        history.write(store.directory, root.without(pruned))
    return pruned


def finish_removals(store: Store) -> None:
    """Remove the rest of builds whose removal was interrupted. A build that a link names by now stays."""
    for entry in store.half_removed():
        if entry not in held_by_links(store, holdings(store)):
            store.remove(entry)


def held_by_links(store: Store, found: Holdings) -> set[str]:
    """The targets of the links of all paths that histories or receipts mention."""
    paths = {root.path for root in found.roots}.union(receipt.settings.prefix for receipt in found.stored.values())
    return {entry for entry in (link.entry_behind(path, store) for path in paths) if entry is not None}


def _kept(root: PathHistory, store: Store) -> tuple[str, ...]:
    return root.kept if link.entry_behind(root.path, store) is not None else ()


def _candidates(store: Store, path: str, found: Holdings, lost: Collection[str]) -> tuple[str, ...]:
    mine = {entry for entry, receipt in found.stored.items() if receipt.settings.prefix == path}
    return tuple(sorted(mine.union(entry for entry in lost if kind_of(store.entry_path(entry)) == "directory")))
