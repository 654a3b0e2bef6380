# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task, in the same shape whether it changed, would change or changes nothing, and its timings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, Optional

from .._builds.build import Build
from .._readable import readable
from .._store.inspect import has_damaged_manifest
from .._store.manifest import MANIFEST, Drift
from .._store.receipt import Damage, Receipt
from .._store.state import State
from .plan import NEW_ENTRY, REMOVE, Plan, surplus
from .spec import InstallSpec

PARTS = ("download_s", "verify_s", "extract_s", "fixup_s", "bytecode_s", "health_s", "publish_s", "total_s")
SBOMS = "sboms"  # for the controller: which SBOM the store lacks


Health = Mapping[str, Optional[str]]  # `result` and `reason` of a health check, as tasks return them


class Published(NamedTuple):
    """A store entry; `health` is None when it was there before. `warning` is about its archive."""

    entry: str
    health: Health | None = None
    warning: str | None = None


class Timings:
    """Seconds for each part of an installation."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(PARTS, 0.0)

    @contextlib.contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Add the time spent in the block to `part`, even if it ends with an error."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[part] += time.monotonic() - started

    def as_dict(self) -> dict[str, float]:
        """The seconds by part."""
        return {part: round(seconds, 4) for part, seconds in self._seconds.items()}


class Outcome(NamedTuple):
    """What was done, or would be in check mode.

    `build` is the one at the path afterwards, None when the path is then absent; `entry` and `receipt` are its own,
    None in check mode for a build that is not unpacked yet. `health` and `warning` are those of a build that this task
    made.
    """

    changed: bool
    build: Build | None
    entry: str | None = None
    receipt: Receipt | None = None
    drift: Drift = Drift()
    pruned: tuple[str, ...] = ()
    health: Health | None = None
    warning: str | None = None


def outcome_of(plan: Plan, spec: InstallSpec, state: State, drift: Drift | None = None) -> Outcome:
    """The outcome of a plan without carrying it out: for check mode, and for a plan that does nothing."""
    if plan.step == REMOVE:
        return Outcome(True, None, pruned=plan.prune)
    if drift and state.receipt:
        pruned = () if has_damaged_manifest(drift) else surplus(spec, state, NEW_ENTRY, dropped=state.entry)
        return Outcome(True, state.receipt.asset.build, drift=drift, pruned=pruned)
    if plan.needs_asset:
        return Outcome(True, spec.asset.build if spec.asset else None, pruned=plan.prune)
    entry = plan.entry or state.entry
    receipt = state.stored.get(entry) if entry else None
    return Outcome(plan.changes, receipt.asset.build if receipt else None, entry, receipt, pruned=plan.prune)


def report(outcome: Outcome, spec: InstallSpec, state: State, timings: Timings | None = None) -> dict[str, Any]:
    """The task's result as in the module's RETURN."""
    before = state.receipt.asset.build if state.receipt else None
    programs = outcome.receipt.executables if outcome.receipt else _certain_programs(outcome.build)
    return {
        "changed": outcome.changed,
        "build": outcome.build.as_dict() if outcome.build else None,
        "previous": before.as_dict() if before and outcome.changed and before != outcome.build else None,
        "path": spec.path,
        "executable": f"{spec.path}/{outcome.build.program}" if outcome.build else None,
        "executables": [f"{spec.path}/{program}" for program in programs],
        "store": spec.store,
        "components": outcome.receipt.measured() if outcome.receipt else {},
        "health": dict(outcome.health) if outcome.health else None,
        "drift": outcome.drift.as_dict(),
        "pruned": list(outcome.pruned),
        "in_use": _in_use(outcome, state),
        "diff": _diff(outcome, spec, state),
        "timings": (timings or Timings()).as_dict(),
        **_warnings([*([outcome.warning] if outcome.warning else []), *damage_of(spec, state, outcome.drift)]),
    }


def damage_of(spec: InstallSpec, state: State, drift: Drift) -> tuple[Damage, ...]:
    """The damage of the store, and that of the build at the path, which only an inspection finds."""
    if not has_damaged_manifest(drift):
        return state.damage
    return (*state.damage, Damage.of_manifest(f"{spec.store}/{state.entry}/{MANIFEST}"))


def _warnings(found: Collection[Damage | str]) -> dict[str, list[str]]:
    return {"warnings": [readable(str(one)) for one in found]} if found else {}


def _certain_programs(build: Build | None) -> tuple[str, ...]:
    """The programs of a build that is not unpacked yet: only the interpreter's names are certain."""
    if build is None or build.is_for_windows:
        return (build.program,) if build else ()
    return tuple(f"bin/{name}" for name in sorted({"python", "python3", build.interpreter}))


def _in_use(outcome: Outcome, state: State) -> list[dict[str, Any]]:
    ours = {state.entry, *(use.entry for use in state.root.uses)} - {outcome.entry, None}
    return [{"build": entry, "pids": list(pids)} for entry, pids in sorted(state.running.items()) if entry in ours]


def _diff(outcome: Outcome, spec: InstallSpec, state: State) -> dict[str, Any]:
    before = _line(spec, state.receipt.asset.build if state.receipt else None, state.receipt)
    after = _line(spec, outcome.build, outcome.receipt)
    if state.receipt and outcome.changed and outcome.build:
        why_not = spec.why_not(state.receipt.asset.build)
        before.update({"does not run here": why_not} if why_not else {})
    if outcome.drift:
        before["drift"] = outcome.drift.as_dict()
        after["drift"] = Drift().as_dict()
    if outcome.pruned:
        before["also in the store"] = list(outcome.pruned)
    return {"before": before, "after": after, "before_header": spec.path, "after_header": spec.path}


def _line(spec: InstallSpec, build: Build | None, receipt: Receipt | None) -> dict[str, Any]:
    line: dict[str, Any] = {"path": spec.path, "build": build.name if build else None}
    settings = receipt.settings if receipt else spec.settings
    if build:
        line.update(owner=settings.owner, group=settings.group, externally_managed=settings.externally_managed)
        line.update({"capabilities": list(settings.capabilities)} if settings.capabilities else {})
    return line
