# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspects a build's content: is it still what was published?

A rollback goes back to no build that changed: without a fetch it cannot be repaired.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping

from .._builds.build import Build
from .._errors import StoreError
from .._os.attributes import attribute_of
from .._os.paths import Entry
from .._os.regular_file import read_regular
from .._os.target_root import RUNNING, TargetRoot
from . import manifest, ownership
from .manifest import Drift
from .receipt import Receipt, Settings
from .store import Store

# A file written just after the clock was read can carry a time one tick of the kernel before it
_CLOCK_TICK_NS = 20_000_000

_MOST_MANIFEST_BYTES = 256 * 1024 * 1024  # 200,000 members, the most that an archive may have, with long names

# Where pip writes when the build is not marked as externally managed.
_PIP_OWNS = re.compile(r"lib/python[^/]+/site-packages/|bin/pip[\d.]*\Z")
_PIP_ADDS = re.compile(r"bin/|share/|include/|etc/")


def inspect(entry_path: str, receipt: Receipt, *, full: bool, system: TargetRoot = RUNNING) -> Drift:
    """The drift of a store entry. `full` reads every file, as in an image; else only those newer than the receipt."""
    try:
        entries = _published(entry_path, receipt)
    except FileNotFoundError:  # without a manifest nothing can be trusted
        return Drift(missing=(manifest.MANIFEST,))
    except (StoreError, ValueError):
        return Drift(changed=(manifest.MANIFEST,))
    receipt_file = os.path.join(entry_path, manifest.RECEIPT)
    trusted_until_ns = None if full or system.is_image else os.stat(receipt_file).st_mtime_ns
    owner = ownership.expected(entry_path, receipt.settings.owner, receipt.settings.group, system)
    capability = attribute_of(receipt.settings.capabilities or ())
    drift = manifest.find_drift(
        entry_path, entries, trusted_until_ns=trusted_until_ns, owner=owner, capability=capability
    )
    return drift if receipt.settings.externally_managed else _without_pip_work(drift)


def _published(entry_path: str, receipt: Receipt) -> dict[str, Entry]:
    """The manifest's entries. Raises `StoreError` or `ValueError` for one that is not the receipt's own."""
    file = os.path.join(entry_path, manifest.MANIFEST)
    content = read_regular(file, most_bytes=_MOST_MANIFEST_BYTES)
    if receipt.manifest_sha256 not in (None, hashlib.sha256(content).hexdigest()):
        raise StoreError(f"{file} is damaged: it is not the manifest that its receipt was written with.")
    return manifest.parse(content.decode(), where=file)


def has_damaged_manifest(drift: Drift) -> bool:
    """Whether the manifest itself is damaged."""
    return manifest.MANIFEST in drift.changed


def first_newer(entry_path: str, system: TargetRoot = RUNNING) -> str | None:
    """Something in the entry that appeared, vanished or changed since its receipt was dated, which is not yet drift.

    The probe looks by the same rule: bytecode does not count, nor the ctime of the entry itself, which publishing
    renamed. In an image, whose dates are artificial, ctimes are compared with the receipt's.
    """
    receipt = os.stat(os.path.join(entry_path, manifest.RECEIPT))
    written_until_ns = receipt.st_mtime_ns
    changed_until_ns = receipt.st_ctime_ns if system.is_image else written_until_ns
    own = os.stat(entry_path)
    if own.st_mtime_ns > written_until_ns or stat.S_IMODE(own.st_mode) != 0o755:
        return "."
    for path, status in _contents(entry_path):
        if status.st_mtime_ns > written_until_ns or status.st_ctime_ns > changed_until_ns:
            return path
    return None


def settle(entry_path: str, inspected_at_ns: int, system: TargetRoot = RUNNING) -> None:
    """Date the receipt of an intact build to the inspection, so that the probe requests no further one.

    Needed when files got new times but no new content: a restored backup, changed labels. In an image the receipt is
    dated like the newest file.
    """
    receipt = os.path.join(entry_path, manifest.RECEIPT)
    source_date = inspected_at_ns - _CLOCK_TICK_NS
    if system.is_image:
        statuses = [status for _unused, status in _contents(entry_path)]
        if any(status.st_ctime_ns > source_date for status in statuses):
            return  # changed while it was inspected
        statuses += [os.stat(entry_path), os.stat(receipt)]
        source_date = max(status.st_mtime_ns for status in statuses)
    os.utime(receipt, ns=(source_date, source_date))


def _contents(entry_path: str) -> Iterator[tuple[str, os.stat_result]]:
    """What may have changed in an entry, as (relative path, lstat)."""
    yield from (content for content in manifest.walk(entry_path) if content[0] != ".")
    with contextlib.suppress(FileNotFoundError):
        yield manifest.MANIFEST, os.lstat(os.path.join(entry_path, manifest.MANIFEST))


def clock_ns() -> int:
    """Now, in nanoseconds."""
    return time.time_ns()


def _without_pip_work(drift: Drift) -> Drift:
    return Drift(
        changed=tuple(path for path in drift.changed if not _PIP_OWNS.match(path)),
        missing=tuple(path for path in drift.missing if not _PIP_OWNS.match(path)),
        added=tuple(path for path in drift.added if not _PIP_OWNS.match(path) and not _PIP_ADDS.match(path)),
    )


def require_unchanged(store: Store, path: str, entry: str, stored: Mapping[str, Receipt]) -> None:
    """Raise `StoreError` when files of the entry changed, unless another of the `stored` is an intact copy of it."""
    kept = stored[entry]
    drift = _drift_of(store, entry, kept)
    if not drift:
        return
    needed = Settings(path, kept.settings.externally_managed, capabilities=kept.settings.capabilities or ())
    for name, receipt in stored.items():
        is_copy = receipt.asset.is_same_as(kept.asset) and needed.served_by(receipt.settings)
        if name != entry and is_copy and not _drift_of(store, name, receipt):
            return
    raise refusal(path, kept.asset.build, first_change(drift))


def refusal(path: str, build: Build, found: str) -> StoreError:
    """The error for a path that cannot go back to `build`; `found` says what happened to the build."""
    return StoreError(
        f"Cannot go back at {path}: the build {build.name} in the store is not as it was installed ({found}), and "
        f"going back fetches nothing. Run standalone.python.build with `name: {build.name}` for this path: it installs "
        "that build again and switches to it."
    )


def _drift_of(store: Store, entry: str, receipt: Receipt) -> Drift:
    return inspect(store.entry_path(entry), receipt, full=False, system=store.system)


def first_change(drift: Drift) -> str:
    """The first thing that drifted and the number of the others, as a clause."""
    kinds = (("was changed", drift.changed), ("is missing", drift.missing), ("was added", drift.added))
    what, paths = next((what, paths) for what, paths in kinds if paths)
    others = sum(len(found) for _what, found in kinds) - 1
    return f"{paths[0]} {what}{f', and {others} more' if others else ''}"
