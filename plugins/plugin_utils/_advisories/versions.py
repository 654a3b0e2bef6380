# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of components as their projects order them: OpenSSL's letters, SQLite's integers, PEP 440, dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

if TYPE_CHECKING:
    from packaging.version import Version

_LONGEST = 100  # characters; no project has longer versions, and patterns stay quick

# What tags have before the version: v3.12.0, openssl-3.0.7, OpenSSL_1_1_1w, R_2_6_0, version-3.45.0.
_TAG = re.compile(r"[A-Za-z][A-Za-z_-]*?[-_]?(?=\d)")
_STAGES = {"dev": -2, "alpha": -1, "a": -1, "beta": 0, "b": 0, "pre": 1, "rc": 1, "": 2}
_DOTTED = re.compile(r"(\d+(?:\.\d+){0,5})(?:[-.]?(alpha|beta|pre|rc|dev|a|b)[-.]?(\d*))?")
_OPENSSL = re.compile(r"(\d+(?:\.\d+){0,2})([a-z]{0,2})(?:-(alpha|beta|pre|dev)-?(\d*))?")
_NCURSES = re.compile(r"(\d+)\.(\d+)(?:[-.](\d{8}))?")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{6})(?!\d)")
# sqlite3_libversion_number() has three digits for each part, the file names of sqlite.org two, and then two for a
# branch. Read by the first rule, the second makes a minor version or a patch beyond these.
_MOST_SQLITE = (199, 99)


class UnknownVersion(StandaloneError):
    """A text is no version of its component, so nothing can be compared with it."""


def order_of(component: str, text: str) -> Any:
    """A key that sorts the versions of one component. Raises `UnknownVersion`.

    A tag of its repository is read as the version that it marks.
    """
    scheme = _SCHEMES.get(component)
    if scheme is None:
        raise UnknownVersion(f"the order of versions of {component} is unknown")
    plain = text.strip() if len(text) <= _LONGEST else ""
    key = scheme(_without_tag(component, plain)) if plain.isascii() else None
    if key is None:
        raise UnknownVersion(f"{text[:_LONGEST]!r} is no version of {component}")
    return key


def _without_tag(component: str, text: str) -> str:
    rest = text.removeprefix("refs/tags/")
    for prefix in (f"{component}-", f"{component}_"):
        if rest.lower().startswith(prefix):
            return rest[len(prefix) :].replace("_", ".")
    tag = _TAG.match(rest)
    return rest[tag.end() :].replace("_", ".") if tag else rest


def _pep440(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


def _dotted(text: str) -> Any:
    match = _DOTTED.fullmatch(text)
    return (_numbers(match[1]), *_stage(match[2], match[3])) if match else None


def _openssl(text: str) -> Any:
    match = _OPENSSL.fullmatch(text)
    if match is None or (match[2] and int(match[1].partition(".")[0]) >= 3):  # letters ended with 1.1.1
        return None
    return (_numbers(match[1]), match[2], *_stage(match[3], match[4]))


def _sqlite(text: str) -> Any:
    if not re.fullmatch(r"\d{7}", text):
        return _dotted(text)
    number = int(text)
    parts: tuple[int, ...] = (number // 1_000_000, number // 1000 % 1000, number % 1000)
    if parts[1] > _MOST_SQLITE[0] or parts[2] > _MOST_SQLITE[1]:
        parts = (number // 1_000_000, number // 10_000 % 100, number // 100 % 100, number % 100)
    return (_numbers(".".join(map(str, parts))), *_stage("", ""))


def _tcl(text: str) -> Any:
    """A patch level, or what a tag such as core-9-0-3 or core-8-7-a5 has of one."""
    if re.fullmatch(r"\d+(?:-\w+)+", text):
        text = re.sub(r"\.(?=[abr])", "", text.replace("-", "."))
    return _dotted(text)


def _ncurses(text: str) -> Any:
    match = _NCURSES.fullmatch(text)
    return tuple(int(part or 0) for part in match.groups()) if match else None


def _date(text: str) -> Any:
    dates = _DATE.findall(text)
    return dates[0] if len(dates) == 1 else None


def _numbers(text: str) -> tuple[int, ...]:
    """The parts, without zeros at the end: 3.5 and 3.5.0 are one version."""
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _stage(word: str | None, number: str | None) -> tuple[int, int]:
    return _STAGES[word or ""], int(number or 0)


_SCHEMES: Mapping[str, Callable[[str], Any]] = {
    "cpython": _pep440,
    "pip": _pep440,
    "ensurepip-pip": _pep440,
    "setuptools": _pep440,
    "certifi": _pep440,  # dates with dots, such as 2026.05.20
    "openssl": _openssl,
    "libressl": _dotted,
    "sqlite": _sqlite,
    "ncurses": _ncurses,
    "libedit": _date,
    **dict.fromkeys(("expat", "zlib", "zlib-ng", "bzip2", "xz", "libffi", "zstd"), _dotted),
    **dict.fromkeys(("tcl", "tk"), _tcl),
    **dict.fromkeys(("mpdecimal", "readline", "bdb", "gdbm", "libuuid", "musl"), _dotted),
    **dict.fromkeys(("libx11", "libxau", "libxcb"), _dotted),
}
