# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a build's content: is it still what was published?"""

from __future__ import annotations

import os
import re
import time

from . import _manifest, _ownership
from ._errors import StoreError
from ._manifest import Drift
from ._receipts import Receipt

# A file written just after the clock was read can carry a time a few milliseconds before it (one kernel tick).
_CLOCK_TICK_NS = 20_000_000

# Where pip writes when the build is not marked as externally managed.
_PIP_OWNS = re.compile(r"lib/python[^/]+/site-packages/|bin/pip[\d.]*\Z")
_PIP_ADDS = re.compile(r"bin/|share/|include/|etc/")


def inspect(entry_path: str, receipt: Receipt, *, full: bool) -> Drift:
    """The drift of a store entry. `full` reads every file; else only those that changed since the receipt's time."""
    file = os.path.join(entry_path, _manifest.MANIFEST)
    try:
        with open(file, encoding="utf-8") as stream:
            entries = _manifest.parse(stream.read(), where=file)
    except (FileNotFoundError, StoreError, ValueError):  # without a manifest nothing can be trusted
        return Drift(missing=(_manifest.MANIFEST,))
    trusted_until_ns = None if full else os.stat(os.path.join(entry_path, _manifest.RECEIPT)).st_mtime_ns
    owner = _ownership.expected(entry_path, receipt.settings.owner, receipt.settings.group)
    drift = _manifest.find_drift(entry_path, entries, trusted_until_ns=trusted_until_ns, owner=owner)
    return drift if receipt.settings.externally_managed else _without_pip_work(drift)


def first_newer(entry_path: str) -> str | None:
    """Something in the entry that came, went or changed since its receipt was dated; None when nothing did.

    What the probe looks for, by the same rule: bytecode does not count, and the entry's own directory counts by its
    mtime alone, since publishing renamed it. Newer is suspicious, not yet drift.
    """
    receipt = os.path.join(entry_path, _manifest.RECEIPT)
    trusted_until_ns = os.stat(receipt).st_mtime_ns
    if os.stat(entry_path).st_mtime_ns > trusted_until_ns:
        return "."
    for folder, folders, files in os.walk(entry_path):
        folders[:] = [name for name in folders if name != _manifest.BYTECODE_FOLDER]
        for path in (os.path.join(folder, name) for name in folders + files):
            status = os.lstat(path)
            if max(status.st_mtime_ns, status.st_ctime_ns) > trusted_until_ns and path != receipt:
                return os.path.relpath(path, entry_path)
    return None


def settle(entry_path: str, inspected_at_ns: int) -> None:
    """Dates the receipt of an intact build to the inspection, so that the probe asks for no other one.

    Needed where files got new times and no new content: a restored backup, a change of labels.
    """
    moment = inspected_at_ns - _CLOCK_TICK_NS
    os.utime(os.path.join(entry_path, _manifest.RECEIPT), ns=(moment, moment))


def clock_ns() -> int:
    return time.time_ns()


def _without_pip_work(drift: Drift) -> Drift:
    return Drift(
        changed=tuple(path for path in drift.changed if not _PIP_OWNS.match(path)),
        missing=tuple(path for path in drift.missing if not _PIP_OWNS.match(path)),
        added=tuple(path for path in drift.added if not _PIP_OWNS.match(path) and not _PIP_ADDS.match(path)),
    )
