# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python versions as builds have them, and the specifiers that choose among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from itertools import product
from typing import NamedTuple

from .._errors import InvalidName

_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
_PRE = rf"(?:a|b|rc){_NUMBER}"
_VERSION = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:(a|b|rc)({_NUMBER}))?")
# The position of a pre-release before its final version, in `Version.sort_key`.
_PRE_RANKS = {"a": 0, "b": 1000, "rc": 2000}
_FINAL_RANK = 9000
_FAR = 999  # beyond every number that a version has


@total_ordering
@dataclass(frozen=True)
class Version:
    """A whole version, such as 3.13.5 or 3.15.0rc1. `pre` is `("rc", 1)`, or None for a final version."""

    major: int
    minor: int
    micro: int
    pre: tuple[str, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Version:
        """Parse a version. Raises `InvalidName` unless `text` is exactly how the version renders."""
        return _parse_version(text)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.micro}{''.join(map(str, self.pre or ()))}"

    @property
    def is_prerelease(self) -> bool:
        """Whether it is an alpha, a beta or a release candidate."""
        return self.pre is not None

    @property
    def minor_text(self) -> str:
        """The minor version that this one belongs to: 3.13."""
        return f"{self.major}.{self.minor}"

    @property
    def sort_key(self) -> int:
        """One number that sorts as the versions do: 3.15.0a1 < 3.15.0b1 < 3.15.0rc1 < 3.15.0 < 3.15.1."""
        rank = _PRE_RANKS[self.pre[0]] + self.pre[1] if self.pre else _FINAL_RANK
        return ((self.major * 1000 + self.minor) * 1000 + self.micro) * 10_000 + rank

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The numbers without the pre-release."""
        return self.major, self.minor, self.micro

    def __lt__(self, other: Version) -> bool:
        return self.sort_key < other.sort_key


@lru_cache(maxsize=1024)
def _parse_version(text: str) -> Version:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise InvalidName(f"{text!r} is not a whole Python version. Write all of it, such as 3.13.5 or 3.15.0rc1.")
    major, minor, micro, phase, number = match.groups()
    return Version(int(major), int(minor), int(micro), (phase, int(number)) if phase else None)


_CLAUSE = re.compile(
    rf"\s*(?P<operator>===|==|!=|<=|>=|~=|<|>)\s*"
    rf"(?P<numbers>{_NUMBER}(?:\.{_NUMBER}){{0,2}})(?:(?P<pre>{_PRE})|(?P<wildcard>\.\*))?\s*"
)


class Clause(NamedTuple):
    """One comparison of a specifier, such as `>=3.12` or `==3.13.*`; `numbers` are one to three."""

    operator: str
    numbers: tuple[int, ...]
    pre: tuple[str, int] | None = None
    is_prefix: bool = False

    @classmethod
    def parse(cls, text: str) -> Clause:
        """Parse a clause. Raises `InvalidName`."""
        match = _CLAUSE.fullmatch(text)
        if match is None:
            raise InvalidName(
                f"{text.strip()!r} is not a version clause. Write an operator (== != < <= > >= ~= ===) and a version, "
                "such as >=3.12, ==3.13.* or >=3.15.0rc1."
            )
        numbers = tuple(int(number) for number in match["numbers"].split("."))
        phase = (match["pre"] or "").rstrip("0123456789")
        clause = cls(
            operator=match["operator"],
            numbers=numbers,
            pre=(phase, int(match["pre"][len(phase) :])) if phase else None,
            is_prefix=match["wildcard"] is not None,
        )
        if clause.is_prefix and clause.operator not in ("==", "!="):
            raise InvalidName(f"{text.strip()!r}: the wildcard .* goes with == and != only.")
        if clause.operator == "~=" and len(numbers) == 1:
            raise InvalidName(f"{text.strip()!r}: ~= needs two numbers at least, such as ~={numbers[0]}.0.")
        return clause

    def __str__(self) -> str:
        numbers = ".".join(map(str, self.numbers))
        return f"{self.operator}{numbers}{''.join(map(str, self.pre or ()))}{'.*' if self.is_prefix else ''}"

    @property
    def version(self) -> Version:
        """The clause's version for comparisons, with zeros for the missing numbers."""
        major, minor, micro = (*self.numbers, 0, 0)[:3]
        return Version(major, minor, micro, self.pre)

    @property
    def names_prerelease(self) -> bool:
        """Whether the clause asks for pre-releases by naming one; `!=` names only what it excludes."""
        return self.pre is not None and self.operator != "!="

    def admits(self, version: Version) -> bool:
        """Whether the comparison holds. Pre-releases get no special treatment."""
        own = self.version
        if self.operator in ("==", "!="):
            equal = self._begins(version, len(self.numbers)) if self.is_prefix else version == own
            return equal == (self.operator == "==")
        if self.operator == "===":
            return str(version) == str(self)[3:]
        if self.operator == "~=":
            return version >= own and self._begins(version, len(self.numbers) - 1)
        if self.operator == "<":
            # `<3.15` leaves out 3.15.0rc1, which sorts before 3.15.0 but belongs to it.
            belongs = version.is_prerelease and not own.is_prerelease and version.numbers == own.numbers
            return version < own and not belongs
        if self.operator == "<=":
            return version <= own
        return version > own if self.operator == ">" else version >= own

    def _begins(self, version: Version, length: int) -> bool:
        return version.numbers[:length] == self.numbers[:length]


class Specifier(NamedTuple):
    """A PEP 440 version specifier: all of its clauses must hold."""

    clauses: tuple[Clause, ...]

    @classmethod
    def parse(cls, text: str) -> Specifier:
        """Parse a specifier. Raises `InvalidName`, which quotes the invalid clause."""
        return cls(tuple(Clause.parse(part) for part in text.split(",")))

    def __str__(self) -> str:
        return ",".join(map(str, self.clauses))

    @property
    def names_prerelease(self) -> bool:
        """Whether a clause asks for pre-releases by naming one."""
        return any(clause.names_prerelease for clause in self.clauses)

    def matches(self, version: Version, prerelease: bool = False) -> bool:
        """Whether `version` matches. A pre-release does only with `prerelease`, or when a clause names one."""
        if version.is_prerelease and not (prerelease or self.names_prerelease):
            return False
        return all(clause.admits(version) for clause in self.clauses)

    @property
    def only_minor(self) -> str | None:
        """The one minor version that can match, such as 3.13; None when several can, or none."""
        return _only_minor(self)


@lru_cache(maxsize=128)
def _only_minor(specifier: Specifier) -> str | None:
    minors = {version.minor_text for version in _samples(specifier) if specifier.matches(version, prerelease=True)}
    return minors.pop() if len(minors) == 1 else None


def _samples(specifier: Specifier) -> Iterator[Version]:
    """Versions on both sides of each number in the clauses: between them, no answer changes."""
    own = [clause.version for clause in specifier.clauses]
    samples = (
        _around(version.major for version in own),
        _around(version.minor for version in own),
        _around(version.micro for version in own),
    )
    pres = {None, ("rc", 1), *(version.pre for version in own)}
    return (Version(*numbers, pre) for numbers in product(*samples) for pre in pres)


def _around(numbers: Iterable[int]) -> set[int]:
    return {0, _FAR}.union(*({max(0, number - 1), number, number + 1} for number in numbers))
