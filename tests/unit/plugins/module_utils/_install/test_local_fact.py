# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local fact is brought up to date by whatever changes a path, in a directory that stands for the host."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._install import local_fact, rollback
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.receipts import asset, receipt

PATH, OTHER = "/opt/python/3.13", "/opt/python/3.12"
OF_OTHER = local_fact.entry(OTHER, asset("3.12.9", "20250212").build, {"openssl": "3.0.16"})
OF_PATH = local_fact.entry(PATH, asset().build, {"openssl": "3.0.16"})


@pytest.fixture
def fact(tmp_path: Path) -> Path:
    file = tmp_path / "image" / "etc" / "ansible" / "facts.d" / "standalone_python.fact"
    file.parent.mkdir(parents=True)
    return file


def refreshed(fact: Path, *, is_there: bool = True) -> str | None:
    root = TargetRoot(str(fact.parents[3]))
    store = Store(f"{os.path.dirname(PATH)}/.builds", root)
    return local_fact.refresh(PATH, receipt(components={"openssl": "3.0.16"}) if is_there else None, store)


def test_a_path_is_described_in_full() -> None:
    assert {
        "executable": f"{PATH}/bin/python3.13",
        "version": "3.13.5",
        "release": "20250723",
        "build": asset().build.name,
        "components": {"openssl": "3.0.16"},
    } == OF_PATH


@pytest.mark.parametrize(
    ("before", "is_there", "after"),
    [
        ({}, True, {PATH: OF_PATH}),
        ({OTHER: OF_OTHER}, True, {OTHER: OF_OTHER, PATH: OF_PATH}),
        ({OTHER: OF_OTHER, PATH: {"version": "3.13.4"}}, True, {OTHER: OF_OTHER, PATH: OF_PATH}),
        ({OTHER: OF_OTHER, PATH: OF_PATH}, False, {OTHER: OF_OTHER}),
        ({PATH: OF_PATH}, False, None),
    ],
)
def test_the_entry_of_the_path_follows(fact: Path, before: Any, is_there: bool, after: Any) -> None:
    fact.write_text(json.dumps({"paths": before}))
    assert refreshed(fact, is_there=is_there) is None
    assert (json.loads(fact.read_text())["paths"] if fact.exists() else None) == after
    assert after is None or fact.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in fact.parent.iterdir()] == ([fact.name] if after else [])


def test_a_path_of_a_store_that_the_role_does_not_have_is_left_out(fact: Path) -> None:
    root = fact.parents[3]
    fact.write_text(json.dumps({"paths": {"/srv/a": {}, "/srv/b": {}}}))
    for directory in ("srv/.builds/x", "opt/python"):
        (root / directory).mkdir(parents=True)
    os.symlink(".builds/x", root / "srv" / "a")
    assert refreshed(fact) is None
    assert set(json.loads(fact.read_text())["paths"]) == {"/srv/a", "/srv/b"}
    (root / "opt/python/.builds/x").mkdir(parents=True)
    os.symlink(".builds/x", root / "opt/python/3.12")
    fact.write_text(json.dumps({"paths": {"/srv/a": {}, "/opt/python/3.12": {}}}))
    assert refreshed(fact) is None
    assert set(json.loads(fact.read_text())["paths"]) == {"/srv/a", "/opt/python/3.12", PATH}


def test_a_listed_path_follows_whatever_its_store(fact: Path) -> None:
    root = fact.parents[3]
    (root / "srv/.builds/x").mkdir(parents=True)
    os.symlink(".builds/x", root / "srv" / "a")
    fact.write_text(json.dumps({"paths": {"/srv/a": {}, PATH: {}}}))
    assert refreshed(fact) is None
    assert json.loads(fact.read_text())["paths"] == {"/srv/a": {}, PATH: OF_PATH}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"paths": []}', '{"paths": 1}', "\x00"])
def test_a_damaged_file_is_written_again(fact: Path, text: str) -> None:
    fact.write_text(text)
    refreshed(fact)
    assert json.loads(fact.read_text()) == {"paths": {PATH: OF_PATH}}


def test_a_host_without_the_file_gets_none(fact: Path) -> None:
    assert refreshed(fact) is None
    assert not fact.exists()
    fact.symlink_to("/dev/null")
    assert refreshed(fact) is None
    assert fact.is_symlink()


def test_a_file_that_is_right_is_left_alone(fact: Path) -> None:
    fact.write_text(local_fact.rendered({PATH: OF_PATH}))
    os.utime(fact, (1, 1))
    refreshed(fact)
    assert fact.stat().st_mtime == 1


def test_one_of_a_newer_version_is_left_alone(fact: Path) -> None:
    newer = json.dumps({"format": 2, "paths": {PATH: OF_PATH}, "stores": []})
    fact.write_text(newer)
    assert refreshed(fact) == (
        f"The local fact {local_fact.FILE} still says what was at {PATH} before: {local_fact.FILE} is of format 2, "
        "which a newer version of standalone.python writes; this version reads format 1. Upgrade the collection on the "
        "controller."
    )
    assert fact.read_text() == newer


def test_one_that_cannot_be_written_is_a_warning(fact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(fact))

    fact.write_text('{"paths": {}}')
    monkeypatch.setattr(local_fact, "replace_file", refuse)
    warning = refreshed(fact)
    assert warning
    assert warning.startswith(f"The local fact {local_fact.FILE} still says what was at {PATH} before: ")


def test_installation_upgrade_rollback_and_removal(fact: Path, tmp_path: Path) -> None:
    old, new = (fake_builds.make(tmp_path / "mirror", release) for release in ("20260101", "20260201"))
    fact.write_text('{"paths": {}}')
    root = str(fact.parents[3])
    path = Path(f"/opt/python/{MINOR}")

    def install(build: FakeBuild | None, **params: Any) -> None:
        run(spec(path, build, root=root, **params))

    def releases() -> list[str]:
        return [found["release"] for found in json.loads(fact.read_text())["paths"].values()]

    install(old)
    assert releases() == ["20260101"]
    install(new)
    assert releases() == ["20260201"]
    params = {"from_build": "20260201", "reason": "", "paths": [str(path)], "stores": None, "root": root}
    rollback.run({**params, "lock_timeout": 1}, check_mode=False)
    assert releases() == ["20260101"]
    install(None, state="absent")
    assert not fact.exists()
