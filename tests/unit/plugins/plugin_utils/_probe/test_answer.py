# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines of what a host prints are an answer, and what is said about the others."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._probe.answer import Answer, once, printed, repeated

KEYS = {"kind": once("file|link"), "entry": repeated("[^/]+"), "text": repeated(".*")}


def answer(*lines: str) -> Answer:
    found = Answer.parse("\n".join(["x 1", *lines, "x end"]), "x", KEYS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "stdout",
    [
        "",
        "x 1",
        "x end",
        "x end\nx 1",
        "x 1\nkind=file\nx ende",
        " x 1\nx end",
        "x 1\x0bx end",
        "x 1\u2028kind=file\u2028x end",
    ],
    ids=ascii,
)
def test_without_both_marker_lines_there_is_no_answer(stdout: str) -> None:
    assert Answer.parse(stdout, "x", KEYS) is None


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"], ids=ascii)
def test_only_a_line_feed_ends_a_line(end: str) -> None:
    found = answer(f"text=a{end}kind=file")
    assert found.facts == {"text": [f"a{end}kind=file"]}


def test_what_has_no_form_is_left_out() -> None:
    found = answer("kind=file", "kind=link", "kind=pipe", "other=1", "kind", "entry=a/b", "", "entry=a", "entry=b")
    assert found.facts == {"kind": ["file"], "entry": ["a", "b"]}
    assert found.malformed == ["kind=link", "kind=pipe", "other=1", "kind", "entry=a/b"]


def test_a_section_ends_with_the_first_other_line() -> None:
    found = answer("text=0", "entry=a", "text=1", "text=2", "?", "text=3", "entry=b", "kind=file", "text=4", "entry=c")
    assert list(found.sections("entry", "text")) == [("a", ["1", "2"]), ("b", []), ("c", [])]
    assert found.malformed == ["?", "text=0", "text=3", "text=4"]


def test_the_parts_of_a_value_are_the_groups_of_its_form() -> None:
    forms = {"link": repeated("(?P<path>/[^ ]+) -> (?P<target>.+)"), "kind": once("file")}
    found = Answer.parse("x 1\nlink=/a -> b -> c\nkind=file\nlink=a -> b\nlink=/d -> e\nx end", "x", forms)
    assert found is not None
    assert found.parts("link") == [{"path": "/a", "target": "b -> c"}, {"path": "/d", "target": "e"}]
    assert (found.parts("kind"), found.malformed) == ([{}], ["link=a -> b"])


@pytest.mark.parametrize(
    ("stdout", "shown"),
    [
        ("", "nothing"),
        (" \n", "nothing"),
        ("a\nb", "'e a b'"),
        ("\x1b[2J", "'e \\x1b[2J'"),
        ("x" * 400, f"'e {'x' * 298}...'"),
    ],
)
def test_what_was_printed_in_place_of_an_answer(stdout: str, shown: str) -> None:
    assert printed(stdout, "e" if stdout.strip() else "") == shown
