# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the catalogue that comes with the collection from indexes; each release of the collection renews it.

    .venv/bin/python tables/make_bundled_catalog.py bundled \
        https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson

Each argument is an index as the option `index` takes it, or a gzipped table of names with a line of headings, of which
`filename`, `url` and `sha256` are used. `bundled` keeps what the catalogue has already: that is how the files of before
2022, which the public index does not list, stay in it.
"""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collection"))

from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http.fetch import Validators, fetch
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address
from ansible_collections.standalone.python.plugins.plugin_utils._index.bundled import BUNDLED_PATH, PublicFile, pack
from ansible_collections.standalone.python.plugins.plugin_utils._index.entry import IndexEntry
from ansible_collections.standalone.python.plugins.plugin_utils._index.formats import Reading, read_bundled, read_index

_GZIP = b"\x1f\x8b"


def main(sources: list[str]) -> None:
    if not sources:
        sys.exit(__doc__)
    files: dict[str, PublicFile] = {}
    left_out: list[str] = []
    for reading in map(_reading, sources):
        left_out += reading.unknown
        for listed in reading.listed:
            if listed.own_url is not None or listed.sha256 is None:
                left_out.append(listed.file_name)
                continue
            file = PublicFile(release=listed.build.release, file_name=listed.file_name, sha256=listed.sha256)
            if files.setdefault(file.file_name, file) != file:
                sys.exit(f"Two sources contradict each other about {file.file_name}. Find out which is right.")
    content = pack(files.values())
    Path(BUNDLED_PATH).write_bytes(content)
    print(f"{len(files)} files, {len(content)} bytes in {BUNDLED_PATH}")
    print(f"{len(left_out)} left out: not public, without digest, or no name that is known. {', '.join(left_out[:5])}")


def _reading(source: str) -> Reading:
    address = Address.parse(source)
    content = _content(address)
    if address.kind == "bundled":
        return read_bundled(content)
    if content.startswith(_GZIP):
        return _reading_of_table(content)
    return read_index(content, where=source, directory=address.directory)


def _content(address: Address) -> bytes:
    if address.kind != "http":
        return Path(address.location).read_bytes()
    document = fetch(address.location, options=UrlOptions(), validators=Validators())
    if document is None:
        sys.exit(f"{address} gave no content.")
    return document.body


def _reading_of_table(content: bytes) -> Reading:
    lines = gzip.decompress(content).decode("ascii").splitlines()
    rows = csv.DictReader(lines, delimiter="\t")
    listed = tuple(IndexEntry.from_url(row["url"], bytes.fromhex(row["sha256"]) or None) for row in rows)
    return Reading(listed, unknown=())


if __name__ == "__main__":
    main(sys.argv[1:])
