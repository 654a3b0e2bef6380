# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive of the cache, repacked: the same content, made once, kept and removed with the archive."""

from __future__ import annotations

import gzip
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the cache of archives is the controller's")
pytest.importorskip("zstandard", reason="the controller packs with it")

import zstandard

from ansible_collections.standalone.python.plugins.plugin_utils._archives import recompress
from ansible_collections.standalone.python.plugins.plugin_utils._archives.content_cache import ContentCache
from ansible_collections.standalone.python.plugins.plugin_utils._archives.recompress import PackedArchive, recompressed

CONTENT = b"the same content " * 10_000


@pytest.fixture
def archive(tmp_path: Path) -> str:
    packed = gzip.compress(CONTENT, mtime=0)
    file = tmp_path / hashlib.sha256(packed).hexdigest()
    file.write_bytes(packed)
    return str(file)


def test_the_content_is_the_same(archive: str) -> None:
    packed = recompressed(archive, {}, may_make=True)
    copy = Path(packed.path).read_bytes()
    assert zstandard.ZstdDecompressor().decompress(copy) == CONTENT
    assert packed.sha256 == hashlib.sha256(copy).hexdigest()


def test_it_is_made_once(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = recompress._made
    monkeypatch.setattr(recompress, "_made", lambda path, cache: (made.append(path), make(path, cache))[1])
    with ThreadPoolExecutor(8) as pool:
        parcels = set(pool.map(lambda _worker: recompressed(archive, {}, may_make=True), range(8)))
    assert (len(parcels), made) == (1, [archive])


def test_it_is_used_by_users_that_may_not_make_one(archive: str) -> None:
    assert recompressed(archive, {}, may_make=False) == PackedArchive(archive)
    made = recompressed(archive, {}, may_make=True)
    assert recompressed(archive, {}, may_make=False) == made


def test_a_damaged_copy_is_made_again(archive: str) -> None:
    made = recompressed(archive, {}, may_make=True)
    Path(made.path).write_bytes(b"damaged")
    assert recompressed(archive, {}, may_make=False) == PackedArchive(archive)
    assert recompressed(archive, {}, may_make=True) == made


def test_it_goes_with_the_archive(archive: str, tmp_path: Path) -> None:
    recompressed(archive, {}, may_make=True)
    ContentCache(str(tmp_path), 0).make_room(0)
    assert [file.name for file in tmp_path.iterdir()] == [".lock"]


def test_what_is_no_gzip_stays_as_it_is(archive: str) -> None:
    Path(archive).write_bytes(zstandard.compress(CONTENT))
    assert recompressed(archive, {}, may_make=True) == PackedArchive(archive)


def test_without_the_library_the_archive_will_do(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert recompressed(archive, {}, may_make=True) == PackedArchive(archive)
