# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ages of releases by the controller's clock, and a clock that cannot be right."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch
from ansible_collections.standalone.python.plugins.plugin_utils._index import clock as _clock
from ansible_collections.standalone.python.plugins.plugin_utils._index.clock import Clock
from tests.support.locks import asset, stripped

HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S
NOW = Clock(datetime(2026, 11, 10, 12, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    ("min_age_s", "newest"),
    [
        (0, None),
        (HOUR_S, "20261110"),
        (12 * HOUR_S, "20261110"),
        (13 * HOUR_S, "20261109"),
        (7 * DAY_S, "20261103"),
        (10 * DAY_S, "20261031"),
    ],
)
def test_a_release_is_as_old_as_the_first_moment_of_its_day(min_age_s: int, newest: str | None) -> None:
    assert NOW.newest_release(min_age_s) == newest


@pytest.mark.parametrize(
    ("release", "age_s", "is_older"),
    [
        ("20261110", 12 * HOUR_S, False),
        ("20261110", 11 * HOUR_S, True),
        ("20261103", 7 * DAY_S, True),
        ("20261104", 7 * DAY_S, False),
    ],
)
def test_an_age_is_exceeded_by_the_same_count(release: str, age_s: int, is_older: bool) -> None:
    assert NOW.is_older(release, age_s) == is_older


def test_a_release_of_the_future_is_refused_whatever_names_it() -> None:
    build = asset(stripped("3.13.5+20250723")).build
    NOW.require_released(build._replace(release="20261112"))
    with pytest.raises(NoMatch) as caught:
        NOW.require_released(build._replace(release="20261113"))
    assert str(caught.value) == (
        f"Cannot use {build.name}: 20261113 is in the future, since the clock of the controller says 2026-11-10. Name "
        "a release that exists, find out who made the index or lock that has it, or set the clock."
    )


@pytest.mark.parametrize("year", [1970, 2020])
def test_a_clock_that_cannot_be_right_is_reported_and_not_believed(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clock, "_now", lambda: datetime(year, 1, 1, tzinfo=timezone.utc))
    monkeypatch.setattr(_clock, "newest_bundled_release", lambda: "20261021")
    warnings: list[str] = []
    clock = Clock.read(warnings.append)
    assert warnings == [
        f"The clock of the controller says {year}-01-01, but this collection comes with the release 20261021, so the "
        "clock is wrong. Ages of releases are counted from that day instead. Set the clock."
    ]
    assert (clock.latest_release, clock.newest_release(7 * DAY_S)) == ("20261023", "20261014")


def test_a_clock_at_the_end_of_time_is_no_traceback() -> None:
    assert Clock(datetime.max.replace(tzinfo=timezone.utc)).latest_release == "99991231"


@pytest.mark.parametrize("bundled", [None, "20261021"])
def test_a_clock_that_may_be_right_is_believed(bundled: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clock, "_now", lambda: NOW.now)
    monkeypatch.setattr(_clock, "newest_bundled_release", lambda: bundled)
    assert Clock.read(pytest.fail) == NOW
