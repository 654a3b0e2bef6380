# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files of a store or a mirror: paths work, nothing that is needed or foreign is removed, errors are ours."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install import apply as _apply
from ansible_collections.standalone.python.plugins.module_utils._install import rollback
from ansible_collections.standalone.python.plugins.module_utils._install.confirm import confirm
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.module_utils._store import history
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.inventory import describe
from tests.support.fuzzing import costly
from tests.support.mirror_specs import fill_source, place_of
from tests.support.mutations import mutated_bytes, mutated_json
from tests.support.receipts import asset, make_entry, receipt

OLD, NEW, OTHER = asset("3.13.4", "20250610"), asset("3.13.5", "20250723"), asset("3.12.9", "20250212")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NOWHERE = "file:///dev/null"


@dataclass(frozen=True)
class Host:
    """A store with two builds of one path, and one of another; a copy to begin with; and a foreign file."""

    root: Path
    copy: Path

    @property
    def path(self) -> Path:
        return self.root / "python" / "3.13"

    @property
    def other(self) -> Path:
        return self.root / "python" / "3.12"

    @property
    def store(self) -> Path:
        return self.root / "python" / ".builds"

    @property
    def files(self) -> dict[str, Path]:
        return {
            "root": self.store / ".roots" / history.file_name(str(self.path)),
            "root of another": self.store / ".roots" / history.file_name(str(self.other)),
            "receipt": self.store / NEW.build.name / ".build.json",
            "receipt of the build before": self.store / OLD.build.name / ".build.json",
            "manifest": self.store / NEW.build.name / ".build.manifest",
        }

    def begin(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.copy, self.root, symlinks=True)

    def builds(self) -> set[str]:
        return {item.name for item in self.store.iterdir() if not item.name.startswith(".")}

    def works(self, path: Path) -> bool:
        return all((path / name).exists() for name in ("bin/python3", "lib/python3.13/os.py", ".build.json"))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    directory = tmp_path_factory.mktemp("metadata")
    host = Host(directory / "host", directory / "copy")
    for path, builds in ((host.path, (NEW, OLD)), (host.other, (OTHER,))):
        for build in builds:
            make_entry(host.store, build.build.name, receipt(str(path), build, {"openssl": "3.5.6", "pip": "25.2"}))
        path.symlink_to(f".builds/{builds[0].build.name}")
        uses = tuple(HistoryEntry(build.build.name, "2026-01-01T00:00:00Z") for build in builds)
        before = OLD.build.name if path == host.path else None
        history.write(str(host.store), PathHistory(str(path), 1, uses, before))
    (host.root / "precious").mkdir()
    (host.root / "precious" / "file").touch()
    shutil.copytree(host.root, host.copy, symlinks=True)
    return host


def spec(path: Path, **params: Any) -> InstallSpec:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    given_ = {"path": str(path), "mirror": [NOWHERE], "compile_bytecode": False, "health_imports": [], **params}
    return InstallSpec.from_params({**defaults, **given_})


def go_back(host: Host) -> None:
    for one in rollback.way_back(str(host.store), from_build=rollback.ANY).specs:
        _apply.run(one)


ACTIONS: dict[str, Callable[[Host], object]] = {
    "stay": lambda host: run(spec(host.path, asset=NEW.as_dict(), keep=0)),
    "look closely": lambda host: run(spec(host.path, asset=NEW.as_dict(), keep=0, verify="full")),
    "only look": lambda host: run(spec(host.path, asset=OLD.as_dict(), keep=0), check_mode=True),
    "switch": lambda host: run(spec(host.path, asset=OLD.as_dict(), keep=0)),
    "switch another": lambda host: run(spec(host.other, asset=OTHER.as_dict(), keep=0, verify="full")),
    "go back": go_back,
    "confirm": lambda host: confirm(str(host.store)),
    "list": lambda host: describe(str(host.store), verify="full"),
}


def try_all(host: Host, action: str) -> None:
    try:
        ACTIONS[action](host)
    except StandaloneError:
        pass
    assert host.works(host.path)
    assert host.works(host.other)
    assert (host.root / "precious" / "file").exists()


