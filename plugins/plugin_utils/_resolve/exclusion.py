# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `exclude`, and whether a build must not be chosen for a request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import (
    is_exact,
    is_named,
    require_whole,
)
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Specifier
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

from .unusable import why_unusable

_COMPARES = ("=", "!", "<", ">", "~")


class Exclusion(NamedTuple):
    """One entry of `exclude`, as it was written; `specifier` when it is a range of versions."""

    text: str
    specifier: Specifier | None = None

    def covers(self, build: Build) -> bool:
        """Whether the build must not be chosen. A range covers the pre-releases in it."""
        if self.specifier:
            return self.specifier.matches(build.version, prerelease=True)
        return is_named(build, self.text)


def parse_exclude(given: Any, option: str = "exclude") -> tuple[Exclusion, ...]:
    """The entries of the option, which is a list, or a text with commas. `option` is its name for messages.

    In a text, as from an ini file, comparisons that follow each other are one range. Raises `InvalidName`.
    """
    entries = given if isinstance(given, (list, tuple)) else [given]
    return tuple(_parsed(text, option) for entry in entries if entry is not None for text in _split(entry, option))


def _split(entry: Any, option: str) -> list[str]:
    """The names and ranges in one entry."""
    if isinstance(entry, bool) or not isinstance(entry, (str, int, float)):
        raise InvalidName(f"{option} has an entry that is no text. Write a list of releases, versions and ranges.")
    found: list[str] = []
    was_clause = False
    for part in filter(None, re.split(r"\s*,\s*|(?<![<>=!~,\s])\s+", str(entry).strip())):
        is_clause = part.startswith(_COMPARES)
        if is_clause and was_clause:
            found[-1] += f",{part}"
        else:
            found.append(part)
        was_clause = is_clause
    return found


def _parsed(text: str, option: str) -> Exclusion:
    try:
        require_whole(text)
        if text.startswith(_COMPARES):
            return Exclusion(text, Specifier.parse(text))
    except InvalidName as error:
        raise InvalidName(f"{error} Correct it in {option}.") from None
    if not is_exact(text):
        raise InvalidName(
            f"{option} has {text!r}, which does not say which builds to exclude. Write a release, 20250807, a whole "
            "version, 3.13.6, both, 3.13.6+20250807, a full name, or a range of versions, such as >=3.13.0,<3.13.2."
        )
    return Exclusion(text)


def why_left_out(build: Build, request: BuildRequest, exclude: Iterable[Exclusion]) -> str | None:
    """Why a build that satisfies the request must not be chosen for it, as a clause; None when it may be."""
    entries = [one.text for one in exclude if one.covers(build)]
    if entries:
        return f"exclude has {', '.join(entries)}"
    reason = why_unusable(build) if request.name.release is None else None
    return f"it is known not to work ({reason})" if reason else None
