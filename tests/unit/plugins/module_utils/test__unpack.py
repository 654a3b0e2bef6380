# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils import _download, _unpack
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    DigestMismatch,
    DownloadError,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._fixups import Stage
from ansible_collections.standalone.python.plugins.module_utils._store import Store
from ansible_collections.standalone.python.plugins.module_utils._timings import Timings
from ansible_collections.standalone.python.plugins.module_utils._url_options import UrlOptions
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.unit.orders import order

RELEASE = "20260101"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(str(tmp_path / ".builds"))
    with store.locked():
        yield store


@pytest.fixture
def build(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", RELEASE)


def unpack(store: Store, build: FakeBuild, timings: Timings | None = None, **params: Any) -> Stage:
    wanted = order(Path(store.directory).with_name("3"), build, **params)
    assert wanted.asset
    return _unpack.unpacked(wanted, wanted.asset, store, timings or Timings())


def mirror_of(build: FakeBuild) -> dict[str, Any]:
    return {"archive": None, "mirror": [build.archive.parents[1].as_uri()]}


def staged(store: Store) -> list[str]:
    return os.listdir(store.staging) if os.path.isdir(store.staging) else []


def test_fetched_or_given_the_content_is_the_same(store: Store, build: FakeBuild) -> None:
    given, fetched = unpack(store, build), unpack(store, build, **mirror_of(build))
    assert given.entries == fetched.entries
    assert fetched.read("lib/pkgconfig/python3.pc") == "prefix=/install\n"
    assert sorted(staged(store)) == sorted(os.path.basename(stage.directory) for stage in (given, fetched))


@pytest.mark.parametrize(("source", "part"), [("given", "verify_s"), ("fetched", "download_s")])
def test_time_is_told_for_what_was_done(store: Store, build: FakeBuild, source: str, part: str) -> None:
    timings = Timings()
    unpack(store, build, timings, **(mirror_of(build) if source == "fetched" else {}))
    other = ({"verify_s", "download_s"} - {part}).pop()
    assert timings.as_dict()[part] > 0
    assert timings.as_dict()[other] == 0


@pytest.mark.parametrize("source", ["given", "fetched"])
def test_another_content_is_refused_before_anything_is_written(store: Store, build: FakeBuild, source: str) -> None:
    build.archive.write_bytes(build.archive.read_bytes() + b"\0")
    with pytest.raises(DigestMismatch):
        unpack(store, build, **(mirror_of(build) if source == "fetched" else {}))
    assert [name for name in staged(store) if not name.endswith(".part")] == []


SECRETS = {"url_username": "me", "url_password": "s3cret", "headers": {"X-Token": "s3cret"}, "client_cert": "/c.pem"}
PUBLIC = "https://github.com/astral-sh/python-build-standalone/releases/download/20260101/a.tar.gz"


@pytest.mark.parametrize(
    ("url", "mirror", "go_along"),
    [
        (PUBLIC, [], False),
        (PUBLIC, ["https://mirror.example.com"], True),
        ("https://own.example.com/20260101/a.tar.gz", [], True),
    ],
)
def test_credentials_are_not_for_public_servers(
    store: Store, build: FakeBuild, monkeypatch: pytest.MonkeyPatch, url: str, mirror: list[str], go_along: bool
) -> None:
    asked: list[UrlOptions] = []

    def fetch(_urls: Any, *, options: UrlOptions, **_rest: Any) -> None:
        asked.append(options)
        raise DownloadError("enough")

    monkeypatch.setattr(_download, "fetch", fetch)
    with pytest.raises(DownloadError, match="enough"):
        unpack(store, build, archive=None, mirror=mirror, asset={**build.asset(), "url": url}, timeout=7, **SECRETS)
    whole = UrlOptions.from_params({"timeout": 7, **SECRETS})
    assert asked == [whole if go_along else UrlOptions(timeout=7)]


def test_an_archive_that_is_gone_is_named(store: Store, build: FakeBuild) -> None:
    build.archive.unlink()
    with pytest.raises(DownloadError) as caught:
        unpack(store, build)
    assert str(caught.value) == (
        f"The archive {build.archive} cannot be read on this host: No such file or directory. Put it there, or correct "
        "`archive`."
    )


def test_what_came_from_a_local_archive_cannot_be_fetched_again(store: Store, build: FakeBuild) -> None:
    with pytest.raises(StoreError) as caught:
        unpack(store, build, archive=None, asset={**build.asset(), "url": ""})
    assert str(caught.value) == (
        f"{build.name} was installed from a local archive, and there is no address to fetch it from again. "
        "Give `archive` and `checksum` as when it was installed."
    )


@pytest.mark.parametrize("source", ["given", "fetched"])
def test_a_full_disk_is_told_before_it_is_full(
    store: Store, build: FakeBuild, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda directory: SimpleNamespace(f_bavail=0, f_frsize=4096))
    with pytest.raises(StoreError, match="There is not enough space in .*: the build needs about 1 MB, and 0 MB are"):
        unpack(store, build, **(mirror_of(build) if source == "fetched" else {}))
    for name in staged(store):
        where = os.path.join(store.staging, name)
        assert (os.listdir(where) == []) if os.path.isdir(where) else (os.stat(where).st_size == 0)


def test_an_archive_that_is_none_is_refused(store: Store, tmp_path: Path, build: FakeBuild) -> None:
    with pytest.raises(ArchiveError, match="is not usable"):
        unpack(store, fake_builds.make(tmp_path / "odd", RELEASE, extra={"../up": ""}))


@pytest.mark.parametrize("enabled", [True, False])
def test_the_callers_garbage_collection_comes_back(store: Store, tmp_path: Path, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        unpack(store, fake_builds.make(tmp_path / "mirror", RELEASE))
        with pytest.raises(ArchiveError):
            unpack(store, fake_builds.make(tmp_path / "odd", RELEASE, extra={"../up": ""}))
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_the_build_is_whole(store: Store, build: FakeBuild) -> None:
    stage = unpack(store, build)
    assert f"bin/python{MINOR}" in stage.entries
    assert sorted(os.listdir(stage.directory)) == ["bin", "lib"]
