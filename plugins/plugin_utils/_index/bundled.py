# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue bundled with the collection: its file format, written at a release and read without a network.

The file `bundled_catalog.dat` beside this one holds, in this order:

* one line of JSON, the header;
* the names, deflated: for each name without its tag one line, `cpython-3.13.5+-x86_64-….tar.gz 20250723 20250807`,
  where the words after the name are its releases, and each tag is put back after the `+` (names from before 2022 have a
  time stamp and no `+`);
* the SHA-256 digests of all names in that order, 32 raw bytes each. They are most of the file, since digests do not
  compress.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import day_of
from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

BUNDLED_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_catalog.dat")
_FORMAT = 1
_DIGEST_BYTES = 32
_MOST_HEADER_BYTES = 1024
_MOST_NAMES_BYTES = 64 * 1024 * 1024  # twenty times those of 2026
_DAMAGED = "The bundled catalogue is damaged; reinstall the collection."


class PublicFile(NamedTuple):
    """A file of a public release. `sha256` is 32 raw bytes."""

    release: str
    file_name: str
    sha256: bytes


class Header(NamedTuple):
    """The header of a bundled catalogue. `newest_release` is a tag, and so a date."""

    format: int
    newest_release: str
    files: int
    names_bytes: int


def pack(files: Iterable[PublicFile]) -> bytes:
    """The bytes of a catalogue of these files; the same files in any order give the same bytes."""
    groups: dict[str, list[PublicFile]] = {}
    for file in sorted(files):
        groups.setdefault(file.file_name.replace(f"+{file.release}-", "+-", 1), []).append(file)
    ordered = sorted(groups.items())
    lines = [" ".join((name, *(file.release for file in group))) for name, group in ordered]
    names = zlib.compress("\n".join(lines).encode("ascii"), 9)
    digests = [file.sha256 for _name, group in ordered for file in group]
    newest = max(file.release for group in groups.values() for file in group)
    header = Header(format=_FORMAT, newest_release=newest, files=len(digests), names_bytes=len(names))
    return json.dumps(header._asdict()).encode("ascii") + b"\n" + names + b"".join(digests)


@lru_cache(maxsize=1)
def newest_bundled_release() -> str | None:
    """The newest release of the catalogue bundled with the collection; None when the file is damaged."""
    try:
        with open(BUNDLED_PATH, "rb") as file:
            newest = _header(file.readline(_MOST_HEADER_BYTES))[0].newest_release
    except (OSError, IndexUnavailable):
        return None
    return newest if day_of(newest) else None


def unpack(content: bytes) -> Iterator[PublicFile]:
    """The files of a catalogue. Raises `IndexUnavailable` when it is damaged or of another format."""
    header, start = _header(content)
    digests_start = start + header.names_bytes
    if (
        header.format != _FORMAT
        or header.names_bytes < 0
        or len(content) != digests_start + header.files * _DIGEST_BYTES
    ):
        raise IndexUnavailable(_DAMAGED)
    position = digests_start
    for line in _names(content[start:digests_start]):
        name, *releases = line.split(" ")
        for release in releases:
            if position + _DIGEST_BYTES > len(content):
                raise IndexUnavailable(_DAMAGED)
            digest = content[position : position + _DIGEST_BYTES]
            yield PublicFile(release, name.replace("+-", f"+{release}-", 1), digest)
            position += _DIGEST_BYTES
    if position != len(content):
        raise IndexUnavailable(_DAMAGED)


def _header(content: bytes) -> tuple[Header, int]:
    """The header, and the offset of what follows it."""
    line, _newline, _rest = content.partition(b"\n")
    try:
        fields = Fields(json.loads(line), "The bundled catalogue", IndexUnavailable)
    except (ValueError, RecursionError) as error:
        raise IndexUnavailable(_DAMAGED) from error
    header = Header(
        format=fields.number("format"),
        newest_release=fields.text("newest_release"),
        files=fields.number("files"),
        names_bytes=fields.number("names_bytes"),
    )
    return header, len(line) + 1


def _names(deflated: bytes) -> list[str]:
    try:
        inflater = zlib.decompressobj()
        names = inflater.decompress(deflated, _MOST_NAMES_BYTES)
        if not inflater.eof:
            raise IndexUnavailable(_DAMAGED)
        return names.decode("ascii").splitlines()
    except (zlib.error, ValueError) as error:
        raise IndexUnavailable(_DAMAGED) from error
