# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `min_age`: how long a release must have been out before it is taken without being watched."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

_UNITS_S = {"h": 60 * 60, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60}
_AGE = re.compile(r"([0-9]{1,4})([hdw]?)")


def min_age_seconds(text: str | int | None) -> int:
    """`36h`, `7d`, `2w`, or a number of days, in seconds; None is 0, which admits every release.

    Raises `InvalidName` for anything else.
    """
    match = _AGE.fullmatch(str(text or 0).strip())
    if match is None:
        raise InvalidName(f"min_age {text!r} is no age. Write hours, days or weeks, such as 36h, 7d or 2w.")
    return int(match[1]) * _UNITS_S[match[2] or "d"]


def newest_release(min_age_s: int, now: datetime | None = None) -> str | None:
    """The newest tag that is old enough, a release being as old as the first moment (UTC) of its tag's day.

    None when every release is.
    """
    if not min_age_s:
        return None
    moment = (now or datetime.now(timezone.utc)) - timedelta(seconds=min_age_s)
    return f"{moment:%Y%m%d}"
