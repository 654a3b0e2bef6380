# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a spec on this host: reads the state under the lock, plans, applies, reports."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, Optional

from .._builds.build import Asset
from .._errors import StoreError
from .._os.paths import Entry, is_writable, kind_of, link_target
from .._os.permissions import require_executable
from .._os.timestamps import SourceDate
from .._readable import readable
from .._store import history, link, ownership
from .._store import state as _state
from .._store.history import PathHistory
from .._store.inspect import clock_ns, first_change, first_newer, inspect, refusal, settle
from .._store.manifest import Drift
from .._store.prune import finish_removals, prune
from .._store.state import State
from .._store.store import HISTORY_DIRECTORY, LOCK_FILE, Store, make_directory, part_name
from . import local_fact, report
from .plan import ADOPT, INSPECT, INSTALL, NOTHING, REMOVE, SWITCH, Plan, ended_fallback, fallback_after, plan, unusable
from .report import SBOMS, Outcome, Published, Timings
from .spec import InstallSpec

Check = Callable[[Mapping[str, Entry]], None]  # raises for an unpacked build that must not be published
Publish = Callable[[InstallSpec, Asset, Store, Timings, Optional[Check]], Published]
RequirePublishable = Callable[[InstallSpec, Asset, str], None]
_AT_THE_PATH = (SWITCH, INSTALL, ADOPT, REMOVE)  # steps that replace or remove the link


def run(
    spec: InstallSpec,
    publish: Publish | None = None,
    require_publishable: RequirePublishable | None = None,
    *,
    check_mode: bool = False,
) -> dict[str, Any]:
    """Make the path what the spec says, and return the task's result.

    `publish` makes a store entry of an asset. Without it, the store must have the build, as for a rollback.
    `require_publishable` raises for what `publish` would refuse in a directory; check mode calls it.

    Raises a `StandaloneError` when it cannot; what was at the path is then intact and still there, unless the message
    says that only the cleanup failed.
    """
    os.umask(0o022)  # of this module process and its children: modes never depend on the caller's
    spec.system.require()
    SourceDate.of(None, spec.system)  # an invalid one must fail before anything is changed
    with _explained(spec):
        return _looked(spec, require_publishable) if check_mode else _act(spec, publish)


@contextlib.contextmanager
def _explained(spec: InstallSpec) -> Iterator[None]:
    """Raise `StoreError` for an error of the system in the block."""
    try:
        before = link_target(spec.place)
    except OSError as error:
        from .._os.errors import write_failure

        raise StoreError(write_failure(error, spec.path)) from error
    try:
        yield
    except OSError as error:
        from .._os.errors import write_failure

        raise StoreError(write_failure(error, spec.path, is_switched=_is_switched(spec.place, before))) from error


def _is_switched(place: str, before: str | None) -> bool | None:
    """Whether the link changed; None when it cannot be read any more."""
    try:
        return link_target(place) != before
    except OSError:
        return None


def _looked(spec: InstallSpec, require_publishable: RequirePublishable | None = None) -> dict[str, Any]:
    """The result without a change, for check mode and where this user may only read: no lock is needed for that.

    Raises `StoreError` when only a repair would help and the store cannot be written.
    """
    store = Store(spec.store, spec.system)
    return store.settled(lambda: _look(spec, store, require_publishable))


def _look(spec: InstallSpec, store: Store, require_publishable: RequirePublishable | None) -> dict[str, Any]:
    state = _state.read(spec.path, store, spec.verify)
    spec = spec.keeping_capabilities(state.receipt)
    decided = plan(spec, state)
    drift = _inspect_current(spec, state, store) if decided.step == INSPECT else None
    if decided.changes:
        _require_possible(spec, decided, store, require_publishable)
    if drift and not is_writable(store.directory):
        from .._os.errors import why_not_writable

        why_not = why_not_writable(store.directory)
        raise StoreError(
            readable(
                f"Cannot repair {spec.path}, where {first_change(drift)}, in the store {store.directory}: {why_not}"
            )
        )
    return report.report(report.outcome_of(decided, spec, state, drift), spec, state)


def _require_possible(
    spec: InstallSpec, decided: Plan, store: Store, require_publishable: RequirePublishable | None
) -> None:
    """Raise for what the run refuses before it changes anything, so that check mode does not promise it."""
    from .._os.errors import existing

    store.require_changeable(*([os.path.dirname(spec.place)] if decided.step in _AT_THE_PATH else []))
    if decided.step in (ADOPT, INSTALL):
        ownership.require_permitted(spec.settings, spec.system)
        if require_publishable:
            require_publishable(spec, _asset(spec), existing(store.directory))
        if spec.health_imports and not spec.system.is_image:
            require_executable(store.directory)
    if decided.step == ADOPT:
        from . import adopt

        adopt.require_idle(spec.place)


def _act(spec: InstallSpec, publish: Publish | None) -> dict[str, Any]:
    store = Store(spec.store, spec.system)
    if spec.state == "absent" and kind_of(spec.place) == "absent" and not store.is_there():
        return _looked(spec)  # nothing to remove, so do not make a store only for its lock
    if not is_writable(store.directory):
        looked = _looked(spec)
        if not looked["changed"]:
            return looked
    timings, began_at_s = Timings(), time.time()
    with timings.measure("total_s"), store.locked(spec.url.lock_timeout):
        sboms = store.sboms()  # before the last build of them may go
        state = _state.read(spec.path, store, spec.verify)
        spec = spec.keeping_capabilities(state.receipt)
        decided = plan(spec, state)
        # Explained before staging is swept, which frees a full disk.
        with _sweeping(store, spare=_part_of(spec.asset)), _explained(spec):
            finish_removals(store)
            outcome = _Run(spec, state, store, timings, publish).apply(decided)
        _date_surroundings(spec, state, store, outcome, began_at_s)
        warning = local_fact.refresh(spec.path, outcome.receipt, store)
    result = report.report(outcome, spec, state, timings)
    if sboms and outcome.receipt and not any(entry == outcome.entry for entry, _form in sboms):
        formats = sorted({form for _entry, form in sboms})
        result[SBOMS] = {"entry": outcome.entry, "asset": outcome.receipt.asset.as_dict(), "formats": formats}
    return {**result, "warnings": [*result.get("warnings", ()), warning]} if warning else result


def _part_of(asset: Asset | None) -> str | None:
    """The file into which an asset is fetched, which a run that failed leaves for the next one."""
    return part_name((asset.copy or asset).sha256) if asset else None


@contextlib.contextmanager
def _sweeping(store: Store, spare: str | None) -> Iterator[None]:
    """Empty staging of what an earlier run left, and of what this one leaves if it fails. `spare` may stay."""
    store.sweep(spare)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to report
            store.sweep(spare)
        raise


class _Run(NamedTuple):
    spec: InstallSpec
    state: State
    store: Store
    timings: Timings
    publish: Publish | None

    def apply(self, decided: Plan) -> Outcome:
        """Carry out the plan, and return what was done."""
        if decided.step == NOTHING and not decided.prune:
            if self.spec.state == "absent":  # an interrupted removal may have left an empty store
                self.store.remove_if_empty()
            return report.outcome_of(decided, self.spec, self.state)
        if decided.step == REMOVE:
            return self._remove()
        started_ns = clock_ns()
        drift = _inspect_current(self.spec, self.state, self.store) if decided.step == INSPECT else Drift()
        entry, health, warning = self._find_or_make_entry(decided, drift)
        receipt = self.store.receipt(entry)
        asset = receipt.asset if receipt else None
        with self.timings.measure("publish_s"):
            root = self._record(entry, asset, decided)
            self._switch(entry, decided)
            if ended_fallback(self.state, asset):
                history.write(self.store.directory, root.with_fallback(None))
        if decided.step == INSPECT and not drift:
            settle(self.store.entry_path(entry), started_ns, self.store.system)
        pruned = prune(self.store, self.spec.path, self.state.lost, report.damage_of(self.spec, self.state, drift))
        self.store.sweep()
        changed = entry != self.state.entry or self.state.receipt is None or bool(pruned)
        return Outcome(changed, asset.build if asset else None, entry, receipt, drift, pruned, health, warning)

    def _find_or_make_entry(self, decided: Plan, drift: Drift) -> Published:
        """The store entry that the path has to name: the present one, another stored one, or a new one."""
        if decided.step == ADOPT:
            from . import adopt

            directory = self.spec.place
            adopt.require_idle(directory)
            return self._publish(_asset(self.spec), partial(self._adopted, directory))
        if decided.step == INSTALL:
            return self._publish(_asset(self.spec))
        entry = decided.entry or self.state.entry or ""
        receipt = self.state.stored[entry]
        # A rollback has inspected it
        is_new = decided.step == SWITCH and (
            self.publish or first_newer(self.store.entry_path(entry), self.store.system)
        )
        if drift or (is_new and self._drift_of(entry, full=False)):
            asset = self.spec.again(receipt.asset)
            intact = (Published(copy) for copy in self._copies(asset) if not self._drift_of(copy, full=True))
            return next(intact, None) or self._publish(asset)  # an interrupted repair may have published one
        return Published(entry)

    def _adopted(self, directory: str, entries: Mapping[str, Entry]) -> None:
        from . import adopt

        adopt.require_same_content(directory, entries)
        for copy in self._copies(_asset(self.spec)):  # of an interrupted adoption
            self.store.remove(copy)

    def _copies(self, asset: Asset) -> list[str]:
        """The builds of exactly this asset made for this path, except the one at it and those that run."""
        return [
            name
            for name, receipt in self.state.stored.items()
            if receipt.asset.is_same_as(asset)
            and self.spec.settings.served_by(receipt.settings)
            and name != self.state.entry
            and name not in self.state.running
        ]

    def _drift_of(self, entry: str, *, full: bool) -> Drift:
        return inspect(self.store.entry_path(entry), self.state.stored[entry], full=full, system=self.store.system)

    def _publish(self, asset: Asset, check_content: Check | None = None) -> Published:
        if self.publish is None:
            raise refusal(self.spec.path, asset.build, "it changed during this run")
        return self.publish(self.spec, asset, self.store, self.timings, check_content)

    def _record(self, entry: str, asset: Asset | None, decided: Plan) -> PathHistory:
        """Write the history before the switch: the next run corrects a history that is ahead of its link."""
        root = self.state.root.keeping(self.spec.keep)
        # A build that lost its receipt stays listed until it is pruned: nothing else shows whose it is.
        gone = (entry for entry in self.state.lost if kind_of(self.store.entry_path(entry)) != "directory")
        root = root.without(tuple(gone))
        if self.state.entry and self.state.entry != entry and decided.step == INSPECT:
            root = root.without((self.state.entry,))  # it drifted, so no path may go back to it
        if entry != self.state.entry:
            root = root.without(unusable(self.spec, self.state))
        now = str(SourceDate.of(asset.build.release if asset else None, self.spec.system))
        if entry != root.current:
            root = root.switched(entry, now)
        if asset:
            root = root.without_left(asset.build.name)
        if self.spec.leaving is not None and self.state.receipt and entry != self.state.entry:
            root = root.leaving(self.state.receipt.asset.build.name, now, self.spec.leaving)
        root = root.with_fallback(fallback_after(self.spec, self.state, asset) or ended_fallback(self.state, asset))
        if root != self.state.root or self.state.is_root_damaged:
            history.write(self.store.directory, root)
        return root

    def _switch(self, entry: str, decided: Plan) -> None:
        if entry == self.state.entry:
            return
        make_directory(self.store.staging)
        make_directory(os.path.dirname(self.spec.place))
        with self._made_room(decided):
            link.switch(self.spec.place, self.store.entry_path(entry), self.store.staging)

    def _made_room(self, decided: Plan) -> contextlib.AbstractContextManager[None]:
        """Move away the directory that is adopted, while the block makes the link."""
        if decided.step != ADOPT:
            return contextlib.nullcontext()
        from . import adopt

        return adopt.moved_away(self.spec.place, self.store)

    def _remove(self) -> Outcome:
        if self.state.kind == "link":
            link.remove(self.spec.place)
        pruned = prune(self.store, self.spec.path, self.state.lost, self.state.damage)
        history.write(self.store.directory, PathHistory(self.spec.path))
        self.store.remove_if_empty()
        return Outcome(True, None, pruned=pruned)


def _inspect_current(spec: InstallSpec, state: State, store: Store) -> Drift:
    if state.entry is None or state.receipt is None:
        return Drift()
    is_full = spec.verify == "full"
    return inspect(store.entry_path(state.entry), state.receipt, full=is_full, system=store.system)


def _date_surroundings(spec: InstallSpec, state: State, store: Store, outcome: Outcome, began_at_s: float) -> None:
    build = outcome.build or (state.receipt.asset.build if state.receipt else None)
    source_date = SourceDate.of(build.release if build else None, spec.system)
    root = os.path.join(store.directory, HISTORY_DIRECTORY)
    ours = [os.path.join(store.directory, LOCK_FILE), os.path.join(root, history.file_name(spec.path)), root]
    place = spec.place
    source_date.date(ours)
    source_date.date_around([store.staging, *([place] if os.path.islink(place) else [])], spec.system, began_at_s)


def _asset(spec: InstallSpec) -> Asset:
    if spec.asset is None:
        raise StoreError(
            f"No build was chosen for {spec.path}. This module is run by the action plugin of the same name, which "
            "chooses one: call it as standalone.python.build, or give `asset`."
        )
    return spec.asset
