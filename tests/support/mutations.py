# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage for fuzz tests: bytes, lines and JSON documents that are almost right, as broken or forged ones are.

Functions that take a `Random` make one change each. Strategies at the end make one to four changes to a good sample.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

MOST_CHANGES = 4

# What breaks parsers, terminals, templates, spreadsheets and line protocols.
HOSTILE_TEXTS = (
    "", " ", "\0", "\n", "\r", "\r\n", "\t", "=", ":", "/", "..", "../../../etc/passwd", "-1", "0", "00", "1e999",
    "99999999999999999999", "\u0663", "\u00b2", "None", "nan", "{{ 7 * 7 }}", "{% raw %}", "$(id)", "`id`", "%s",
    "\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u2028", "\x85", "\x0b", "\ufeff", "\ud800", "=1+1", "@SUM(1)", "<b>",
    "file:///etc/shadow", "http://127.0.0.1:1/", "a" * 300, "9" * 400, "9" * 5000, "l 1 /proc/1/exe -> /bin/sh",
)  # fmt: skip
HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 10**400, 0.5, float("inf"), float("nan"), [], {}, [[]], [None],
    [{}], {"": ""}, {"a": None}, *HOSTILE_TEXTS,
)  # fmt: skip


# --- bytes -----------------------------------------------------------------------------------------------------------


def flip_bit(data: bytes, chance: random.Random) -> bytes:
    """Change one bit."""
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def insert_bytes(data: bytes, chance: random.Random) -> bytes:
    """Insert one to eight bytes of any value, or a hostile text."""
    place = chance.randrange(len(data) + 1)
    text = chance.choice(HOSTILE_TEXTS).encode("utf-8", "surrogatepass")
    piece = chance.choice([chance.randbytes(chance.randint(1, 8)), text])
    return data[:place] + piece + data[place:]


def remove_bytes(data: bytes, chance: random.Random) -> bytes:
    """Remove a piece."""
    start, end = _span(len(data), chance)
    return data[:start] + data[end:]


