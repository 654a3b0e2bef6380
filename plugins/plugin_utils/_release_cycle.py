# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When Python's minor versions reach their end of life: the dates that come with the collection, or newer ones.

The form is that of Python's own list, https://peps.python.org/api/release-cycle.json: minor version -> an object with
`end_of_life`, a day or a month.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._fields import Fields

BUNDLED = Path(__file__).with_name("release_cycle.json")


class InvalidCycle(StandaloneError):
    """A list of dates is not in the form that is expected."""


@dataclass(frozen=True)
class ReleaseCycle:
    """`ends` has the last day of each minor version that is known; `source` says whence, for a reader."""

    source: str
    ends: Mapping[str, date]

    def end_of(self, minor: str) -> date | None:
        return self.ends.get(minor)

    @classmethod
    def bundled(cls) -> ReleaseCycle:
        content = json.loads(BUNDLED.read_text(encoding="utf-8"))
        return cls(content["source"], _ends(content["releases"], str(BUNDLED)))

    @classmethod
    def from_text(cls, text: str, source: str) -> ReleaseCycle:
        """Raises `InvalidCycle` that names what is wrong inside `source`."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidCycle(f"{source} is not JSON: {error}.") from None
        return cls(source, _ends(content, source))


def _ends(releases: object, where: str) -> dict[str, date]:
    if not isinstance(releases, Mapping):
        raise InvalidCycle(f"{where} is damaged: an object was expected there.")
    return {
        str(minor): _last_day(Fields(release, f"{where}: {minor}", InvalidCycle).text("end_of_life"), where)
        for minor, release in releases.items()
    }


def _last_day(text: str, where: str) -> date:
    """A month ends with its last day."""
    try:
        year, month, *day = (int(part) for part in text.split("-"))
        return date(year, month, *day or [calendar.monthrange(year, month)[1]])
    except (TypeError, ValueError, calendar.IllegalMonthError):
        raise InvalidCycle(f"{where} is damaged: end_of_life is {text!r}, and should be as 2029-10-31.") from None
