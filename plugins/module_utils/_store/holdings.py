# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the histories, receipts and links of one store say: three accounts of the same facts.

A damaged or contradicting file is left out and reported: damage must not look as if there were nothing to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from .._errors import StoreError
from .._os.target_root import RUNNING, TargetRoot
from .._readable import readable
from . import history, link
from .history import PathHistory, Roots
from .receipt import Damage, Receipt
from .store import HISTORY_DIRECTORY, Store


class Holdings(NamedTuple):
    """The sound histories and receipts of a store, and the damaged ones."""

    roots: tuple[PathHistory, ...]
    stored: Mapping[str, Receipt]
    damage: tuple[Damage, ...] = ()

    def root_of(self, path: str) -> PathHistory | None:
        """The sound history of a path, or None."""
        return next((root for root in self.roots if root.path == path), None)

    def damage_of(self, path: str) -> Damage | None:
        """The damage of the path's own history, or None."""
        return next((damage for damage in self.damage if damage.path == path), None)


def holdings(store: Store) -> Holdings:
    """Read the store's histories and receipts, and the links of all paths."""
    stored, damage = store.receipts()
    found = compared(history.read_all(store.directory), stored, damage, store.directory)
    strange = {root.path: one for root in found.roots if (one := _damage_of_link(root, stored, store))}
    sound = tuple(root for root in found.roots if root.path not in strange)
    return Holdings(sound, stored, (*found.damage, *strange.values()))


def _damage_of_link(root: PathHistory, stored: Mapping[str, Receipt], store: Store) -> Damage | None:
    """The damage when the path's link cannot be read, or its history does not have the build."""
    try:
        entry = link.entry_behind(root.path, store)
    except OSError as error:
        return Damage.of_link(root.path, error)
    return None if may_lead_to(root, entry, stored) else does_not_name(store.directory, root.path, str(entry))


def recorded(known: Holdings, paths: Collection[str]) -> list[str]:
    """The paths of the running system, by the names that the histories have for them."""
    names = [root.path for root in known.roots]
    return [path if path in names else next((name for name in names if _is_same(name, path)), path) for path in paths]


def _is_same(*paths: str) -> bool:
    parents, names = zip(*map(os.path.split, paths))
    return len({*names}) == 1 and all(map(os.path.exists, parents)) and os.path.samefile(*parents)


def compared(roots: Roots, stored: Mapping[str, Receipt], damage: tuple[Damage, ...], store: str) -> Holdings:
    """The holdings without histories that name builds made for another path."""
    sound, contradicting = [], []
    for root in roots.sound:
        strange = _made_for_another(root, stored)
        if strange is None:
            sound.append(root)
            continue
        prefix = stored[strange].settings.prefix
        found = f"is damaged: it names {strange}, which was made for {prefix} by its receipt."
        contradicting.append(_root_damage(store, root.path, found))
    return Holdings(tuple(sound), stored, (*roots.damage, *contradicting, *damage))


def _made_for_another(root: PathHistory, stored: Mapping[str, Receipt]) -> str | None:
    entries = [*(use.entry for use in root.uses), *([root.fallback] if root.fallback else [])]
    return next((entry for entry in entries if entry in stored and stored[entry].settings.prefix != root.path), None)


def may_lead_to(root: PathHistory, entry: str | None, stored: Mapping[str, Receipt]) -> bool:
    """Whether the history may be that of a path whose link names `entry`.

    A run that is killed before it makes the link leaves a history whose current build is in the store, and which no
    longer names a build that drifted.
    """
    return entry not in stored or root.current in stored or any(use.entry == entry for use in root.uses)


def does_not_name(store: str, path: str, entry: str) -> Damage:
    """The damage of a history that does not name the linked entry."""
    return _root_damage(store, path, f"is damaged: it does not name {entry}, which {path} is a link to.")


def root_is_missing(store: str, path: str) -> Damage:
    """The damage of a linked path without a history."""
    return _root_damage(store, path, f"is missing, but {path} is a link to a build in the store.")


def _root_damage(store: str, path: str, found: str) -> Damage:
    file = os.path.join(store, HISTORY_DIRECTORY, history.file_name(path))
    return Damage.of_root(file, f"{file} {found}", path)


def require_known(
    store: Store,
    known: Holdings,
    paths: Collection[str],
    what: str,
    *,
    but: Callable[[Receipt], bool] = lambda _receipt: False,
) -> None:
    """Raise `StoreError` when the history of one of `paths` is damaged or missing; of any path, when none are given.

    `what` is what the task wants to do there. Paths whose build's receipt fulfils `but` are ignored.
    """
    for damage in damaged_roots(store, known):
        entry = link.entry_if_readable(damage.path, store) if damage.path else None
        receipt = known.stored.get(entry or "")
        is_meant = not paths or damage.path is None or damage.path in paths
        if is_meant and not (receipt and but(receipt)):
            where = f"at {damage.path}" if damage.path else f"in the store {store.path}"
            mine = sorted(name for name, one in known.stored.items() if one.settings.prefix == damage.path)
            builds = f" The store has these builds for it: {', '.join(mine)}." if mine else ""
            raise StoreError(f"Cannot {what} {where}: {damage.found} {damage.remedy}{builds}")


def damage_warnings(store_directory: str, system: TargetRoot = RUNNING) -> list[str]:
    """The warnings about damage in a store, for every task."""
    store = Store(store_directory, system)
    return [readable(str(damage)) for damage in store.settled(lambda: all_damage(store, holdings(store)))]


def all_damage(store: Store, known: Holdings) -> list[Damage]:
    """The damage of histories, then that of receipts."""
    return [*damaged_roots(store, known), *(damage for damage in known.damage if damage.entry is not None)]


def damaged_roots(store: Store, known: Holdings) -> Iterator[Damage]:
    """The damaged histories, and those that are missing for a path whose link names a build."""
    roots = [damage for damage in known.damage if damage.entry is None]
    yield from roots
    listed = {root.path for root in known.roots}.union(damage.path for damage in roots if damage.path)
    for path in sorted({receipt.settings.prefix for receipt in known.stored.values()} - listed):
        # Checked last, since a first installation may just have written it.
        if link.entry_if_readable(path, store) is not None and not history.is_there(store.directory, path):
            yield root_is_missing(store.directory, path)