def repeat_bytes(data: bytes, chance: random.Random) -> bytes:
    """Write a piece twice."""
    start, end = _span(len(data), chance)
    return data[:end] + data[start:]


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut off the end."""
    return data[: chance.randrange(len(data) + 1)]


def _span(length: int, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(length + 1)
    return start, min(length, start + chance.randint(1, 40))


# --- lines -----------------------------------------------------------------------------------------------------------


def drop_line(text: str, chance: random.Random) -> str:
    """Leave out a line."""
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def repeat_line(text: str, chance: random.Random) -> str:
    """Insert a line of the text somewhere else too."""
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return "\n".join(lines)


def swap_lines(text: str, chance: random.Random) -> str:
    """Exchange two lines."""
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def swap_words(text: str, chance: random.Random) -> str:
    """Put a word of one line into another, or a hostile text."""
    lines = [line.split(" ") for line in text.split("\n")]
    line = chance.choice(lines)
    source = chance.choice(lines)
    line[chance.randrange(len(line))] = chance.choice([chance.choice(source), chance.choice(HOSTILE_TEXTS)])
    return "\n".join(" ".join(words) for words in lines)


# --- JSON ------------------------------------------------------------------------------------------------------------


def replace_value(document: Any, chance: random.Random) -> Any:
    """Give a random node a hostile value, most often of another type."""
    return _at_random_node(document, chance, lambda _value: copy.deepcopy(chance.choice(HOSTILE_VALUES)))


def swap_values(document: Any, chance: random.Random) -> Any:
    """Give a random node the value of another node."""
    value = chance.choice(_nodes(document))
    return _at_random_node(document, chance, lambda _value: copy.deepcopy(value))


def wrap_value(document: Any, chance: random.Random) -> Any:
    """Put a random node into a list or an object, or take its first element out of it."""

    def wrapped(value: Any) -> Any:
        if isinstance(value, list) and value and chance.random() < 0.5:
            return value[0]
        return chance.choice([[value], {"value": value}, [value, value], str(value)])

    return _at_random_node(document, chance, wrapped)


def change_keys(document: Any, chance: random.Random) -> Any:
    """Remove, rename or add a key of a random object, or an element of a random list."""

    def changed(value: Any) -> Any:
        change = chance.randrange(3)
        key = chance.choice(list(value) or [""]) if isinstance(value, dict) else None
        if isinstance(value, dict):
            kept = {name: content for name, content in value.items() if name != key or change == 2}
            new = {} if change == 0 else {chance.choice(HOSTILE_TEXTS): value.get(key)}
            return {**kept, **new}
        if isinstance(value, list) and value:
            place = chance.randrange(len(value))
            return [*value[:place], *([value[place]] * (change * 2)), *value[place + 1 :]]
        return None

    return _at_random_node(document, chance, changed)


def change_string(document: Any, chance: random.Random) -> Any:
    """Damage one string of the document as bytes are damaged."""

    def changed(value: Any) -> Any:
        if not isinstance(value, str):
            return str(value)
        data = value.encode("utf-8", "surrogatepass")
        return chance.choice(BYTE_CHANGES)(data, chance).decode("utf-8", "replace")

    return _at_random_node(document, chance, changed)


def _nodes(document: Any) -> list[Any]:
    """All values of a document, itself first."""
    found = [document]
    for value in found:
        if isinstance(value, dict):
            found += value.values()
        elif isinstance(value, list):
            found += value
    return found


def _at_random_node(document: Any, chance: random.Random, change: Callable[[Any], Any]) -> Any:
    """A copy of the document in which one value is what `change` makes of it."""
    return _replaced(document, chance.randrange(len(_nodes(document))), change)[0]


def _replaced(value: Any, steps: int, change: Callable[[Any], Any]) -> tuple[Any, int]:
    """Change the value that is `steps` further on, depth first; also return how many steps are left after it."""
    if steps == 0:
        return change(value), -1
    steps -= 1
    if isinstance(value, dict):
        changed = {}
        for key, inner in value.items():
            changed[key], steps = _replaced(inner, steps, change) if steps >= 0 else (inner, steps)
        return changed, steps
    if isinstance(value, list):
        elements = []
        for inner in value:
            element, steps = _replaced(inner, steps, change) if steps >= 0 else (inner, steps)
            elements.append(element)
        return elements, steps
    return value, steps


# --- strategies ------------------------------------------------------------------------------------------------------

BYTE_CHANGES = (flip_bit, insert_bytes, remove_bytes, repeat_bytes, truncate)
LINE_CHANGES = (drop_line, repeat_line, swap_lines, swap_words)
JSON_CHANGES = (replace_value, swap_values, wrap_value, change_keys, change_string)


def _mutated(samples: Sequence[Any], changes: Sequence[Callable[[Any, random.Random], Any]]) -> st.SearchStrategy[Any]:
    def mutate(seed: int, count: int) -> Any:
        chance = random.Random(seed)
        value = chance.choice(samples)
        for _round in range(count):
            value = chance.choice(changes)(value, chance)
        return value

    return st.builds(mutate, st.integers(0, 2**48), st.integers(1, MOST_CHANGES))


def mutated_bytes(*samples: bytes) -> st.SearchStrategy[bytes]:
    """One of the samples with flipped bits and pieces inserted, removed, repeated or cut off."""
    return _mutated(samples, BYTE_CHANGES)


def mutated_text(*samples: str) -> st.SearchStrategy[str]:
    """One of the samples with lines and words moved, and damaged as bytes are; bad UTF-8 becomes U+FFFD."""

    def as_text(change: Callable[[bytes, random.Random], bytes]) -> Callable[[str, random.Random], str]:
        def changed(text: str, chance: random.Random) -> str:
            return change(text.encode("utf-8", "surrogatepass"), chance).decode("utf-8", "replace")

        return changed

    return _mutated(samples, (*LINE_CHANGES, *map(as_text, BYTE_CHANGES)))


def mutated_json(*samples: Any) -> st.SearchStrategy[Any]:
    """One of the documents with values, types and keys changed; what `json.loads` could return."""
    return _mutated(samples, JSON_CHANGES)


def mutated_json_bytes(*samples: Any) -> st.SearchStrategy[bytes]:
    """The bytes of a JSON file: of a document that is changed, or of a good one that is damaged as bytes."""
    whole = [json.dumps(sample).encode() for sample in samples]
    return st.one_of(mutated_json(*samples).map(lambda value: json.dumps(value).encode()), mutated_bytes(*whole))
