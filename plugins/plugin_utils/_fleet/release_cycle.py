# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end-of-life dates of Python's minor versions: those bundled with the collection, or newer ones.

The format is that of Python's own list, https://peps.python.org/api/release-cycle.json: minor version -> an object with
`end_of_life`, a day or a month.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .._documents import read_document
from .._http.fetch import Validators, fetch
from .._index.address import Address

BUNDLED = Path(__file__).with_name("release_cycle.json")
_WHAT = "The list of ends of life"


class InvalidCycle(StandaloneError):
    """A list of dates does not have the expected format."""


@dataclass(frozen=True)
class ReleaseCycle:
    """The dates. `ends` maps each known minor version to its last day; `source` names the origin for a reader."""

    source: str
    ends: Mapping[str, date]

    def end_of(self, minor: str) -> date | None:
        """The last day of a minor version such as 3.13; None when it is unknown."""
        return self.ends.get(minor)

    @classmethod
    def bundled(cls) -> ReleaseCycle:
        """The dates that are bundled with the collection."""
        content = json.loads(BUNDLED.read_text(encoding="utf-8"))
        return cls(content["source"], _ends(content["releases"], str(BUNDLED)))

    @classmethod
    def from_url(cls, url: str) -> ReleaseCycle:
        """The list at an http(s) or file URL or at a path on the controller. Raises `StandaloneError` without one."""
        try:
            address = Address.parse(url)
        except InvalidName:
            raise InvalidCycle(
                f"{_WHAT} {shown_url(url)} cannot be read: it is no http:// or https:// URL, no file:/// URL and no "
                "path. Correct its address."
            ) from None
        if address.kind == "bundled":
            return cls.bundled()
        if address.kind == "file":
            return cls.from_text(_content(address.location), shown_url(url))
        document = fetch(url, options=UrlOptions(), validators=Validators(), what=_WHAT)
        return cls.from_text(document.body.decode(errors="replace") if document else "", shown_url(url))

    @classmethod
    def from_text(cls, text: str, source: str) -> ReleaseCycle:
        """Parse the list. `source` names it in messages. Raises `InvalidCycle` that names what is wrong in it."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidCycle(f"{source} is not JSON: {error}.") from None
        return cls(source, _ends(content, source))


def _content(path: str) -> str:
    try:
        return read_document(path).decode(errors="replace")
    except OSError as error:
        raise InvalidCycle(f"{_WHAT} {path} cannot be read: {error.strerror}. Correct its address.") from None


def _ends(releases: object, where: str) -> dict[str, date]:
    if not isinstance(releases, Mapping):
        raise InvalidCycle(f"{where} is damaged: an object was expected there.")
    return {
        str(minor): _last_day(Fields(release, f"{where}: {minor}", InvalidCycle).text("end_of_life"), where)
        for minor, release in releases.items()
    }


def _last_day(text: str, where: str) -> date:
    """The day, or the last day of the month. Raises `InvalidCycle`."""
    try:
        year, month, *day = (int(part) for part in text.split("-"))
        return date(year, month, *day or [calendar.monthrange(year, month)[1]])
    except (TypeError, ValueError, OverflowError, calendar.IllegalMonthError):
        raise InvalidCycle(f"{where} is damaged: end_of_life is {text!r}, and should be as 2029-10-31.") from None
