# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from outside: files read with a bound, and typed getters whose errors name the path in the document."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ._errors import StandaloneError, StoreError
from ._os.regular_file import read_regular

UPGRADE = "Upgrade the collection on the controller."
SEAL = "seal"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHA256 = re.compile("[0-9A-Fa-f]{64}")
_MOST_BYTES = 64 * 1024 * 1024  # the receipt of a mirror with 400,000 files


class NewerFormat(StoreError):
    """A later version of the collection wrote the file. Nothing may be repaired, replaced or removed because of it."""


def content_of(file: str) -> Any:
    """The content of a JSON file without its seal; None for anything but JSON.

    Raises `FileNotFoundError`, and `StoreError` for anything but a regular file, and a broken seal.
    """
    return unsealed(parsed(read_regular(file, most_bytes=_MOST_BYTES)), where=file)


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text; None when it is not JSON, repeats a key, contains NaN or nests too deep."""
    try:
        return json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def unsealed(content: Any, where: str) -> Any:
    """The content without its seal. Raises `StoreError` for an object without its own one."""
    if not isinstance(content, Mapping):
        return content
    rest = {key: value for key, value in content.items() if key != SEAL}
    if content.get(SEAL, "") != _digest(rest):
        raise StoreError(f"{where} is damaged: its content is not the content that its seal was made for.")
    return rest


def rendered(content: Mapping[str, Any], indent: int = 2) -> str:
    """The text of a file with this content and its seal."""
    return json.dumps({**content, SEAL: _digest(content)}, indent=indent) + "\n"


def _digest(content: Mapping[str, Any]) -> str | None:
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    except RecursionError:  # raised here, not when reading, by some versions of Python
        return None
    return hashlib.sha256(_MOMENT.sub("", text).encode()).hexdigest()


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a repeated key: programs differ in which of its values they use."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _refused(_constant: str) -> None:
    raise ValueError


_T = TypeVar("_T")

_LARGEST_COUNT = 2**63 - 1


class Fields:
    """Typed access to one JSON object, which messages call `where`.

    Methods raise `error` for a field that is missing or of another type.
    """

    def __init__(self, mapping: Any, where: str, error: type[StandaloneError] = StoreError) -> None:
        if not isinstance(mapping, Mapping):
            raise error(f"{where} is damaged: an object was expected there.")
        self._mapping = mapping
        self._where = where
        self._error = error

    def __contains__(self, key: str) -> bool:
        return key in self._mapping

    def damaged(self, key: str, expected: str) -> StandaloneError:
        """The error for a field that should be `expected`."""
        return self._error(f"{self._where} is damaged: {key} should be {expected}.")

    def optional(self, read: Callable[[str], _T], key: str) -> _T | None:
        """What `read`, a method of this object, returns for a field; None for one that is missing or null."""
        return None if self._mapping.get(key) is None else read(key)

    def text(self, key: str) -> str:
        """A text."""
        return self._get(key, str, "a text")

    def optional_text(self, key: str) -> str | None:
        """A text or None."""
        return self.optional(self.text, key)

    def number(self, key: str) -> int:
        """A whole number."""
        return self._get(key, int, "a whole number")

    def count(self, key: str) -> int:
        """A number of things, bytes or nanoseconds: not negative, and at most 64 bits."""
        value = self.number(key)
        if not 0 <= value <= _LARGEST_COUNT:
            raise self.damaged(key, "a number that can be")
        return value

    def line(self, key: str) -> str:
        """A text without control characters, surrogates and line ends."""
        text = self.text(key)
        if not text.isprintable():
            raise self.damaged(key, "printable")
        return text

    def matching(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        """A text, all of which `pattern` matches; messages call it `expected`."""
        text = self.text(key)
        if not pattern.fullmatch(text):
            raise self._error(f"{self._where} is damaged: {key} is {text!r}, and should be {expected}.")
        return text

    def digest(self, key: str) -> str:
        """A SHA-256, in lower case."""
        return self.matching(key, _SHA256, "64 hexadecimal digits").lower()

    def require_format(self, known: int) -> None:
        """Refuse another `format`. Raises `NewerFormat` for a later one: a new key needs a new format."""
        found = self.number("format")
        if found > known:
            raise NewerFormat(
                f"{self._where} is of format {found}, which a newer version of standalone.python writes; this version "
                f"reads format {known}."
            )
        if found != known:
            raise self.damaged("format", str(known))

    def require_only(self, *keys: str) -> None:
        """Refuse other keys: their meaning is unknown here."""
        unknown = [str(key) for key in self._mapping if key not in keys]
        if unknown:
            raise self._error(f"{self._where} is damaged: {unknown[0]!r} is unknown there.")

    def flag(self, key: str) -> bool:
        """A boolean."""
        return self._get(key, bool, "true or false")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._all(key, str, "a list of texts")

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        return self._all(key, int, "a list of whole numbers")

    def object(self, key: str) -> Mapping[str, Any]:
        """An object."""
        return self._get(key, Mapping, "an object")  # type: ignore[type-abstract]

    def within(self, key: str) -> Fields:
        """The fields of an object."""
        return Fields(self.object(key), f"{self._where}: {key}", self._error)

    def items(self, key: str) -> Iterator[Fields]:
        """The objects in a list."""
        for position, value in enumerate(self._get(key, list, "a list")):
            yield Fields(value, f"{self._where}: {key}[{position}]", self._error)

    def _get(self, key: str, kind: type[_T], kind_name: str) -> _T:
        value = self._mapping.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.damaged(key, kind_name)
        return value

    def _all(self, key: str, kind: type[_T], kind_name: str) -> tuple[_T, ...]:
        values = self._get(key, list, "a list")
        if not all(isinstance(value, kind) and (kind is str or not isinstance(value, bool)) for value in values):
            raise self.damaged(key, kind_name)
        return tuple(values)
