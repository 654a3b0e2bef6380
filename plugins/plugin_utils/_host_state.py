# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's answer as the state that a plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._receipts import Receipt
from ansible_collections.standalone.python.plugins.module_utils._roots import Root
from ansible_collections.standalone.python.plugins.module_utils._state import State

from ._probe import Probe


def state_of(probe: Probe, path: str) -> State:
    """What the module would read on the host. A receipt or root that does not make sense counts as none, as there."""
    receipts = {entry: _receipt(content) for entry, content in probe.receipts.items()}
    stored = {entry: receipt for entry, receipt in receipts.items() if receipt}
    return State(
        kind=probe.path_kind,
        root=_root(probe.root, path),
        link_target=probe.link_target,
        entry=probe.entry,
        receipt=stored.get(probe.entry) if probe.entry else None,
        suspicious=probe.newer,
        stored=stored,
        running=probe.running,
    )


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
