# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that an index is as new as it should be: not held back, not set back, not dated in the future.

An index is not signed, so a mirror that withholds releases looks like a quiet month. A warning reports what can
be seen: an index older than it was, or older than the catalogue that comes with this collection. `index_max_age`
makes an index whose newest release is too old an error.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable

from .address import Address
from .bundled import newest_bundled_release
from .cache import OpenIndex
from .clock import Clock


class IndexTooOld(IndexUnavailable):
    """The newest release of an index is older than `index_max_age` allows."""


def require_fresh(found: OpenIndex, address: Address, max_age_s: int, warn: Callable[[str], None]) -> None:
    """Raise `IndexTooOld` when the newest release is more than `max_age_s` seconds old; 0 allows every index.

    `warn` gets a message for each other doubt.
    """
    clock = Clock.read(warn)
    newest = found.catalog.newest_release(not_after=clock.latest_release)
    of_future = found.catalog.newest_release()
    if of_future is not None and of_future > clock.latest_release:
        warn(
            f"The index {found.name} lists releases that are left out, since they are in the future: the newest is "
            f"{of_future}, and the clock of the controller says {clock.now:%Y-%m-%d}."
        )
    if newest is None:
        return  # no release of it will be chosen
    if max_age_s and clock.is_older(newest, max_age_s):
        raise IndexTooOld(
            f"Cannot use the index {found.name}: its newest release, {newest}, is {clock.days_since(newest)} days old, "
            f"and index_max_age allows {_shown(max_age_s)}. Find out whether the index is still updated, name another "
            "one, or set a larger index_max_age."
        )
    _warn_of_older(found, address, newest, clock, warn)


def with_age(found: OpenIndex, warn: Callable[[str], None]) -> str:
    """The name of an index, when it was fetched if it has a server, and the age of its newest release, in words."""
    clock = Clock.read(warn)
    newest = found.catalog.newest_release(not_after=clock.latest_release)
    if newest is None:
        return f"{found.name}, which has no release up to now"
    fetched = f", fetched {ago(found.entry.age_s())}" if found.name.startswith("http") else ""
    days = clock.days_since(newest)
    return f"{found.name}{fetched}, whose newest release is {newest}, {days} day{'' if days == 1 else 's'} old"


def ago(age_s: float) -> str:
    """The age in words and in one unit, so that the workers of one run report the same."""
    if age_s < 0:
        return "a time that is yet to come by this clock"
    for unit, length_s in (("day", 24 * 60 * 60), ("hour", 60 * 60), ("minute", 60)):
        count = int(age_s // length_s)
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "a moment ago"


def _warn_of_older(found: OpenIndex, address: Address, newest: str, clock: Clock, warn: Callable[[str], None]) -> None:
    if address.kind == "bundled" or address.directory == newest:  # the address itself names the release
        return
    seen = found.entry.newest_seen()
    if seen is None or not newest <= seen.release <= clock.latest_release:
        found.entry.note_seen(newest, f"{clock.now:%Y-%m-%d}")
    elif newest < seen.release:
        warn(
            f"The newest release in the index {found.name} is {newest}, but on {seen.day} it was {seen.release}. An "
            "old copy may be served, or newer releases may be held back. Find out why; if it is meant, remove "
            f"{seen.file}."
        )
        return
    bundled = newest_bundled_release()
    if bundled is not None and newest < bundled:
        warn(
            f"The newest release in the index {found.name} is {newest}, but this collection already comes with "
            f"{bundled}. The index may be an old copy, or newer releases may be held back. Find out why, or set "
            "index_max_age to refuse such an index."
        )


def _shown(age_s: int) -> str:
    hours = age_s // (60 * 60)
    count, unit = (hours, "hour") if hours % 24 else (hours // 24, "day")
    return f"{count} {unit}{'s' if count > 1 else ''}"
