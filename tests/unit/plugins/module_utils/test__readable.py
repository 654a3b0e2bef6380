# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sys
import unicodedata

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.errors import read_failure, write_failure
from ansible_collections.standalone.python.plugins.module_utils._readable import (
    message,
    message_lines,
    readable,
    readable_lines,
)

# Cc, Cf, Cs, Zl and Zp: controls, formats such as bidirectional marks and zero-width characters, surrogates, line ends.
HIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")


BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"lib/os.py", "lib/os.py"),
        ("lib/ü, 日本, \U0001f40d".encode(), "lib/ü, 日本, \U0001f40d"),
        (b"lib/\xfc", "lib/\\udcfc"),
        (b"\xff\xfe", "\\udcff\\udcfe"),
        (b"a\x1b]0;title\x07\x1b[2J", "a\\x1b]0;title\\x07\\x1b[2J"),
        (b"a\r\n\tb", "a\\r\\n\\tb"),
        ("\x9b31m".encode(), "\\x9b31m"),
        ("a\u2028b\u2029c".encode(), "a\\u2028b\\u2029c"),
        ("\U000e0061\U000e0100".encode(), "\\U000e0061\\U000e0100"),
        ("py\u3164thon\u200b".encode(), "py\\u3164thon\\u200b"),
    ],
)
def test_any_name_becomes_a_text_that_hides_nothing(name: bytes, text: str) -> None:
    assert readable(os.fsdecode(name)) == text


def test_no_character_that_is_obeyed_or_not_seen_comes_through() -> None:
    hidden = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in HIDDEN_CATEGORIES]
    assert set(BIDIRECTIONAL) < set(hidden)
    assert [char for char in hidden if not (readable(char).isascii() and readable(char).startswith("\\"))] == []


def test_messages_have_an_end() -> None:
    assert message("ä" * 10_000) == "ä" * 10_000
    assert message("\x1b" * 1_000_000) == "\\x1b" * 10_000 + " … (990000 characters more)"


def test_messages_of_several_lines_have_an_end_too() -> None:
    assert message_lines("a\n\x1b" * 10_000) == "a\n\\x1b" * 3333 + "a … (20000 characters more)"


def test_lines_stay_lines() -> None:
    assert readable_lines("a\tb\n\x1b[1mc\r\n\u2028d") == "a\tb\n\\x1b[1mc\\r\n\\u2028d"


def test_messages_are_such_texts() -> None:
    name = os.fsdecode(b"/n\xff\x1b[2J")
    assert str(StoreError(f"Remove {name}.")) == "Remove /n\\udcff\\x1b[2J."
    assert read_failure(OSError(5, "Broken", name), "/opt").startswith("Could not read /n\\udcff\\x1b[2J: ")
    assert write_failure(OSError(5, "Broken", name), "/opt").startswith("Could not write /n\\udcff\\x1b[2J: ")
