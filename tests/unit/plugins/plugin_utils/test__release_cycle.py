# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates of the end of life: those that are bundled, and lists in the form of Python's own."""

from __future__ import annotations

from datetime import date

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._release_cycle import InvalidCycle, ReleaseCycle


@pytest.mark.parametrize(
    ("minor", "end"), [("3.8", date(2024, 10, 7)), ("3.14", date(2030, 10, 31)), ("3.15", date(2031, 10, 31))]
)
def test_the_bundled_dates(minor: str, end: date) -> None:
    assert ReleaseCycle.bundled().end_of(minor) == end


def test_a_list_of_ones_own_takes_their_place() -> None:
    cycle = ReleaseCycle.from_text('{"3.16": {"branch": "main", "pep": 9, "end_of_life": "2032-02"}}', "https://p/c")
    assert (cycle.end_of("3.16"), cycle.end_of("3.15"), cycle.source) == (date(2032, 2, 29), None, "https://p/c")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "c.json is damaged: an object was expected there."),
        ('{"3.16": {}}', "c.json: 3.16 is damaged: end_of_life should be a text."),
        (
            '{"3.16": {"end_of_life": "2032-13"}}',
            "c.json is damaged: end_of_life is '2032-13', and should be as 2029-10-31.",
        ),
        (
            '{"3.16": {"end_of_life": "never"}}',
            "c.json is damaged: end_of_life is 'never', and should be as 2029-10-31.",
        ),
        ("<html>", "c.json is not JSON: Expecting value: line 1 column 1 (char 0)."),
    ],
)
def test_what_is_no_list_of_dates(text: str, message: str) -> None:
    with pytest.raises(InvalidCycle) as caught:
        ReleaseCycle.from_text(text, "c.json")
    assert str(caught.value) == message
