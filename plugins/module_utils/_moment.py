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

from ._errors import StoreError
from ._manifest import RECEIPT
from ._system import System

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class Moment:
    """`seconds` since 1970; None is whatever the clock says, and dates nothing."""

    seconds: int | None = None

    @classmethod
    def of(cls, release: str | None, system: System) -> Moment:
        """Raises `StoreError` when the variable holds no number. Without release and variable, an image has no time."""
        if not system.is_image:
            return cls()
        given = os.environ.get(EPOCH_VARIABLE)
        if given:
            if not given.isdecimal():
                raise StoreError(
                    f"{EPOCH_VARIABLE} is {given!r}, but it counts the seconds since 1970. Write a number."
                )
            return cls(int(given))
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

    def date_build(self, directory: str) -> None:
        """Dates everything in a build and itself, the receipt last: it must be the last thing that was touched."""
        if self.seconds is None:
            return
        for folder, folders, files in os.walk(directory, topdown=False):
            self.date([*(os.path.join(folder, name) for name in folders + files), folder])
        self.date([os.path.join(directory, RECEIPT)])

    def date_around(self, places: Iterable[str], system: System) -> None:
        """Dates `places` in an image, and those of the directories on the way to them that are newer."""
        written = tuple(places)
        self.date(written)
        self.date_new(sorted({folder for place in written for folder in system.way_to(place)}))

    def date_new(self, places: Iterable[str]) -> None:
        """Dates those of `places` that are newer. Unlike a comparison with an earlier run, it is right after a kill."""
        if self.seconds is not None:
            newer = [place for place in places if os.path.lexists(place) and os.lstat(place).st_mtime > self.seconds]
            self.date(newer)


def _midnight(release: str) -> int:
    try:
        return calendar.timegm(time.strptime(release, "%Y%m%d"))
    except ValueError:
        raise StoreError(f"The release {release!r} is no day. Write one as published, such as 20260814.") from None
