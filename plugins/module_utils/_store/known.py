# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the history of a task's paths is known. Damage must not look as if there were nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from .._errors import StoreError
from .._os.target_root import RUNNING, TargetRoot
from .._readable import readable
from . import history, link
from .damage import Damage
from .holdings import Holdings, holdings, root_is_missing
from .receipt import Receipt
from .store import Store


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
        entry = link.entry_behind(damage.path, store) if damage.path else None
        receipt = known.stored.get(entry or "")
        is_meant = not paths or damage.path is None or damage.path in paths
        if is_meant and not (receipt and but(receipt)):
            where = f"at {damage.path}" if damage.path else f"in the store {store.path}"
            mine = sorted(name for name, one in known.stored.items() if one.settings.prefix == damage.path)
            builds = f" The store has these builds for it: {', '.join(mine)}." if mine else ""
            raise StoreError(f"Cannot {what} {where}: {damage.found} {damage.remedy}{builds}")


def warnings(store_directory: str, system: TargetRoot = RUNNING) -> list[str]:
    """The warnings about damage in a store, for every task, whatever it did."""
    store = Store(store_directory, system)
    known = holdings(store)
    receipts = (damage for damage in known.damage if damage.entry is not None)
    return [readable(str(damage)) for damage in (*damaged_roots(store, known), *receipts)]


def damaged_roots(store: Store, known: Holdings) -> Iterator[Damage]:
    """The histories that are damaged, and those that are missing for a path whose link names a build."""
    roots = [damage for damage in known.damage if damage.entry is None]
    yield from roots
    listed = {root.path for root in known.roots}.union(damage.path for damage in roots if damage.path)
    for path in sorted({receipt.settings.prefix for receipt in known.stored.values()} - listed):
        # Checked last, since a first installation may just have written it.
        if link.entry_behind(path, store) is not None and not history.is_there(store.directory, path):
            yield root_is_missing(store.directory, path)
