# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prepared copy of an archive in the cache: made once, kept and removed with the archive, or done without."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the cache of archives is the controller's")

from ansible_collections.standalone.python.plugins.module_utils._prepare import compress
from ansible_collections.standalone.python.plugins.plugin_utils._archives import prepared
from ansible_collections.standalone.python.plugins.plugin_utils._archives.content_cache import ContentCache
from ansible_collections.standalone.python.plugins.plugin_utils._archives.prepared import PackedArchive, prepared_copy
from tests.support import fake_builds
from tests.support.prepared_copies import members_of


@pytest.fixture
def archive(tmp_path: Path) -> str:
    build = fake_builds.make(tmp_path / "mirror", "20260101")
    file = tmp_path / "cache" / build.sha256
    file.parent.mkdir(0o700)
    shutil.copy(build.archive, file)
    return str(file)


def test_it_has_the_members_and_their_bytecode(archive: str) -> None:
    packed = prepared_copy(archive, {}, may_make=True)
    assert packed.prepared
    assert packed.prepared.sha256 == hashlib.sha256(Path(packed.path).read_bytes()).hexdigest()
    names = [member.info.name for member in members_of(Path(packed.path))]
    assert len([name for name in names if name.endswith(".pyc")]) == 3


def test_it_is_made_once(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = prepared._made
    monkeypatch.setattr(prepared, "_made", lambda path, cache: (made.append(path), make(path, cache))[1])
    with ThreadPoolExecutor(8) as pool:
        parcels = set(pool.map(lambda _worker: prepared_copy(archive, {}, may_make=True), range(8)))
    assert (len(parcels), made) == (1, [archive])


def test_it_is_used_by_those_that_may_not_make_one(archive: str) -> None:
    assert prepared_copy(archive, {}, may_make=False) == PackedArchive(archive)
    made = prepared_copy(archive, {}, may_make=True)
    assert prepared_copy(archive, {}, may_make=False) == made


def test_a_damaged_copy_is_made_again(archive: str) -> None:
    made = prepared_copy(archive, {}, may_make=True)
    Path(made.path).write_bytes(b"damaged")
    assert prepared_copy(archive, {}, may_make=False) == PackedArchive(archive)
    assert prepared_copy(archive, {}, may_make=True) == made


def test_it_goes_with_the_archive(archive: str) -> None:
    prepared_copy(archive, {}, may_make=True)
    directory = Path(archive).parent
    ContentCache(str(directory), 0).make_room(0)
    assert [file.name for file in directory.iterdir()] == [".lock"]


@pytest.mark.parametrize("content", [b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08 damaged"])
def test_what_no_copy_can_be_made_of_stays_as_it_is(archive: str, content: bytes) -> None:
    Path(archive).write_bytes(content)
    assert prepared_copy(archive, {}, may_make=True) == PackedArchive(archive)
    assert not list(Path(archive).parent.glob("*.part"))


def test_without_a_compressor_the_archive_will_do(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compress, "_MEANS", ())
    assert prepared_copy(archive, {}, may_make=True) == PackedArchive(archive)
