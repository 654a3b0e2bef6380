# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an index document, whose kind is told by its content: versions NDJSON, uv catalogue or SHA256SUMS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url
from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable, InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.urls import file_name_of

from .bundled import unpack
from .entry import MISDATED_RELEASE, Listed
from .formats import SUM_LINE, Row, rows_of_catalogue, rows_of_sums, rows_of_versions


@dataclass(frozen=True)
class Reading:
    """What an index holds. `unknown` are the file names that are not those of builds, in the index's order."""

    listed: tuple[Listed, ...]
    unknown: tuple[str, ...]


def read_index(body: bytes, *, where: str, folder: str) -> Reading:
    """Everything that the document lists, apart from the misdated release.

    `where` is what messages call the document, and `folder` the folder it lies in, which for a SHA256SUMS names the
    release. Raises `IndexUnavailable` when the document is of no known kind or malformed; the message has the place.
    """
    return _reading(_rows(_text(body, where), where, folder), where)


def read_bundled(content: bytes) -> Reading:
    """The same for the catalogue that comes with the collection."""
    rows = (Row(github_url(file.release, file.file_name), file.sha256) for file in unpack(content))
    return _reading(rows, "The bundled catalogue")


def _reading(rows: Iterable[Row], where: str) -> Reading:
    listed: list[Listed] = []
    unknown: list[str] = []
    digests: dict[tuple[str, str], bytes] = {}
    for row in rows:
        try:
            one = Listed.from_url(row.url, row.sha256)
        except InvalidName:
            unknown.append(file_name_of(row.url))
        else:
            if one.build.release != MISDATED_RELEASE:
                _require_one_digest(one, digests, where)
                listed.append(one)
    if not listed:
        raise IndexUnavailable(f"{where} lists no build with a name that is known here.")
    return Reading(tuple(listed), tuple(unknown))


def _require_one_digest(one: Listed, digests: dict[tuple[str, str], bytes], where: str) -> None:
    """A published file never changes. Raises `IndexUnavailable` where one name has two digests, wherever they lie."""
    if one.sha256 is None:
        return
    first = digests.setdefault((one.build.release, one.file_name), one.sha256)
    if first != one.sha256:
        raise IndexUnavailable(
            f"{where} gives {one.file_name} two digests, {first.hex()} and {one.sha256.hex()}. It is damaged, or put "
            "together from parts that do not belong together: use another index."
        )


def _rows(text: str, where: str, folder: str) -> Iterator[Row]:
    first_line = text.partition("\n")[0].strip()
    if SUM_LINE.fullmatch(first_line):
        return rows_of_sums(text, where, folder)
    if text.startswith("{"):
        return rows_of_versions(text, where) if _is_record(first_line) else rows_of_catalogue(text, where)
    if text.startswith("<"):
        raise IndexUnavailable(f"{where} is a web page and no index; a proxy or a login page may have answered.")
    raise IndexUnavailable(
        f"{where} is neither a versions NDJSON nor a uv catalogue nor a SHA256SUMS; it begins with {text[:40]!r}."
    )


def _text(body: bytes, where: str) -> str:
    try:
        text = body.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError as error:
        raise IndexUnavailable(f"{where} is no index: its byte {error.start} is not text. Is it compressed?") from error
    if not text:
        raise IndexUnavailable(f"{where} is empty.")
    return text


def _is_record(line: str) -> bool:
    """Whether the first line is a record of the versions index, whole or broken off."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return '"artifacts"' in line
    return "artifacts" in record
