# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates of the end of life: those that are bundled, and lists in the form of Python's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import InvalidCycle, ReleaseCycle
from tests.support.servers import serve


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
        (
            '{"3.16": {"end_of_life": "2032-01-99999999999999999999"}}',
            "c.json is damaged: end_of_life is '2032-01-99999999999999999999', and should be as 2029-10-31.",
        ),
        ("<html>", "c.json is not JSON: Expecting value: line 1 column 1 (char 0)."),
    ],
)
def test_what_is_no_list_of_dates(text: str, message: str) -> None:
    with pytest.raises(InvalidCycle) as caught:
        ReleaseCycle.from_text(text, "c.json")
    assert str(caught.value) == message


def test_a_list_is_read_from_where_it_is_and_shown_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"3.16": {"end_of_life": "2032-02"}}')
    with serve(tmp_path) as server:
        secretive = server.url.replace("//", "//user:s3cret@") + "/c.json?token=s3cret"
        in_the_open = [(tmp_path / "c.json").as_uri(), str(tmp_path / "c.json")]
        for url, source in [(secretive, f"{server.url}/c.json"), *((one, one) for one in in_the_open)]:
            cycle = ReleaseCycle.from_url(url)
            assert (cycle.end_of("3.16"), cycle.source) == (date(2032, 2, 29), source)
        with pytest.raises(StandaloneError) as caught:
            ReleaseCycle.from_url(secretive.replace("c.json", "none.json"))
    said = f"The list of ends of life {server.url}/none.json could not be read: the server answers 404 Not Found."
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/nowhere/none.json", "No such file or directory"),
        ("ftp://e.org/c.json", "it is no http:// or https:// URL, no file:/// URL and no path"),
    ],
)
def test_a_list_that_is_not_there(url: str, reason: str) -> None:
    with pytest.raises(InvalidCycle) as caught:
        ReleaseCycle.from_url(url)
    assert str(caught.value) == f"The list of ends of life {url} cannot be read: {reason}. Correct its address."
