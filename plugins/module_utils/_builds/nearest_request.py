# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For a name that does not parse, the nearest one that would: how people write versions elsewhere, and slips."""

from __future__ import annotations

import re
from collections.abc import Callable

FORMS = (
    "Names are 3.13, 3.13t (free-threaded), 3.13d (debug), 3.13td, 3.13.5, 3.13.5+20250723, 3.15.0rc1, a specifier "
    "such as >=3.12,<3.14, latest, or the full name of an asset."
)

# Tried one after the other, each on what the ones before have made of the name.
_REWRITES = (
    (r"^[\"'](.*)[\"']$", r"\1"),  # quotes that reached us
    (r"\s+", " "),
    (r"^(?:newest|stable|current|latest.*)$", "latest"),
    (r"^(?:c?python|py|version|v)[-@ =_]?(?=[0-9<>=!~])", ""),
    (r"^([0-9])([0-9]{1,2})(?=[td]*$)", r"\1.\2"),  # 313
    (r"\.tar(\.[a-z]+)?$", ""),
    (r"\.[x*](?:\.[x*])?$", ""),  # 3.13.x
    (r"[-_.](?=(?:t|d|td)$)", ""),  # 3.13-t
    (r"dt(?=\+|$)", "td"),
    (r"(?<=[0-9])[-_. ]?(?:alpha|a)[-_. ]?(?=[0-9])", "a"),
    (r"(?<=[0-9])[-_. ]?(?:beta|b)[-_. ]?(?=[0-9])", "b"),
    (r"(?<=[0-9])[-_. ]?(?:preview|pre|rc|c)[-_. ]?(?=[0-9])", "rc"),
    (r"[-_+ ](?:free-threaded|free_threaded|freethreaded|nogil)", "+freethreaded"),
    (r"[-_+ ]debug", "+debug"),
    (r"\+debug\+freethreaded", "+freethreaded+debug"),
    (r"[-_@ ](?=[0-9]{8})", "+"),  # 3.13.5-20250723
    (r"(\+[0-9]{8})([td]+|\+freethreaded(?:\+debug)?|\+debug)$", r"\2\1"),  # 3.13.5+20250723t
    (r"=([<>])", r"\1="),
    (r"(?<![<>=!~])=(?![=])", "=="),
    (r"\^|~>|~(?!=)", "~="),
    (r"(?<=[0-9*]),? (?:and )?(?=[<>=!~])", ","),  # >=3.12 <3.14
    (r"^[=~]=([0-9.]+\+[0-9]{8})$", r"\1"),  # ==3.13.5+20250723
    (r"^[=~]=([0-9.]+[td]+)$", r"\1"),
    (r",$", ""),
)


def nearest_request(name: str, is_valid: Callable[[str], bool]) -> str | None:
    """A name like `name` for which `is_valid` holds; None when there is none."""
    candidate = name.rpartition("/")[2]
    if is_valid(candidate):
        return candidate
    candidate = candidate.lower()
    for pattern, replacement in _REWRITES:
        candidate = re.sub(pattern, replacement, candidate)
        if is_valid(candidate):
            return candidate
    return None
