# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of one of our scripts on a host: lines of key=value between two marker lines.

All scripts answer in this way, and nothing else parses their output. The host may be broken or may forge it, and its
users choose names of files and programs. So each key has a form, whose named groups are the parts of the value; a line
that fits none is left out and kept for a warning. No value can add a line, since scripts cut values at the first
newline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_SHOWN_CHARACTERS = 300  # of the output of a host that gave no answer
_SHOWN_OF_A_LINE = 80


class Form(NamedTuple):
    """The form of a key's value; of a key that is not `repeated` only the first line counts."""

    pattern: re.Pattern[str]
    repeated: bool = False

    def parts(self, value: str) -> dict[str, str]:
        """The named groups in a value of this form."""
        match = self.pattern.fullmatch(value)
        return match.groupdict() if match else {}


def once(pattern: str) -> Form:
    """A key with at most one value."""
    return Form(re.compile(pattern))


def repeated(pattern: str) -> Form:
    """A key with any number of values."""
    return Form(re.compile(pattern), repeated=True)


@dataclass(frozen=True)
class Answer:
    """The well-formed lines in their order, as pairs of key and value; each other line is replaced by ("", "").

    `forms` are those of the keys, and `malformed` the lines that were left out.
    """

    pairs: tuple[tuple[str, str], ...]
    forms: Mapping[str, Form]
    malformed: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, stdout: str, name: str, forms: Mapping[str, Form]) -> Answer | None:
        """The answer between the lines `NAME 1` and `NAME end`, whatever is printed around it; None without both.

        The last `NAME 1` counts, up to the `NAME end` that follows it. A terminal may have added carriage returns.
        """
        lines = [line.rstrip("\r") for line in stdout.split("\n")]
        begins = [position for position, line in enumerate(lines) if line == f"{name} 1"]
        end = f"{name} end"
        if not begins or end not in lines[begins[-1] :]:
            return None
        answered = [line for line in lines[begins[-1] + 1 : lines.index(end, begins[-1])] if line]
        pairs, malformed = _well_formed(answered, forms)
        return cls(pairs, forms, malformed)

    @property
    def facts(self) -> dict[str, list[str]]:
        """Key -> all its values."""
        facts: dict[str, list[str]] = {}
        for key, value in self.pairs:
            if key:
                facts.setdefault(key, []).append(value)
        return facts

    def parts(self, key: str) -> list[dict[str, str]]:
        """The named groups of each value of a key."""
        return [self.forms[key].parts(value) for other, value in self.pairs if other == key]

    def sections(self, header: str, line: str) -> Iterator[tuple[str, list[str]]]:
        """The value of each `header`, with those of every `line` right after it. Others count as malformed."""
        section: tuple[str, list[str]] | None = None
        for key, value in self.pairs:
            if key == line and section:
                section[1].append(value)
                continue
            if section:
                yield section
            section = (value, []) if key == header else None
            if key == line:
                self.malformed.append(f"{key}={value}")
        if section:
            yield section

    def warn_of_malformed(self, warn: Callable[[str], None], where: str) -> None:
        """Report the malformed lines in one warning."""
        if not self.malformed:
            return
        first = self.malformed[0]
        shown = first if len(first) <= _SHOWN_OF_A_LINE else f"{first[:_SHOWN_OF_A_LINE]}..."
        warn(
            f"The answer of {where} has lines that this collection did not ask for ({len(self.malformed)}), such as "
            f"{shown!r}. They were ignored. Check what prints into the shell sessions of this user there."
        )


def _well_formed(lines: list[str], forms: Mapping[str, Form]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    pairs: list[tuple[str, str]] = []
    malformed: list[str] = []
    found: set[str] = set()
    for line in lines:
        key, _equals, value = line.partition("=")
        form = forms.get(key)
        if form is None or (key in found and not form.repeated) or not form.pattern.fullmatch(value):
            malformed.append(line)
            pairs.append(("", ""))
            continue
        found.add(key)
        pairs.append((key, value))
    return tuple(pairs), malformed


def printed(stdout: str, stderr: str) -> str:
    """The output of a host that gave no answer, for an error message."""
    said = " ".join(f"{stderr}\n{stdout}".split())
    if not said:
        return "nothing"
    return repr(said if len(said) <= _SHOWN_CHARACTERS else f"{said[:_SHOWN_CHARACTERS]}...")
