# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller decides for one host before anything is sent: spec, state and plan in one value."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install import report
from ansible_collections.standalone.python.plugins.module_utils._install.plan import SWITCH, Plan, plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store.state import State

from .._probe.probe import Probe
from .._probe.state import state_of


class Decision(NamedTuple):
    """The plan for a spec and the state that the probe reported."""

    spec: InstallSpec
    probe: Probe
    state: State
    plan: Plan

    @classmethod
    def of(cls, spec: InstallSpec, probe: Probe) -> Decision:
        """Decide. Raises `StoreError` when this collection may not replace what is at the path."""
        state = state_of(probe, spec.path, spec.store)
        spec = spec.keeping_capabilities(state.receipt)
        return cls(spec, probe, state, plan(spec, state))

    def with_spec(self, spec: InstallSpec) -> Decision:
        """The decision for another spec and the same state."""
        spec = spec.keeping_capabilities(self.state.receipt)
        return Decision(spec, self.probe, self.state, plan(spec, self.state))

    @property
    def asset(self) -> Asset | None:
        """The asset whose archive the plan certainly needs; None when it needs none, or before it is known."""
        return self.spec.asset if self.plan.needs_asset else None

    @property
    def stored(self) -> Asset | None:
        """The asset of the store that the path will be switched to, as the host describes it; None for other plans."""
        return self.state.stored[self.plan.entry or ""].asset if self.plan.step == SWITCH else None

    def report(self) -> dict[str, Any]:
        """The task's result if this plan is all that there is to it."""
        return report.report(report.outcome_of(self.plan, self.spec, self.state), self.spec, self.state)
