# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gc
import gzip
import hashlib
import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import zstd
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download import download
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    ArchiveNeeded,
    DigestMismatch,
    DownloadError,
    NoSource,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._install import publish as _publish
from ansible_collections.standalone.python.plugins.module_utils._install.fixups import Stage
from ansible_collections.standalone.python.plugins.module_utils._install.report import Timings
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.servers import serve, status

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
    wanted = spec(Path(store.directory).with_name("3"), build, **params)
    assert wanted.asset
    return _publish.unpacked(wanted, wanted.asset, store, timings or Timings())


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
def test_time_is_reported_for_what_was_done(
    store: Store, build: FakeBuild, source: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", count(0.0, 0.01).__next__)  # later at each look at the clock
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

    monkeypatch.setattr(download, "fetch", fetch)
    with pytest.raises(DownloadError, match="enough"):
        unpack(store, build, archive=None, mirror=mirror, asset={**build.asset(), "url": url}, timeout=7, **SECRETS)
    whole = UrlOptions.from_params({"timeout": 7, **SECRETS})
    assert asked == [whole if go_along else UrlOptions(timeout=7, use_netrc=False)]


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
def test_a_full_disk_is_reported_before_it_is_full(
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


class TestDelivery:
    """The host asks the controller for an archive that it may not or cannot fetch, and for no other reason."""

    @pytest.fixture(autouse=True)
    def no_proxies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)

    def test_push_asks_at_once(self, store: Store, build: FakeBuild) -> None:
        with pytest.raises(ArchiveNeeded) as caught:
            unpack(store, build, **mirror_of(build), delivery="push")
        assert str(caught.value) == f"The archive of {build.name} is needed, and is to come from the controller."
        assert caught.value.sha256 == build.sha256

    @pytest.mark.parametrize("delivery", ["push", "auto"])
    def test_an_archive_that_came_is_used(self, store: Store, build: FakeBuild, delivery: str) -> None:
        assert unpack(store, build, delivery=delivery).entries

    def test_auto_pulls_where_it_can(self, store: Store, build: FakeBuild) -> None:
        assert unpack(store, build, **mirror_of(build), delivery="auto").entries

    @pytest.mark.parametrize(
        "mirror", [["http://127.0.0.1:1"], ["http://no-such-host.invalid"], ["file:///nowhere"]], ids=str
    )
    def test_auto_asks_where_it_gets_nowhere(self, store: Store, build: FakeBuild, mirror: list[str]) -> None:
        with pytest.raises(ArchiveNeeded, match="The archive could not be downloaded. ") as caught:
            unpack(store, build, archive=None, mirror=mirror, delivery="auto")
        assert "delivery" not in str(caught.value)

    @pytest.mark.parametrize(("code", "error"), [(404, NoSource), (503, ArchiveNeeded)])
    def test_auto_accepts_a_refusal(self, store: Store, build: FakeBuild, code: int, error: type[Exception]) -> None:
        path = f"/{RELEASE}/{build.archive.name.replace('+', '%2B')}"
        with serve(script={path: status(code)}) as server, pytest.raises(error) as caught:
            unpack(store, build, archive=None, mirror=[server.url], delivery="auto")
        assert (type(caught.value), server.paths()) == (error, [path])

    def test_a_wrong_digest_is_final(self, store: Store, build: FakeBuild) -> None:
        build.archive.write_bytes(b"another")
        with pytest.raises(DigestMismatch):
            unpack(store, build, **mirror_of(build), delivery="auto")


class TestPackedAnew:
    """A copy that the controller repacked has its own digest, and holds one asset only."""

    def test_it_is_compared_with_its_own_digest(self, store: Store, build: FakeBuild) -> None:
        copy = build.archive.with_name("copy")
        copy.write_bytes(gzip.compress(gzip.decompress(build.archive.read_bytes()), compresslevel=9, mtime=1))
        digest = hashlib.sha256(copy.read_bytes()).hexdigest()
        given = unpack(store, build)
        assert unpack(store, build, archive=str(copy), checksum=digest).entries == given.entries
        with pytest.raises(DigestMismatch):
            unpack(store, build, archive=str(copy), checksum="0" * 64)

    def test_a_host_that_cannot_read_it_asks_for_the_published_one(
        self, store: Store, build: FakeBuild, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(zstd, "can_read", lambda: False)
        with pytest.raises(ArchiveNeeded, match="The archive of .* is needed as it was published.") as caught:
            unpack(store, build, archive=str(build.archive), checksum="1" * 64)
        assert caught.value.sha256 == build.sha256
        assert unpack(store, build, archive=str(build.archive), checksum=build.sha256).entries

    def test_it_is_not_taken_for_another_asset(self, store: Store, build: FakeBuild) -> None:
        wanted = spec(Path(store.directory).with_name("3"), build, checksum="1" * 64)
        other = fake_builds.make(build.archive.parents[1], "20260202")
        asset = Asset.from_dict(other.asset())
        assert wanted.asset
        assert (wanted.digest_of_archive(wanted.asset), wanted.digest_of_archive(asset)) == ("1" * 64, other.sha256)
