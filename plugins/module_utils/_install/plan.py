# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what a task has to do, from its spec and the state; does nothing itself.

The action plugin plans with the probe's state, the module plans again under the lock with its own, both with this code.

A path with a provisional build keeps the build before it until the provisional one is confirmed. That fallback is
marked in the path's history before the link names the provisional build, and as long as it does; so a run that is
killed at any instant leaves either the earlier build or the provisional one with its mark.
"""

from __future__ import annotations

from typing import NamedTuple

from .._builds.build import Asset
from .._errors import StoreError
from .._store.receipt import Receipt
from .._store.state import State
from .series import require_adoptable, require_series
from .spec import InstallSpec

NOTHING = "nothing"  # the path is as requested
INSPECT = "inspect"  # it should be, but the content has to be inspected
RECORD = "record"  # it is, but an interrupted run did not write the history
TIDY = "tidy"  # it is, but an interrupted run left something in the store to remove
SWITCH = "switch"  # to a build that is already in the store
INSTALL = "install"  # a build that has to be fetched
ADOPT = "adopt"  # a directory unpacked by hand; the same build has to be fetched for comparison
REMOVE = "remove"  # the path has to be removed

NEW_ENTRY = ""  # the store entry that an installation will make


class Plan(NamedTuple):
    """One of the steps above; `entry` is the one to switch to; `prune` are entries to remove besides."""

    step: str
    entry: str | None = None
    prune: tuple[str, ...] = ()

    @property
    def needs_asset(self) -> bool:
        """Whether the archive of a build is needed."""
        return self.step in (INSTALL, ADOPT)

    @property
    def changes(self) -> bool:
        """Whether it is certain now that something will change. An inspection may still find drift."""
        return self.step in (SWITCH, INSTALL, ADOPT, REMOVE) or bool(self.prune)


def plan(spec: InstallSpec, state: State) -> Plan:
    """The step to take.

    Raises `StoreError` when this collection may not replace what is at the path, when that is of a series that the spec
    may not replace, and for what a later version of the collection wrote.
    """
    _refuse_newer(spec, state)
    if spec.state == "absent":
        return _plan_absent(spec, state)
    if state.kind == "directory" and spec.adopt:
        require_adoptable(spec, state)
        return Plan(ADOPT, prune=surplus(spec, state, NEW_ENTRY))
    _refuse_foreign(spec, state)
    if state.receipt and _serves(spec, state.receipt):
        return _plan_satisfied(spec, state)
    stored = None if _follows_index(spec) and spec.asset is None else _stored_that_serves(spec, state)
    require_series(spec, state, stored)
    step = SWITCH if stored else INSTALL
    return Plan(step, entry=stored, prune=surplus(spec, state, stored or NEW_ENTRY))


def surplus(spec: InstallSpec, state: State, entry: str | None, dropped: str | None = None) -> tuple[str, ...]:
    """The path's stored builds to remove once the path names `entry`, sorted: those beyond `keep`, and `dropped`.

    If the entry changes, builds that the system cannot run are removed as well. `entry` is None when the path itself is
    removed, and any other text for a build that is not stored yet. Builds that a process runs stay, and all builds stay
    while some of the store's metadata is damaged.
    """
    if state.damage:
        return ()
    gone = unusable(spec, state) if entry != state.entry else ()
    root = state.root.keeping(spec.keep).without((*gone, *state.lost, *([dropped] if dropped else [])))
    stored = state.stored.get(entry or dropped or "")
    fallback = fallback_after(spec, state, stored.asset if stored else spec.asset)
    kept = root.switched(entry, "").with_fallback(fallback).kept if entry is not None else ()
    mine = (name for name, receipt in state.stored.items() if receipt.settings.prefix == spec.path)
    return tuple(sorted(name for name in mine if name not in kept and name not in state.running))


def unusable(spec: InstallSpec, state: State) -> tuple[str, ...]:
    """The stored builds that the system cannot run, so that the path neither keeps them nor goes back to them."""
    return tuple(entry for entry, receipt in state.stored.items() if spec.why_not(receipt.asset.build))


def _plan_absent(spec: InstallSpec, state: State) -> Plan:
    if state.kind != "absent":
        _refuse_foreign(spec, state)
    prune = surplus(spec, state, None)
    if state.kind == "absent" and not state.root.uses and not prune and not state.is_root_damaged:
        return _nothing_but_litter(state)
    return Plan(REMOVE, prune=prune)  # also of builds that a process still ran when the path was removed


def _plan_satisfied(spec: InstallSpec, state: State) -> Plan:
    prune = surplus(spec, state, state.entry)
    if spec.verify == "full" or (spec.verify == "quick" and state.suspicious):
        return Plan(INSPECT, prune=prune)
    if _is_recorded_otherwise(spec, state):
        return Plan(RECORD, prune=prune)
    return _nothing_but_litter(state) if not prune else Plan(NOTHING, prune=prune)


def _is_recorded_otherwise(spec: InstallSpec, state: State) -> bool:
    root = state.root
    fallback = fallback_after(spec, state, state.receipt.asset if state.receipt else None)
    return (
        state.is_root_damaged
        or bool(state.lost)
        or (root.current, root.keep, root.fallback) != (state.entry, spec.keep, fallback)
    )


def _nothing_but_litter(state: State) -> Plan:
    return Plan(TIDY if state.has_litter else NOTHING)


def _serves(spec: InstallSpec, receipt: Receipt) -> bool:
    if not spec.settings.served_by(receipt.settings):
        return False
    if spec.request is None:
        return spec.asset is not None and receipt.asset.is_same_as(spec.asset)
    build = receipt.asset.build
    if not spec.request.satisfied_by(build) or (spec.request.named_target is None and spec.why_not(build)):
        return False
    if _follows_index(spec):
        return spec.asset is not None and spec.asset.build.recency <= build.recency
    return True


def _follows_index(spec: InstallSpec) -> bool:
    """Whether an index has to give the newest match. A name with version and release has no newer one."""
    return spec.state == "latest" and spec.request is not None and not spec.request.name.is_exact


def _stored_that_serves(spec: InstallSpec, state: State) -> str | None:
    """A stored build that saves the download: of exactly the asset, or the only one that a full name can mean."""
    for entry, receipt in state.stored.items():
        if entry == state.entry or not spec.settings.served_by(receipt.settings):
            continue
        if spec.why_not(receipt.asset.build):
            continue
        if spec.asset is not None:
            if receipt.asset.is_same_as(spec.asset):
                return entry
        elif spec.request and spec.request.name.is_exact and spec.request.satisfied_by(receipt.asset.build):
            return entry
    return None


def _refuse_newer(spec: InstallSpec, state: State) -> None:
    for damage in state.damage:
        if damage.is_newer and (damage.path == spec.path or (state.entry and damage.entry == state.entry)):
            raise StoreError(f"Cannot manage {spec.path}: {damage.found} {damage.remedy}")


def _refuse_foreign(spec: InstallSpec, state: State) -> None:
    if state.kind == "absent" or (state.kind == "link" and state.entry is not None):
        return
    where = f"There is already something at {spec.path}"
    if state.kind == "link":
        raise StoreError(
            f"{where}: a symbolic link to {state.link_target}, which is not a build in the store {spec.store}. "
            "Remove it, choose another path, or name the store that it was made with."
        )
    if state.kind == "directory" and spec.state != "absent":
        raise StoreError(
            f"{where}: a directory that this collection did not make. Choose another path, move it away, or, if it is "
            "the same build, unpacked by hand, take it over with standalone.python.build and `adopt: true`."
        )
    kind = {"file": "a file", "directory": "a directory"}.get(state.kind, "something that is neither file nor link")
    raise StoreError(f"{where}: {kind} that this collection did not make. Move it away or choose another path.")


def fallback_after(spec: InstallSpec, state: State, asset: Asset | None) -> str | None:
    """The entry to go back to once `asset` is at the spec's path; None when `asset` is not provisional there.

    The same build installed again, as by a repair, stays provisional. One that replaces a provisional build goes back
    to the build before both.
    """
    active = state.root.active_fallback(state.entry)
    next_fallback = (active or state.entry) if spec.provisional else None
    fallback = active if _has_asset(state, state.entry, asset) else next_fallback
    receipt = state.stored.get(fallback) if fallback else None
    if receipt is None:
        return fallback if state.has(fallback) else None  # damaged for now: its receipt may be repaired
    if spec.why_not(receipt.asset.build):
        return None
    return None if _has_asset(state, fallback, asset) else fallback


def ended_fallback(state: State, asset: Asset | None) -> str | None:
    """The fallback that stays marked until the switch to `asset` ends the provisional state; None without one."""
    active = state.root.active_fallback(state.entry)
    return active if _has_asset(state, active, asset) else None


def _has_asset(state: State, entry: str | None, asset: Asset | None) -> bool:
    receipt = state.stored.get(entry) if entry else None
    return receipt is not None and asset is not None and receipt.asset.is_same_as(asset)
