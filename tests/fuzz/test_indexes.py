# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Index documents of every kind: a damaged or forged one gives builds with whole digests, or one of our errors."""

from __future__ import annotations

import json
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import day_of
from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.plugin_utils._index.bundled import PublicFile, pack
from ansible_collections.standalone.python.plugins.plugin_utils._index.formats import Reading, read_bundled, read_index
from tests.support.index_documents import artifact, digest_of, record, sums, uv_catalogue, uv_entry, versions_index
from tests.support.mutations import mutated_bytes, mutated_json

GNU = "x86_64-unknown-linux-gnu"
NAMES = (
    f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.14.0rc1+20250818-{GNU}-freethreaded+pgo+lto-full.tar.zst",
    f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst",
)
WHERE = "The index /index"
RECORD = json.loads(record(*map(artifact, NAMES)))
CATALOGUE = json.loads(uv_catalogue(map(uv_entry, NAMES)))
BUNDLED = pack(PublicFile("20250723", name, bytes.fromhex(digest_of(name))) for name in NAMES)
NESTED = st.sampled_from(["[", '{"a":', '{"artifacts":[', "[{}", '"'])


def require_sound(reading: Reading) -> None:
    """Whatever a document says, what is read from it is a build with a name, a release and a digest, or none at all."""
    assert reading.listed
    for listed in reading.listed:
        assert listed.sha256 is None or len(listed.sha256) == 32
        assert day_of(listed.build.release)
        assert re.fullmatch(r"[A-Za-z0-9._+-]+\.tar\.(gz|zst)", listed.file_name)
        assert re.match(r"(https?|file)://", listed.url)


def read_or_refuse(content: bytes) -> None:
    try:
        reading = read_index(content, where=WHERE, directory="20250723")
    except IndexUnavailable:
        pass
    else:
        require_sound(reading)


@given(mutated_bytes(versions_index(*NAMES), uv_catalogue(map(uv_entry, NAMES)), sums(*NAMES)))
def test_a_document_that_is_damaged_as_bytes(content: bytes) -> None:
    read_or_refuse(content)


@given(mutated_json(RECORD))
def test_a_versions_index_with_other_values(document: object) -> None:
    read_or_refuse(f"{json.dumps(document)}\n{json.dumps(RECORD)}\n".encode())
    read_or_refuse(f"{json.dumps(RECORD)}\n{json.dumps(document)}\n".encode())


@given(mutated_json(CATALOGUE))
def test_a_uv_catalogue_with_other_values(document: object) -> None:
    read_or_refuse(json.dumps(document, indent=2).encode())


@given(NESTED, st.integers(1, 100_000))
def test_a_document_that_nests_without_end(piece: str, times: int) -> None:
    read_or_refuse((piece * times).encode())
    read_or_refuse((json.dumps(RECORD) + "\n" + piece * times).encode())


@given(mutated_bytes(BUNDLED))
def test_a_bundled_catalogue_that_is_damaged(content: bytes) -> None:
    try:
        require_sound(read_bundled(content))
    except IndexUnavailable:
        pass


@given(mutated_json(json.loads(BUNDLED.partition(b"\n")[0])))
def test_a_bundled_catalogue_with_another_header(header: object) -> None:
    try:
        require_sound(read_bundled(json.dumps(header).encode() + b"\n" + BUNDLED.partition(b"\n")[2]))
    except IndexUnavailable:
        pass


def test_a_bundled_catalogue_that_inflates_without_end() -> None:
    bomb = zlib.compress(bytes(100 * 1024 * 1024))
    header = {"format": 1, "newest_release": "20250723", "files": 0, "names_bytes": len(bomb)}
    with pytest.raises(IndexUnavailable, match="damaged"):
        read_bundled(json.dumps(header).encode() + b"\n" + bomb)
