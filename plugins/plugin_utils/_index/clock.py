# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The age of a release by the controller's clock, and which releases cannot exist yet.

A release dated in the future would stay the newest: no real one would replace it. So a release dated more than two days
ahead is never chosen, which leaves room for time zones and for a clock that is slightly behind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import day_of
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch

from .bundled import newest_bundled_release

_AHEAD = timedelta(days=2)
_LAST_MOMENT = datetime.max.replace(tzinfo=timezone.utc)


class Clock(NamedTuple):
    """A point in time. `now` is in UTC, and never before the newest release bundled with this collection."""

    now: datetime

    @classmethod
    def read(cls, warn: Callable[[str], None]) -> Clock:
        """Read the clock. Calls `warn` when it is certainly wrong, as without a battery or under faketime."""
        now = _now()
        bundled = newest_bundled_release()
        day = day_of(bundled) if bundled else None
        if day is None or now.date() >= day:
            return cls(now)
        warn(
            f"The clock of the controller says {now:%Y-%m-%d}, but this collection comes with the release {bundled}, "
            "so the clock is wrong. Ages of releases are counted from that day instead. Set the clock."
        )
        return cls(_first_moment(day))

    @property
    def latest_release(self) -> str:
        """The newest tag that is not in the future."""
        return f"{min(self.now, _LAST_MOMENT - _AHEAD) + _AHEAD:%Y%m%d}"

    def newest_release(self, min_age_s: int) -> str | None:
        """The newest tag that is at least `min_age_s` seconds old, counted from the start (UTC) of its tag's day.

        None when every release is old enough.
        """
        return f"{self.now - timedelta(seconds=min_age_s):%Y%m%d}" if min_age_s else None

    def is_older(self, release: str, age_s: int) -> bool:
        """Whether the release is more than `age_s` seconds old, counted likewise."""
        day = day_of(release)
        return day is not None and self.now - _first_moment(day) > timedelta(seconds=age_s)

    def days_since(self, release: str) -> int:
        """Whole days since the release, at least 0."""
        day = day_of(release)
        return max((self.now.date() - day).days, 0) if day else 0

    def require_released(self, build: Build) -> None:
        """Raise `NoMatch` for a build that cannot exist yet, even when a task names it."""
        if build.release > self.latest_release:
            raise NoMatch(f"Cannot use {build.name}: {self.why_not_yet(build.release)}")

    def why_not_yet(self, releases: str) -> str:
        """The message why `releases`, dated in the future, are not chosen, and what to do."""
        return (
            f"{releases} is in the future, since the clock of the controller says {self.now:%Y-%m-%d}. Name a release "
            "that exists, find out who made the index or lock that has it, or set the clock."
        )


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def _now() -> datetime:
    return datetime.now(timezone.utc)
