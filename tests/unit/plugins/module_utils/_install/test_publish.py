# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build made ready, seen in the store entry; what a whole run adds to it is in test__install."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download import digest as _digest
from ansible_collections.standalone.python.plugins.module_utils._errors import DigestMismatch, HealthError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install import publish as _prepare
from ansible_collections.standalone.python.plugins.module_utils._install.apply import Check
from ansible_collections.standalone.python.plugins.module_utils._install.report import Timings
from ansible_collections.standalone.python.plugins.module_utils._os.paths import Entry
from ansible_collections.standalone.python.plugins.module_utils._store import receipt as _receipts
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import MANIFEST, find_drift, parse
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Receipt, Settings
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec

RELEASE = "20260101"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / MINOR


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(str(path.parent / ".builds"))
    with store.locked():
        yield store


@pytest.fixture
def build(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", RELEASE)


def publish(path: Path, store: Store, build: FakeBuild, check: Check | None = None, **params: Any) -> Path:
    """The directory of the new entry."""
    wanted = spec(path, build, **params)
    assert wanted.asset
    return Path(store.entry_path(_prepare.publish(wanted, wanted.asset, store, Timings(), check).entry))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file capabilities")
def test_capabilities_are_those_of_the_unpacked_file(
    path: Path, store: Store, build: FakeBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new owner of its directory may put another program there meanwhile."""

    def exchange(directory: str, *_arguments: Any) -> None:
        interpreter = Path(directory, "bin", f"python{MINOR}")
        interpreter.rename(interpreter.with_name("moved"))
        interpreter.write_text("another program")

    monkeypatch.setattr(_prepare.ownership, "apply", exchange)
    entry = publish(path, store, build, owner="65534", capabilities=["cap_net_raw+ep"])
    found = {name: os.listxattr(entry / "bin" / name) for name in ("moved", f"python{MINOR}")}
    assert ["security.capability" in names for names in found.values()] == [True, False]


def test_the_receipt_shows_what_was_made_of_what(path: Path, store: Store, build: FakeBuild) -> None:
    entry = publish(path, store, build, group="0", externally_managed=False)
    receipt = _receipts.read(str(entry))
    files = [item for item in entry.rglob("*") if item.is_file() and not item.is_symlink() and item.parent != entry]
    assert receipt == Receipt(
        asset=Asset.from_dict(build.asset()),
        settings=Settings(str(path), externally_managed=False, group="0"),
        executables=tuple(f"bin/{name}" for name in (f"pip{MINOR}", "python", "python3", f"python{MINOR}")),
        files=len(files),
        size_bytes=sum(file.stat().st_size for file in files),
        installed_at=receipt.installed_at if receipt else "",
        manifest_sha256=hashlib.sha256((entry / MANIFEST).read_bytes()).hexdigest(),
        components=receipt.components if receipt else {},
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", receipt.installed_at)


@pytest.mark.parametrize("imports", [["ssl"], []])
def test_the_receipt_has_what_the_build_carries(path: Path, store: Store, tmp_path: Path, imports: list[str]) -> None:
    metadata = f"lib/python{MINOR}/site-packages/pip-26.2.1.dist-info/METADATA"
    build = fake_builds.make(tmp_path / "with pip", RELEASE, extra={metadata: "Name: pip\n"})
    receipt = _receipts.read(str(publish(path, store, build, health_imports=imports)))
    assert receipt
    assert receipt.components["pip"] == "26.2.1"
    assert receipt.components.get("sqlite") == (sqlite3.sqlite_version if imports else None)


@pytest.mark.parametrize("compile_bytecode", [False, True])
def test_the_manifest_shows_the_truth(path: Path, store: Store, build: FakeBuild, compile_bytecode: bool) -> None:
    entry = publish(path, store, build, compile_bytecode=compile_bytecode)
    entries = parse((entry / MANIFEST).read_text(), "manifest")
    assert not find_drift(str(entry), entries, trusted_until_ns=None)
    assert len(entries) == len([item for item in entry.rglob("*") if item.is_symlink() or item.is_file()]) - (
        2 + len(list(entry.rglob("*.pyc")))
    )


def test_the_content_is_checked_before_anything_in_it_changes(path: Path, store: Store, build: FakeBuild) -> None:
    seen: list[int] = []

    def check(entries: Mapping[str, Entry]) -> None:
        seen.append(entries["lib/pkgconfig/python3.pc"].size_bytes)
        raise StoreError("not this one")

    with pytest.raises(StoreError, match="not this one"):
        publish(path, store, build, check)
    assert seen == [len("prefix=/install\n")]
    assert store.entries() == ()


def test_an_archive_of_ones_own_stays_and_a_download_goes(path: Path, store: Store, build: FakeBuild) -> None:
    publish(path, store, build)
    publish(path, store, build, archive=None, mirror=[build.archive.parents[1].as_uri()])
    assert build.archive.exists()
    assert os.listdir(store.staging) == []
    assert store.entries() == (build.name, f"{build.name}.2")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to lose")
@pytest.mark.parametrize("owned", ["file", "directory"])
@pytest.mark.parametrize("is_exchanged", [False, True])
def test_what_another_user_exchanges_after_the_check_is_not_unpacked(
    path: Path, store: Store, build: FakeBuild, monkeypatch: pytest.MonkeyPatch, owned: str, *, is_exchanged: bool
) -> None:
    os.chown(build.archive if owned == "file" else build.archive.parent, 65534, 65534)
    others = fake_builds.make(path.parent / "theirs", RELEASE, interpreter="#!/bin/sh\nid >/tmp/root\n").archive
    verify = _digest.verify_file

    def verify_and_exchange(archive: str, sha256: str) -> int:
        size_bytes = verify(archive, sha256)
        if is_exchanged:
            shutil.copy(others, archive)
        return size_bytes

    monkeypatch.setattr(_digest, "verify_file", verify_and_exchange)
    if is_exchanged:
        with pytest.raises(DigestMismatch):
            publish(path, store, build)
    else:
        publish(path, store, build)
    assert store.entries() == (() if is_exchanged else (build.name,))
    assert build.archive.exists()
    assert os.listdir(store.staging) == []


def test_what_is_sick_is_never_published(path: Path, store: Store, tmp_path: Path) -> None:
    sick = fake_builds.make(tmp_path / "sick", RELEASE, interpreter="#!/bin/sh\nexit 1\n")
    with pytest.raises(HealthError):
        publish(path, store, sick)
    assert store.entries() == ()


def test_every_part_is_measured(path: Path, store: Store, build: FakeBuild) -> None:
    timings = Timings()
    wanted = spec(path, build, compile_bytecode=True)
    assert wanted.asset
    _prepare.publish(wanted, wanted.asset, store, timings)
    measured = {part for part, seconds in timings.as_dict().items() if seconds > 0}
    assert measured >= {"extract_s", "fixup_s", "health_s", "bytecode_s", "publish_s"}
    assert "download_s" not in measured
