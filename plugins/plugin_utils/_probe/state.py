# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of the probe's answer to the state that a plan is based on."""

from __future__ import annotations

import posixpath

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._store import history
from ansible_collections.standalone.python.plugins.module_utils._store.history import PathHistory, Roots
from ansible_collections.standalone.python.plugins.module_utils._store.holdings import compared
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import RECEIPT
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Damage, Receipt
from ansible_collections.standalone.python.plugins.module_utils._store.state import (
    State,
    series_of_programs,
    with_holdings,
)
from ansible_collections.standalone.python.plugins.module_utils._store.store import HISTORY_DIRECTORY

from .probe import Probe


def state_of(probe: Probe, path: str, store: str) -> State:
    """The state that the module would read on the host. An invalid receipt counts as damage, as there."""
    stored, damage = _receipts(probe, store)
    entry = probe.entry or _entry_that_is_gone(probe, path, store)
    state = State(
        kind=probe.path_kind,
        root=PathHistory(path),
        link_target=probe.link_target,
        entry=entry,
        receipt=stored.get(entry) if entry else None,
        suspicious=probe.newer,
        stored=stored,
        running=probe.running,
        has_litter=probe.has_litter,
        interpreters=series_of_programs(probe.programs),
    )
    return with_holdings(state, compared(_roots_of(probe, store), stored, damage, store), store)


def _roots_of(probe: Probe, store: str) -> Roots:
    directory = posixpath.join(store, HISTORY_DIRECTORY)
    if not probe.has_roots:
        return Roots(damage=(Damage.of_root(directory, f"{directory} is damaged: it should be a directory.", None),))
    files = {name: content if content is not None else _lost(directory, name) for name, content in probe.roots.items()}
    return history.collected(files, directory)


def _lost(*file: str) -> StoreError:
    """The error for a file that the probe could not read, without the reason, which it does not report."""
    return StoreError(f"{posixpath.join(*file)} is damaged: it does not hold what was written there.")


def _receipts(probe: Probe, store: str) -> tuple[dict[str, Receipt], tuple[Damage, ...]]:
    stored, damage = {}, []
    for entry, content in probe.receipts.items():
        file = posixpath.join(store, entry, RECEIPT)
        try:
            if content is None:
                raise _lost(file)
            receipt = Receipt.from_dict(content, file)
            receipt.require_entry(entry, file)
        except StoreError as error:
            damage.append(Damage.of_receipt(file, error))
            continue
        stored[entry] = receipt
    return stored, tuple(damage)


def _entry_that_is_gone(probe: Probe, path: str, store: str) -> str | None:
    """The entry that a dangling link names, from the texts alone, since its target does not exist."""
    if probe.link_target is None or probe.target_exists:
        return None
    directory, entry = posixpath.split(posixpath.normpath(posixpath.join(posixpath.dirname(path), probe.link_target)))
    return entry if directory == store else None
