# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of an index, recognized by content, each read as rows: versions NDJSON, uv catalogue, SHA256SUMS.

docs/development/builds.md 2 describes the formats. Each reader gets the text and `where`, the name of the document in
messages. A malformed document raises `IndexUnavailable` with the position in the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_PATTERN, Prepared
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url, public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable, InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.urls import file_name_of, split_url
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .bundled import unpack
from .entry import MISDATED_RELEASE, IndexEntry

SUM_LINE = re.compile(rf"(?P<digest>(?i:{SHA256_PATTERN}))\s+\*?(?P<name>\S+)")
_URL = re.compile(r"(?!.*\s)(?:https?|file)://.+/.+", re.DOTALL)  # quick for a megabyte of slashes and a blank, too
_RELEASE_IN_NAME = re.compile(r"\+(\d{8})-")


class Row(NamedTuple):
    """One file that an index lists. `sha256` is 32 raw bytes, or None when the index has no digest for it.

    `prepared` are the two digests of its prepared copy, one after the other; None when there is no copy.
    """

    url: str
    sha256: bytes | None
    prepared: bytes | None = None


def rows_of_versions(text: str, where: str) -> Iterator[Row]:
    """The rows of the versions index, which has one JSON object a line; only `url` and `sha256` of it are used."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            here = f"{where}, line {number}"
            record = Fields(_json(line, here), here, IndexUnavailable)
            for position, artifact in enumerate(record.items("artifacts")):
                yield _row(artifact, f"{here}: artifacts[{position}]")


def rows_of_catalogue(text: str, where: str) -> Iterator[Row]:
    """The rows of uv's catalogue, without other implementations and without Pyodide, which calls itself cpython too."""
    entries = _json(text, where)
    if "version" in entries:
        raise IndexUnavailable(f"{where} has a key `version` at its top, so it is of a format that is not known here.")
    for key, value in entries.items():
        here = f"{where}: {key}"
        entry = Fields(value, here, IndexUnavailable)
        if entry.text("name") == "cpython":
            row = _row(entry, here)
            if public_file(row.url) or file_name_of(row.url).startswith("cpython-"):
                yield row


def rows_of_sums(text: str, where: str, directory: str) -> Iterator[Row]:
    """The rows of the `sha256sum` output for one release; its names get the public URLs, which mirrors can map.

    `directory` is the release of names that lack it, those from before 2022.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        match = SUM_LINE.fullmatch(line.strip())
        if match is None:
            raise IndexUnavailable(f"{where}, line {number} is damaged: a digest and a file name are expected there.")
        release = _RELEASE_IN_NAME.search(match["name"])
        url = github_url(release[1] if release else directory, match["name"])
        yield Row(url, bytes.fromhex(match["digest"]))


def _row(fields: Fields, where: str) -> Row:
    url = fields.line("url")
    if _URL.fullmatch(url) is None or split_url(url) is None:
        raise fields.damaged("url", "an http(s) or file URL of a file")
    if fields.optional_text("sha256") is None:
        return Row(url, None)
    copy = fields.optional(fields.object, "prepared")
    prepared = None
    if copy is not None:
        of_copy = Fields(copy, f"{where}.prepared", IndexUnavailable)
        prepared = b"".join(bytes.fromhex(of_copy.digest(key)) for key in Prepared._fields)
    return Row(url, bytes.fromhex(fields.digest("sha256")), prepared)


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        position = f"{f'line {error.lineno}, ' if error.lineno > 1 else ''}column {error.colno}"
        raise IndexUnavailable(f"{where} is damaged or broke off half way, at {position}.") from error
    except (ValueError, RecursionError):
        raise IndexUnavailable(f"{where} is damaged: a number or a nesting in it is beyond any index.") from None


class Reading(NamedTuple):
    """The content of an index. `unknown` are the file names that are not those of builds, in the index's order."""

    listed: tuple[IndexEntry, ...]
    unknown: tuple[str, ...]


def read_index(body: bytes, *, where: str, directory: str) -> Reading:
    """Everything that the document lists, except the misdated release.

    `where` is the document's name in messages, and `directory` the name of its directory, which for a SHA256SUMS is
    the release. Raises `IndexUnavailable`, with the position, when the document is malformed or of no known format.
    """
    return _reading(_rows(_text(body, where), where, directory), where)


def read_bundled(content: bytes) -> Reading:
    """Everything that the bundled catalogue lists, except the misdated release. Raises `IndexUnavailable`."""
    rows = (Row(github_url(file.release, file.file_name), file.sha256) for file in unpack(content))
    return _reading(rows, "The bundled catalogue")


def _reading(rows: Iterable[Row], where: str) -> Reading:
    listed: list[IndexEntry] = []
    unknown: list[str] = []
    digests: dict[tuple[str, str], bytes] = {}
    for row in rows:
        try:
            one = IndexEntry.from_url(row.url, row.sha256, row.prepared)
        except InvalidName:
            unknown.append(file_name_of(row.url))
        else:
            if one.build.release != MISDATED_RELEASE:
                _require_one_digest(one, digests, where)
                listed.append(one)
    if not listed:
        raise IndexUnavailable(f"{where} lists no build with a name that is known here.")
    return Reading(tuple(listed), tuple(unknown))


def _require_one_digest(one: IndexEntry, digests: dict[tuple[str, str], bytes], where: str) -> None:
    """Raise `IndexUnavailable` when one name has two digests, even at two URLs: published files never change."""
    if one.sha256 is None:
        return
    first = digests.setdefault((one.build.release, one.file_name), one.sha256)
    if first != one.sha256:
        raise IndexUnavailable(
            f"{where} gives {one.file_name} two digests, {first.hex()} and {one.sha256.hex()}. It is damaged, or put "
            "together from parts that do not belong together: use another index."
        )


def _rows(text: str, where: str, directory: str) -> Iterator[Row]:
    first_line = text.partition("\n")[0].strip()
    if SUM_LINE.fullmatch(first_line):
        return rows_of_sums(text, where, directory)
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
    """Whether the first line is a record of the versions index, complete or truncated."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return '"artifacts"' in line
    return "artifacts" in record
