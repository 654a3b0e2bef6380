# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release tags, which are dates: 20250723.

A tag that is no date was never released, and would outrank every real release.
"""

from __future__ import annotations

import re
from datetime import date

from .._errors import InvalidName

_TAG = re.compile(r"[0-9]{8}")


def day_of(tag: str) -> date | None:
    """The date of a release; None for text that is no tag, such as 20261399 or 99999999."""
    if _TAG.fullmatch(tag) is None:
        return None
    try:
        return date(int(tag[:4]), int(tag[4:6]), int(tag[6:]))
    except ValueError:
        return None


def checked_release(tag: str, name: str) -> str:
    """Return the tag. Raises `InvalidName`, which quotes the whole `name`, when the tag is no date."""
    if day_of(tag) is None:
        raise InvalidName(
            f"{name!r} has the release {tag}, which is no date. A release is the day it was made on, as in "
            "3.13.5+20250723."
        )
    return tag
