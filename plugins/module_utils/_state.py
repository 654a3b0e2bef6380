# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at the path and in its store, as seen by the probe from afar or by the module on the host."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from . import _links, _roots
from ._errors import StoreError
from ._inspect import first_newer
from ._paths import kind_of
from ._processes import running_entries
from ._receipts import Receipt
from ._roots import Root
from ._store import Store

_INTERPRETER = re.compile(r"python(\d+\.\d+t?d?)")


@dataclass(frozen=True)
class State:
    """`kind` is what stands at the path: absent, link, directory, file or other.

    `entry` is the store entry that the link names, None for a foreign link; `receipt` is that entry's, None when the
    entry is gone or damaged. `suspicious` names something in the entry that is newer than its receipt.
    `stored` are the receipts of all complete builds in the store; `running` the processes by entry. `has_litter` is
    asked from afar only, since the module sweeps in any case. `interpreters` are the series, such as 3.13, of those in
    the `bin` of a directory at the path.
    """

    kind: str
    root: Root
    link_target: str | None = None
    entry: str | None = None
    receipt: Receipt | None = None
    suspicious: str | None = None
    stored: Mapping[str, Receipt] = field(default_factory=dict)
    running: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    has_litter: bool = False
    interpreters: tuple[str, ...] = ()


def read(path: str, store: Store) -> State:
    """The state as it is now in the store's system."""
    place = store.system.place_of(path)
    kind = kind_of(place)
    entry = _links.entry_behind(path, store)
    stored = {name: receipt for name in store.entries() for receipt in [readable_receipt(store, name)] if receipt}
    receipt = stored.get(entry) if entry else None
    return State(
        kind=kind,
        root=_roots.read(store.directory, path),
        link_target=_links.target_of(place),
        entry=entry,
        receipt=receipt,
        suspicious=first_newer(store.entry_path(entry), store.system) if entry and receipt else None,
        stored=stored,
        running=running_entries(store.directory) if stored else {},
        interpreters=series_of_programs(_names_in(os.path.join(place, "bin"))) if kind == "directory" else (),
    )


def series_of_programs(names: Iterable[str]) -> tuple[str, ...]:
    """The series of the interpreters among the names of programs, sorted: python3.13t is one of 3.13t."""
    return tuple(sorted(match[1] for match in map(_INTERPRETER.fullmatch, names) if match))


def _names_in(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def readable_receipt(store: Store, entry: str) -> Receipt | None:
    """A damaged receipt counts as none: the build is then not trusted, and installed anew where it is wanted."""
    try:
        return store.receipt(entry)
    except StoreError:
        return None
