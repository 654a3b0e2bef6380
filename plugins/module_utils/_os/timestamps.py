# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a build is said to be installed: now, or in an image at a reproducible time.

Two runs with the same request must make equal images, so everything in an image has one time: that of the variable
`SOURCE_DATE_EPOCH` (reproducible-builds.org), otherwise the day of the build's release, at midnight UTC.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from .._errors import StoreError
from .target_root import TargetRoot

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"
_LAST_YEAR = 9999  # that ISO 8601 writes in four digits
_CLOCKS_APART_S = 1  # the file system's clock ticks more coarsely, and may be another machine's


class SourceDate(NamedTuple):
    """`seconds` since 1970; None is the current time, and dates nothing."""

    seconds: int | None = None

    @classmethod
    def of(cls, release: str | None, system: TargetRoot) -> SourceDate:
        """The time for a release on a system; in an image, none without release and variable. Raises `StoreError`."""
        if not system.is_image:
            return cls()
        given = os.environ.get(EPOCH_VARIABLE)
        if given:
            return cls(_checked(given))
        return cls(_midnight(release)) if release else cls()

    def __str__(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.seconds))

    def date(self, places: Iterable[str]) -> None:
        """Date each of `places`; links themselves, not their targets. Missing files and those of others are skipped."""
        if self.seconds is None:
            return
        for place in places:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                os.utime(place, (self.seconds, self.seconds), follow_symlinks=False)

    def date_build(self, directory: str, *, last: str) -> None:
        """Date a build and everything in it, and then the file `last`, so that nothing is newer than it."""
        if self.seconds is None:
            return
        for parent, directories, files in os.walk(directory, topdown=False):
            self.date([*(os.path.join(parent, name) for name in directories + files), parent])
        self.date([os.path.join(directory, last)])

    def date_around(self, places: Iterable[str], system: TargetRoot, began_at_s: float) -> None:
        """Date the `places` that a run wrote in an image since it began, and their parent directories."""
        written = tuple(places)
        self.date(written)
        self.date_way(sorted({parent for place in written for parent in system.way_to(place)}), began_at_s)

    def date_way(self, directories: Iterable[str], began_at_s: float) -> None:
        """Date those of `directories` that are newer, which is correct even after a run was killed.

        If the time was still in the future when the run began, it is later than everything that a run makes, so nothing
        shows which directories runs have changed: then all are dated.
        """
        if self.seconds is None:
            return
        is_ahead = self.seconds > began_at_s - _CLOCKS_APART_S
        there = [parent for parent in directories if os.path.lexists(parent)]
        self.date(parent for parent in there if is_ahead or os.lstat(parent).st_mtime > self.seconds)


def _checked(given: str) -> int:
    with contextlib.suppress(ValueError, OverflowError, OSError):  # more digits or seconds than this Python can count
        if given.isascii() and given.isdecimal() and time.gmtime(int(given)).tm_year <= _LAST_YEAR:
            return int(given)
    raise StoreError(
        f"{EPOCH_VARIABLE} is {given!r}, but it counts the seconds from 1970 up to some time before the year "
        f"{_LAST_YEAR + 1}. Write such a number."
    )


def _midnight(release: str) -> int:
    import calendar  # only for images

    try:
        return calendar.timegm(time.strptime(release, "%Y%m%d"))
    except ValueError:
        raise StoreError(f"The release {release!r} is no day. Write one as published, such as 20260814.") from None
