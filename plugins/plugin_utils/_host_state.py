# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's answer as the state that a plan is made from."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._receipts import Receipt
from ansible_collections.standalone.python.plugins.module_utils._roots import Root
from ansible_collections.standalone.python.plugins.module_utils._state import State, series_of_programs

from ._probe import Probe


def state_of(probe: Probe, path: str, store: str) -> State:
    """What the module would read on the host. A receipt that does not make sense counts as none, as there."""
    receipts = {entry: _receipt(content) for entry, content in probe.receipts.items()}
    stored = {name: receipt for name, receipt in receipts.items() if receipt}
    entry = probe.entry or _entry_that_is_gone(probe, path, store)
    return State(
        kind=probe.path_kind,
        root=_root(probe.root, path),
        link_target=probe.link_target,
        entry=entry,
        receipt=stored.get(entry) if entry else None,
        suspicious=probe.newer,
        stored=stored,
        running=probe.running,
        has_litter=probe.has_litter,
        interpreters=series_of_programs(probe.programs),
    )


def _entry_that_is_gone(probe: Probe, path: str, store: str) -> str | None:
    """The entry that a dangling link names, told by the texts alone since there is nothing to resolve."""
    if probe.link_target is None or probe.target_exists:
        return None
    folder, entry = posixpath.split(posixpath.normpath(posixpath.join(posixpath.dirname(path), probe.link_target)))
    return entry if folder == store else None


def _receipt(content: Mapping[str, Any] | None) -> Receipt | None:
    try:
        return Receipt.from_dict(content) if content is not None else None
    except StoreError:
        return None


def _root(content: Mapping[str, Any] | None, path: str) -> Root:
    try:
        return Root.from_dict(content, where="root") if content is not None else Root(path)
    except StoreError:
        return Root(path)
