# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ages of releases, as users write them and as tags."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._options import age_seconds

HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0), ("", 0), (0, 0), ("0", 0), ("7", 7 * DAY_S), (7, 7 * DAY_S), ("7d", 7 * DAY_S),
        (" 36h ", 36 * HOUR_S), ("2w", 14 * DAY_S),
    ],
)  # fmt: skip
def test_an_age_is_read(text: str | int | None, seconds: int) -> None:
    assert age_seconds(text, "min_age") == seconds


@pytest.mark.parametrize("text", ["-1", "7 d", "7days", "1.5d", "week", "d", "10000d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        age_seconds(text, "min_age")
    assert str(caught.value) == f"min_age {text!r} is no age. Write hours, days or weeks, such as 36h, 7d or 2w."
