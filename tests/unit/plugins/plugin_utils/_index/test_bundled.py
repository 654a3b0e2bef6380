# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of the bundled catalogue, and the one that the collection comes with."""

from __future__ import annotations

import json
import lzma
import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.plugin_utils._index.bundled import (
    BUNDLED_PATH,
    PublicFile,
    pack,
    unpack,
)
from ansible_collections.standalone.python.plugins.plugin_utils._index.formats import read_bundled

EVERY_NAME = Path(__file__).parents[3] / "data" / "asset-names.txt.xz"
MEGABYTE = 1000 * 1000

FILES = [
    PublicFile("20250723", "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst", b"a" * 32),
    PublicFile("20250807", "cpython-3.13.5+20250807-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst", b"b" * 32),
    PublicFile("20210415", "cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210414T1515.tar.zst", b"\n" * 32),
]


def test_what_is_packed_comes_out_again() -> None:
    assert sorted(unpack(pack(FILES))) == sorted(FILES)


def test_the_order_of_the_sources_does_not_matter() -> None:
    assert pack(FILES) == pack(reversed(FILES))


def test_the_header_can_be_read_by_eye() -> None:
    header = json.loads(pack(FILES).partition(b"\n")[0])
    assert (header["format"], header["newest_release"], header["files"]) == (1, "20250807", 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json\n",
        b"[]\n",
        pack(FILES)[:-1],
        pack(FILES).replace(b'"format": 1', b'"format": 2'),
        pack(FILES).replace(b'"files": 3', b'"files": 4') + b"c" * 32,
        pack(FILES)[:100] + b"x" + pack(FILES)[101:],
    ],
    ids=["empty", "no-json", "no-object", "short", "format", "count", "names"],
)
def test_a_damaged_catalogue_is_refused(content: bytes) -> None:
    with pytest.raises(IndexUnavailable, match="The bundled catalogue is damaged"):
        list(unpack(content))


def test_the_collection_comes_with_every_public_build() -> None:
    """All names that are known, but for a few of the oldest and newest releases whose digests are not."""
    reading = read_bundled(Path(BUNDLED_PATH).read_bytes())
    bundled = {listed.file_name for listed in reading.listed}
    known = {word for word in lzma.decompress(EVERY_NAME.read_bytes()).decode().split() if word.startswith("cpython-")}
    assert reading.unknown == ()
    assert len(bundled) == len(reading.listed) >= 27_152
    assert len(known - bundled) <= 617


def test_the_collection_stays_small() -> None:
    assert os.path.getsize(BUNDLED_PATH) < 1.5 * MEGABYTE
