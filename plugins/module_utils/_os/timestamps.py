# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a build is said to be installed: now, but in an image at a time that does not depend on who made it when.

Two runs with the same request must make equal images, so there everything carries one time: that of the variable
`SOURCE_DATE_EPOCH` (reproducible-builds.org), else the day of the build's release, at midnight UTC.
"""

from __future__ import annotations

import calendar
import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from .._errors import StoreError
from .target_root import TargetRoot

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"
_LAST_YEAR = 9999  # that ISO 8601 writes in four digits
_CLOCKS_APART_S = 1  # that of a file system ticks more coarsely, and may be another machine's


@dataclass(frozen=True)
class SourceDate:
    """`seconds` since 1970; None is whatever the clock says, and dates nothing."""

    seconds: int | None = None

    @classmethod
    def of(cls, release: str | None, system: TargetRoot) -> SourceDate:
        """Raises `StoreError` when the variable holds no time. Without release and variable, an image has no time."""
        if not system.is_image:
            return cls()
        given = os.environ.get(EPOCH_VARIABLE)
        if given:
            return cls(_checked(given))
        return cls(_midnight(release)) if release else cls()

    def __str__(self) -> str:
        """UTC in ISO 8601."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.seconds))

    def date(self, places: Iterable[str]) -> None:
        """Dates each of `places`, links themselves and not what they name. What is gone or another's stays as it is."""
        if self.seconds is None:
            return
        for place in places:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                os.utime(place, (self.seconds, self.seconds), follow_symlinks=False)

    def date_build(self, directory: str, *, last: str) -> None:
        """Dates everything in a build and itself, and then the file `last`, which nothing in it may be newer than."""
        if self.seconds is None:
            return
        for folder, directories, files in os.walk(directory, topdown=False):
            self.date([*(os.path.join(folder, name) for name in directories + files), folder])
        self.date([os.path.join(directory, last)])

    def date_around(self, places: Iterable[str], system: TargetRoot, began_at_s: float) -> None:
        """Dates `places` that a run wrote in an image since it began, and the directories on the way to them."""
        written = tuple(places)
        self.date(written)
        self.date_way(sorted({folder for place in written for folder in system.way_to(place)}), began_at_s)

    def date_way(self, directories: Iterable[str], began_at_s: float) -> None:
        """Dates those of `folders` that are newer. Unlike a comparison with an earlier run, it is right after a kill.

        A time that was yet to come when the run began, by the clock, is later than all that a run makes. It dates all
        folders, since nothing tells which of them runs have changed.
        """
        if self.seconds is None:
            return
        is_ahead = self.seconds > began_at_s - _CLOCKS_APART_S
        there = [folder for folder in directories if os.path.lexists(folder)]
        self.date(folder for folder in there if is_ahead or os.lstat(folder).st_mtime > self.seconds)


def _checked(given: str) -> int:
    with contextlib.suppress(ValueError, OverflowError, OSError):  # more digits or seconds than this Python can count
        if given.isascii() and given.isdecimal() and time.gmtime(int(given)).tm_year <= _LAST_YEAR:
            return int(given)
    raise StoreError(
        f"{EPOCH_VARIABLE} is {given!r}, but it counts the seconds from 1970 up to some time before the year "
        f"{_LAST_YEAR + 1}. Write such a number."
    )


def _midnight(release: str) -> int:
    try:
        return calendar.timegm(time.strptime(release, "%Y%m%d"))
    except ValueError:
        raise StoreError(f"The release {release!r} is no day. Write one as published, such as 20260814.") from None
