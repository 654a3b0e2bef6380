# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at the path and in its store, as the probe sees it remotely or the module on the host.

Link, history and receipts are three accounts of the same facts. When one of them is damaged or contradicts another, the
state says so, and the path's history is rebuilt from the other two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .._os.paths import kind_of, link_target
from .._os.processes import running_entries
from . import history, link
from .history import PathHistory
from .holdings import Holdings, does_not_name, holdings, may_lead_to, root_is_missing
from .inspect import first_newer
from .receipt import Damage, Receipt
from .store import Store

_INTERPRETER = re.compile(r"python(\d+\.\d+t?d?)")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class State(NamedTuple):
    """The state of one path and its store. `kind` is what is at the path: absent, link, directory, file or other.

    `entry` is the store entry that the link names, None for a foreign link; `receipt` is that entry's, None when the
    entry is gone or damaged. `suspicious` names something in the entry that is newer than its receipt. `stored` are the
    receipts of all complete builds in the store; `running` the process numbers by entry. Only the probe sets
    `has_litter`, since the module sweeps in any case. `interpreters` are the series, such as 3.13, in the `bin` of a
    directory at the path. `damage` is that of the store's metadata: while there is any, nothing is pruned. If the
    path's own history is damaged, `root` is a rebuilt one.
    """

    kind: str
    root: PathHistory
    link_target: str | None = None
    entry: str | None = None
    receipt: Receipt | None = None
    suspicious: str | None = None
    stored: Mapping[str, Receipt] = _NOTHING
    running: Mapping[str, tuple[int, ...]] = _NOTHING
    has_litter: bool = False
    interpreters: tuple[str, ...] = ()
    damage: tuple[Damage, ...] = ()

    @property
    def is_root_damaged(self) -> bool:
        """Whether the path's own history is damaged."""
        return any(damage.path == self.root.path for damage in self.damage)

    def has(self, entry: str | None) -> bool:
        """Whether the store has the build, with a readable receipt or a damaged one."""
        return entry in self.stored or any(entry and damage.entry == entry for damage in self.damage)

    @property
    def lost(self) -> tuple[str, ...]:
        """The entries that the path uses or used that are gone or have lost their receipt."""
        used = dict.fromkeys([*([self.entry] if self.entry else []), *(use.entry for use in self.root.uses)])
        return tuple(entry for entry in used if not self.has(entry))


def read(path: str, store: Store, verify: str = "quick") -> State:
    """The current state, read in the store's system; `suspicious` only to `verify` quickly, since it takes long."""
    place = store.system.place_of(path)
    kind = kind_of(place)
    entry = link.entry_behind(path, store)
    found = holdings(store)
    receipt = found.stored.get(entry) if entry else None
    state = State(
        kind=kind,
        root=PathHistory(path),
        link_target=link_target(place),
        entry=entry,
        receipt=receipt,
        suspicious=first_newer(store.entry_path(entry), store.system)
        if verify == "quick" and entry and receipt
        else None,
        stored=found.stored,
        running=running_entries(store.directory) if found.stored else {},
        interpreters=series_of_programs(_names_in(os.path.join(place, "bin"))) if kind == "directory" else (),
    )
    return with_holdings(state, found, store.directory)


def with_holdings(state: State, found: Holdings, store: str) -> State:
    """The state with its path's history, which is rebuilt when link and receipts show damage or loss."""
    path = state.root.path
    root, damage = found.root_of(path), found.damage
    if root is None and found.damage_of(path) is None and _is_lost(state):
        damage = (*damage, root_is_missing(store, path))
    elif root and not may_lead_to(root, state.entry, state.stored):
        damage = (*damage, does_not_name(store, path, str(state.entry)))
    if any(one.path == path for one in damage):
        root = history.rebuilt(path, state.entry, state.stored)
    return state._replace(root=root or PathHistory(path), damage=damage)


def _is_lost(state: State) -> bool:
    """Whether the path must have had a history: it is written before the link is made."""
    return state.entry is not None and any(
        receipt.settings.prefix == state.root.path for receipt in state.stored.values()
    )


def series_of_programs(names: Iterable[str]) -> tuple[str, ...]:
    """The series of the interpreters among program names, sorted: python3.13t is one of 3.13t."""
    return tuple(sorted(match[1] for match in map(_INTERPRETER.fullmatch, names) if match))


def _names_in(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []
