# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a mirror match its spec: fetch, rename into place, switch the indexes, remove. A killed run is continued.

An archive gets its name when it is complete and verified, before any index names it, and is removed when no index names
it any more. The receipt is ahead of the disk: it names what is about to be written, so that a later run knows what it
may remove.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from .._builds.build import Prepared, copy_of
from .._download.bundles import BUNDLE_SUFFIX
from .._errors import DownloadError, StoreError
from .._os.atomic import sync_file_system
from .._os.disk_space import require_for_files
from .._os.errors import advice, existing, file_of, why_not_writable
from .._os.flock import Limit, held_in
from .._os.paths import remove_tree
from .._os.permissions import require_ours, require_way_of_root
from .._os.regular_file import sha256_of
from .._store.store import make_directory
from . import receipt, report
from . import state as _mirror_state
from .fetch import Failures, Fetcher
from .index_files import is_index, switch
from .plan import MirrorPlan, documents, plan, with_copies
from .receipt import STATE_DIRECTORY, CopyOrigin, Held, releases_of
from .spec import MirrorSpec
from .state import MirrorState, held_now

if TYPE_CHECKING:
    from .prepare import Job

_PARTS_DIRECTORY = "parts"
_LOCK_FILE = "lock"


def run(spec: MirrorSpec, *, check_mode: bool = False) -> dict[str, Any]:
    """Make the mirror match the spec, and return the task's result.

    Raises a `StandaloneError` when it cannot; the indexes then still name only existing files.
    """
    os.umask(0o022)  # of this module process: file modes never depend on the caller's
    require_way_of_root(spec.path)
    try:
        return _look(spec) if check_mode else _act(spec)
    except OSError as error:
        raise StoreError(
            f"Could not write {file_of(error) or spec.path}: {advice(error, spec.path)} The indexes of the mirror "
            "name only what is there. Run again when that is done."
        ) from error


def _look(spec: MirrorSpec) -> dict[str, Any]:
    """The result of check mode, which reads without the lock, and asks the source for sizes."""
    state = _known_state(spec)
    decided = plan(spec, state)
    fetcher = Fetcher(spec, _parts(spec))
    sizes = fetcher.sizes(decided.fetch)
    result = report.report(spec, state, decided, sizes, copies=dict.fromkeys(map(copy_of, decided.prepare)))
    if result["changed"]:
        _require_possible(spec, state, decided, fetcher.missing_bytes(sizes) + _bytes_of_copies(state, decided, sizes))
    return result


def _bytes_of_copies(state: MirrorState, decided: MirrorPlan, sizes: Mapping[str, int | None]) -> int:
    """About how much the copies take: with bytecode, they are as large as their archives."""
    known = {**{place: held.size_bytes for place, held in state.intact.items()}, **sizes}
    return sum(known.get(place) or 0 for place in decided.prepare)


def _require_possible(spec: MirrorSpec, state: MirrorState, decided: MirrorPlan, needed_bytes: int) -> None:
    """Raise `StoreError` or `ArchiveError` for what the run refuses before it changes anything."""
    _require_compressor(decided)
    require_ours(os.path.realpath(spec.path), os.path.join(spec.path, STATE_DIRECTORY), option="path")
    _require_no_others(spec, state, decided)
    directory = existing(spec.path)
    why_not = why_not_writable(directory)
    if why_not:
        raise StoreError(f"Cannot change the mirror {spec.path}, in {directory}: {why_not}")
    require_for_files(directory, needed_bytes)


def _require_no_others(spec: MirrorSpec, state: MirrorState, decided: MirrorPlan) -> None:
    """Raise `StoreError` where another user could exchange files, and for files of others in place of indexes."""
    releases = releases_of([*spec.assets, *(state.recorded or {})])
    require_ours(*(os.path.join(spec.path, release) for release in releases), option="path")
    for name in decided.rewrite:
        if state.recorded is None and name in state.documents and not is_index(name, state.documents[name]):
            raise StoreError(
                f"Cannot make a mirror in {spec.path}: the file {name} is there and is no index of builds. Move it "
                "away, or choose another path."
            )


def _require_compressor(decided: MirrorPlan) -> None:
    if decided.prepare:
        from .._prepare.compress import compressor

        compressor()


def _act(spec: MirrorSpec) -> dict[str, Any]:
    if spec.is_absent and not os.path.lexists(os.path.join(spec.path, STATE_DIRECTORY)):
        return _look(spec)  # nothing to remove, so do not make a directory only for its lock
    if why_not_writable(spec.path):
        looked = _look(spec)
        if not looked["changed"]:
            return looked
    with _locked(spec):
        state = _known_state(spec)
        decided = plan(spec, state)
        _require_compressor(decided)
        _require_no_others(spec, state, decided)
        sync = _Sync(spec, state)
        fetched = sync.apply(decided)
        result = report.report(spec, state, decided, fetched, sync.new_bundles, sync.copies_made())
    if spec.is_absent:
        with contextlib.suppress(OSError):  # it contains other files, which are not ours to remove
            os.rmdir(spec.path)
    return result


def _known_state(spec: MirrorSpec) -> MirrorState:
    """The state. Raises `StoreError` for a mirror that should be removed and whose receipt is damaged."""
    state = _mirror_state.read(spec)
    if spec.is_absent and state.damage:
        raise StoreError(
            f"Cannot remove the mirror {spec.path}: {state.damage} So nothing says which files are its own. Sync the "
            "mirror once more, which records its files again, or remove the directory by hand."
        )
    return state


@contextlib.contextmanager
def _locked(spec: MirrorSpec) -> Iterator[None]:
    def lock_file() -> str:
        directory = os.path.join(spec.path, STATE_DIRECTORY)
        make_directory(spec.path)
        require_ours(os.path.realpath(spec.path), directory, option="path")
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory, 0o700)
        return os.path.join(directory, _LOCK_FILE)

    with held_in(lock_file, f"the mirror {spec.path}", Limit(spec.url.lock_timeout, "lock_timeout")):
        yield


def _parts(spec: MirrorSpec) -> str:
    return os.path.join(spec.path, STATE_DIRECTORY, _PARTS_DIRECTORY)


class _Sync:
    """One plan and its execution, under the lock. `files` is the current or next content of the receipt."""

    def __init__(self, spec: MirrorSpec, state: MirrorState) -> None:
        self._spec = spec
        self._state = state
        self._fetcher = Fetcher(spec, _parts(spec))
        self._recorded = state.recorded
        self._files: dict[str, Held] = {**(state.recorded or {}), **state.intact}
        self._guard = Lock()  # workers report what arrived
        self._copies = dict(state.copies)
        self._made: dict[str, Prepared] = {}  # copies in part files, by the paths of their archives
        self._not_prepared: dict[str, str] = {}
        self.new_bundles: list[str] = []

    def apply(self, decided: MirrorPlan) -> dict[str, int | None]:
        """Carry out the plan, and return the sizes in bytes of what was fetched, by path below the mirror."""
        if decided.fetch or decided.ask or decided.prepare:
            self._intend(decided)
            self._fetch(decided)
            self._prepare(decided)
        self._switch(decided)
        self._remove(decided.remove)
        self._sweep()
        if self._spec.is_absent:
            receipt.remove_state(self._spec.path)
        else:
            self._record()
        if self._not_prepared:
            failures = Failures(
                self._not_prepared, len(decided.prepare), "archives of the mirror could not be prepared."
            )
            raise StoreError(
                f"{failures} The mirror serves these archives as they were published. Put that right and run again."
            )
        return {place: self._files[place].size_bytes for place in decided.fetch}

    def copies_made(self) -> dict[str, int | None]:
        """The sizes in bytes of the copies that were made, by their paths."""
        copies = (self._spec.copies[place] for place in self._made)
        return {copy: self._files[copy].size_bytes for copy in copies}

    def _intend(self, decided: MirrorPlan) -> None:
        for place in decided.fetch:
            if place not in decided.changing:  # which indexes still name with the old digest
                self._files[place] = Held(place, self._spec.assets[place].sha256)
            make_directory(os.path.join(self._spec.path, os.path.dirname(place)))
        make_directory(_parts(self._spec))
        self._record()

    def _fetch(self, decided: MirrorPlan) -> None:
        sizes = self._fetcher.sizes(decided.fetch)
        needed_bytes = self._fetcher.missing_bytes(sizes) + _bytes_of_copies(self._state, decided, sizes)
        require_for_files(self._spec.path, needed_bytes)
        at_once = [place for place in decided.fetch if place not in decided.changing]
        failed = [
            self._fetcher.archives(at_once, self._place),
            # The indexes still name the old bytes under these names, so these files wait.
            self._fetcher.archives(decided.changing),
        ]
        failed.append(self._fetcher.bundles((place for place in decided.ask if not _in(place, failed)), self._place))
        sync_file_system(self._spec.path)
        self._record()
        causes = {place: cause for one in failed for place, cause in one.causes.items()}
        if causes:
            failures = Failures(causes, len(decided.fetch) + len(decided.ask))
            raise DownloadError(
                f"{failures} The indexes of the mirror stay as they are, and what was fetched is kept. Put that right "
                "and run again."
            )

    def _prepare(self, decided: MirrorPlan) -> None:
        """Make the copies in part files, and record what is about to get its name."""
        if not decided.prepare or self._spec.prepare_level is None:
            return
        from .._install.bytecode import worker_count
        from .._prepare.compress import compressor
        from .._prepare.copy import Level
        from .prepare import make_all

        level = Level(compressor(), self._spec.prepare_level)
        jobs = {place: self._job(place, is_part=place in decided.changing) for place in decided.prepare}
        for place, outcome in make_all(jobs, level, worker_count()).items():
            if isinstance(outcome, str):
                self._not_prepared[place] = outcome
                continue
            self._made[place] = outcome
            origin = CopyOrigin(self._spec.assets[place].sha256, outcome.members_sha256, level.level)
            copy = self._spec.copies[place]
            self._files[copy] = Held(copy, outcome.sha256, origin=origin)
        self._record()

    def _job(self, place: str, *, is_part: bool) -> Job:
        from .prepare import Job

        target = self._fetcher.part_of(self._spec.copies[place])
        scratch = f"{target}.d"
        with contextlib.suppress(FileNotFoundError):  # of an earlier run
            remove_tree(scratch)
        os.mkdir(scratch)
        archive = self._fetcher.part_of(place) if is_part else os.path.join(self._spec.path, place)
        return Job(archive, target, scratch)

    def _switch(self, decided: MirrorPlan) -> None:
        before, copies = self._state.documents, self._spec.copies
        replaced = [place for place in self._made if os.path.lexists(os.path.join(self._spec.path, copies[place]))]
        if decided.changing or replaced:
            # The indexes still name other bytes under these names.
            rest = {place: asset for place, asset in self._spec.assets.items() if place not in decided.changing}
            without = documents(with_copies(rest, self._copies))
            self._switch_to(before, without)
            for place in decided.changing:
                self._place(place, self._fetcher.part_of(place))
            before = without
        for place in self._made:
            self._place_copy(place)
        if self._made or before is not self._state.documents:
            sync_file_system(self._spec.path)
        with_new = documents(with_copies(self._spec.assets, self._copies)) if self._made else decided.documents
        self._switch_to(before, with_new)

    def _switch_to(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        there = {
            place: held
            for place, held in self._files.items()
            if held.size_bytes is not None
            and not place.endswith(BUNDLE_SUFFIX)
            and held.origin is None
            and os.path.exists(os.path.join(self._spec.path, place))
        }
        if before != after:
            switch(self._spec.path, before, after, there)

    def _remove(self, places: Iterable[str]) -> None:
        ordered = list(places)
        if ordered:
            sync_file_system(self._spec.path)  # after a power cut, no old index may reappear that names these
        for place in ordered:
            path = os.path.join(self._spec.path, place)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            with contextlib.suppress(OSError):  # it contains other files
                os.rmdir(os.path.dirname(path))
            del self._files[place]

    def _place(self, place: str, part: str) -> None:
        os.chmod(part, 0o644)
        target = os.path.join(self._spec.path, place)
        os.rename(part, target)
        is_bundle = place.endswith(BUNDLE_SUFFIX)
        sha256 = sha256_of(target) if is_bundle else self._spec.assets[place].sha256
        with self._guard:
            self._files[place] = held_now(self._spec.path, place, sha256)
            if is_bundle:
                self.new_bundles.append(place)

    def _place_copy(self, place: str) -> None:
        copy, prepared = self._spec.copies[place], self._made[place]
        part = self._fetcher.part_of(copy)
        os.chmod(part, 0o644)
        os.rename(part, os.path.join(self._spec.path, copy))
        self._files[copy] = held_now(self._spec.path, copy, prepared.sha256, self._files[copy].origin)
        self._copies[place] = prepared

    def _record(self) -> None:
        if self._files != self._recorded:
            receipt.write(self._spec.path, self._files)
            self._recorded = dict(self._files)

    def _sweep(self) -> None:
        parts = _parts(self._spec)
        if os.path.isdir(parts):
            remove_tree(parts)


def _in(place: str, failures: Iterable[Failures]) -> bool:
    return any(place in one.causes for one in failures)
