# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside, made safe to display: a terminal, browser or spreadsheet shows every character and obeys none.

Hosts, servers, indexes, archives and file names can contain escape sequences, marks that reverse the following text,
and invisible characters. All messages, warnings, diffs and report cells go through this file. Results are data and keep
what was found.
"""

from __future__ import annotations

import re

# `str.isprintable` rejects control, format, surrogate and unassigned characters, and separators other than the blank.
# It accepts these, which Unicode counts as letters and marks although most fonts show nothing for them.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"  # fillers of Hangul
_BLANK_MARKS = "\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # joiners, variation selectors
_BLANK = re.compile(f"[{_BLANK_LETTERS}{_BLANK_MARKS}]")

_LONGEST_MESSAGE = 10_000  # characters


def readable(text: str) -> str:
    """The text on one line, with every character that is hidden or that has an effect escaped as in Python: `\\x1b`.

    A byte ff of a file name that is no UTF-8 becomes `\\udcff`.
    """
    if text.isprintable() and (text.isascii() or not _BLANK.search(text)):
        return text
    return "".join(char if char.isprintable() and not _BLANK.match(char) else _escaped(char) for char in text)


def readable_lines(text: str) -> str:
    """The same for a text of several lines, such as one side of a diff: line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "\n".join("\t".join(map(readable, line.split("\t"))) for line in text.split("\n"))


def message(text: str) -> str:
    """A readable text of bounded length, since text quoted from outside can be megabytes long."""
    return readable(text[:_LONGEST_MESSAGE]) + _rest(text)


def message_lines(text: str) -> str:
    """The same as `message`, for several lines."""
    return readable_lines(text[:_LONGEST_MESSAGE]) + _rest(text)


def _rest(text: str) -> str:
    left_out = len(text) - _LONGEST_MESSAGE
    return f" … ({left_out} characters more)" if left_out > 0 else ""


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