def said(content: bytes) -> Any:
    """What a JSON file says, times apart; None for what is no JSON."""
    try:
        return json.loads(TIMESTAMP.sub("", content.decode()))
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize("name", ["root", "root of another", "receipt", "receipt of the build before"])
@costly(6)
@given(data=st.data(), action=st.sampled_from(list(ACTIONS)))
def test_bytes_of_a_json_file(host: Host, name: str, data: st.DataObject, action: str) -> None:
    """Whatever the damage is, the seal shows it, so no build goes."""
    host.begin()
    file, before = host.files[name], host.builds()
    whole = file.read_bytes()
    file.write_bytes(data.draw(mutated_bytes(whole)))
    is_damaged = said(file.read_bytes()) != said(whole)
    try_all(host, action)
    assert not is_damaged or before <= host.builds()


@pytest.mark.parametrize("name", ["root", "root of another", "receipt", "receipt of the build before"])
@costly(6)
@given(data=st.data(), action=st.sampled_from(list(ACTIONS)))
def test_fields_of_a_json_file_without_its_seal(host: Host, name: str, data: st.DataObject, action: str) -> None:
    host.begin()
    file = host.files[name]
    content = json.loads(file.read_text())
    del content["seal"]
    file.write_text(json.dumps(data.draw(mutated_json(content))))
    try_all(host, action)


@costly(6)
@given(data=st.data(), action=st.sampled_from(list(ACTIONS)))
def test_bytes_of_a_manifest(host: Host, data: st.DataObject, action: str) -> None:
    host.begin()
    file = host.files["manifest"]
    file.write_bytes(data.draw(mutated_bytes(file.read_bytes())))
    try_all(host, action)


@costly(6)
@given(data=st.data(), action=st.sampled_from(list(ACTIONS)))
def test_files_that_change_places(host: Host, data: st.DataObject, action: str) -> None:
    """As a restored backup may have them."""
    host.begin()
    before = host.builds()
    names = st.sampled_from(["root", "root of another", "receipt", "receipt of the build before"])
    source, target = host.files[data.draw(names)], host.files[data.draw(names)]
    content = source.read_bytes()
    is_damaged = content != target.read_bytes()
    target.write_bytes(content)
    try_all(host, action)
    assert not is_damaged or before <= host.builds()


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[dict[str, Any]]]:
    """A synced mirror of two archives beside a foreign file, a copy of it to begin with, and the assets."""
    directory = tmp_path_factory.mktemp("mirror")
    source = directory / "source"
    assets = fill_source(source, ("20260101", "20260201"), size_bytes=100)
    sync(directory / "mirror", source, assets)
    (directory / "mirror" / "20260101" / "mine.tar.gz").touch()
    shutil.copytree(directory / "mirror", directory / "copy")
    return directory / "mirror", directory / "copy", assets


def sync(mirror: Path, source: Path, assets: list[dict[str, Any]], **params: Any) -> None:
    defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
    given_ = {**defaults, "path": str(mirror), "assets": assets, "mirror": [source.as_uri()], **params}
    apply.run(MirrorSpec.from_params(given_))


@costly(6)
@given(data=st.data(), seal=st.booleans(), state=st.sampled_from(["present", "absent"]))
def test_the_receipt_of_a_mirror(
    mirror: tuple[Path, Path, list[dict[str, Any]]], data: st.DataObject, seal: bool, state: str
) -> None:
    path, copy, assets = mirror
    if path.exists():
        shutil.rmtree(path)
    shutil.copytree(copy, path)
    file = path / ".mirror" / "receipt.json"
    content = json.loads(file.read_text())
    if not seal:
        del content["seal"]
    forged = mutated_json(content).map(lambda value: json.dumps(value).encode())
    damaged = data.draw(mutated_bytes(file.read_bytes()) if seal else forged)
    is_damaged = said(damaged) != said(file.read_bytes())
    file.write_bytes(damaged)
    wanted, unwanted = assets[:1], assets[-1]
    try:
        sync(path, copy.parent / "source", wanted if state == "present" else [], state=state)
    except StandaloneError:
        pass
    assert (path / "20260101" / "mine.tar.gz").exists()
    if seal and is_damaged:
        assert all((path / place_of(one)).exists() for one in (*wanted, unwanted))
