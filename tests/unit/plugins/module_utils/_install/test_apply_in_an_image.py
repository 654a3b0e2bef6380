# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders with `root`: a directory is the system, and two of them come out the same."""

from __future__ import annotations

import importlib.util
import marshal
import os
import shutil
import socket
import stat
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import HealthError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._os.timestamps import EPOCH_VARIABLE
from ansible_collections.standalone.python.plugins.module_utils._store.inventory import describe
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.images import everything, make_root, make_runnable_root
from tests.support.install_specs import spec

OLD = "20260101"
PATH = Path("/opt/python/3.13")
LIBRARY = f"lib/python{MINOR}"
PAST, FUTURE = "1000000000", "2147483647"  # in 2038, the last that every file system can hold

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root may change the root directory")


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EPOCH_VARIABLE, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "image"
    root.mkdir()
    return root


def build(root: Path, build: FakeBuild | None = None, *, path: Path = PATH, **params: Any) -> dict[str, Any]:
    return run(spec(path, build, root=str(root), **params))


def real(root: Path, path: Path = PATH) -> Path:
    return root / str(path).lstrip("/")


def test_all_is_below_the_root_and_speaks_of_the_final_place(root: Path, old: FakeBuild) -> None:
    result = build(root, old)
    assert os.readlink(real(root)) == f".builds/{old.name}"
    assert (result["path"], result["store"]) == (str(PATH), "/opt/python/.builds")
    assert result["executable"] == f"{PATH}/bin/python{MINOR}"
    assert f"'prefix': '{PATH}'" in (real(root) / LIBRARY / "_sysconfigdata__linux_.py").read_text()
    assert sorted(os.listdir(root)) == ["opt"]
    said = [item for item in root.rglob("*") if item.is_file() and str(root).encode() in item.read_bytes()]
    assert said == []


def test_nothing_shows_who_made_it(root: Path, old: FakeBuild) -> None:
    build(root, old, compile_bytecode=True)
    words = {str(root), str(root.parent), socket.gethostname(), f"build-{os.getpid()}"}
    content = b"".join(item.read_bytes() for item in root.rglob("*") if item.is_file())
    assert [word for word in words if word.encode() in content] == []


def test_two_runs_are_alike(tmp_path: Path, old: FakeBuild, new: FakeBuild) -> None:
    images = []
    for name in ("one", "two"):
        image = tmp_path / name
        image.mkdir()
        for each in (old, new):
            build(image, each, compile_bytecode=True)
        build(image, old, path=Path("/srv/app/python"), store="/srv/builds", compile_bytecode=True)
        images.append(everything(image))
        time.sleep(0.02)
    assert images[0] == images[1]
    assert any(name.endswith(".pyc") for name in images[0])


@pytest.mark.parametrize("epoch", ["", PAST, FUTURE])
def test_one_that_was_killed_is_alike_after_the_next_run(
    tmp_path: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, epoch)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for image in (whole, killed):
        image.mkdir()
    (killed / "opt/python/.builds/.staging/build-1-2").mkdir(parents=True)
    for image in (whole, killed):
        build(image, old)
    assert everything(whole) == everything(killed)


@pytest.mark.parametrize(("epoch", "date"), [(PAST, "2001-09-09T01:46:40Z"), (FUTURE, "2038-01-19T03:14:07Z")])
def test_the_variable_dates_all_of_it(
    root: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch, epoch: str, date: str
) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, epoch)
    build(root, old, compile_bytecode=True)
    assert {item.lstat().st_mtime for item in [root, *root.rglob("*")]} == {int(epoch)}
    texts = [(real(root) / ".build.json").read_text(), next(real(root).parent.glob(".builds/.roots/*")).read_text()]
    assert all(date in text for text in texts)
    before = everything(root)
    assert build(root, old)["changed"] is False
    assert everything(root) == before


def test_a_variable_that_is_no_time_is_reported_before_anything_is_changed(
    root: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, "tomorrow")
    with pytest.raises(StoreError, match="SOURCE_DATE_EPOCH is 'tomorrow'"):
        build(root, old)
    assert os.listdir(root) == []
    monkeypatch.delenv(EPOCH_VARIABLE)
    build(root, old)
    monkeypatch.setenv(EPOCH_VARIABLE, "9" * 30)
    with pytest.raises(StoreError, match="SOURCE_DATE_EPOCH is '999"):
        build(root, state="absent")
    assert real(root).exists()


def test_bytecode_is_checked_by_hash_and_names_the_final_place(root: Path, old: FakeBuild) -> None:
    build(root, old, compile_bytecode=True)
    source = real(root) / LIBRARY / "os.py"
    data = Path(importlib.util.cache_from_source(str(source), optimization="")).read_bytes()
    magic, flags = struct.unpack("<4sI", data[:8])
    assert (magic, flags) == (importlib.util.MAGIC_NUMBER, 0b11)  # by hash, compared at run time (PEP 552)
    assert data[8:16] == importlib.util.source_hash(source.read_bytes())
    assert marshal.loads(data[16:]).co_filename == f"{PATH}/{LIBRARY}/os.py"


class TestLaterRuns:
    def test_nothing_is_done_again(self, root: Path, old: FakeBuild) -> None:
        build(root, old)
        before = everything(root)
        shutil.rmtree(old.archive.parent)
        result = build(root, old)
        assert (result["changed"], result["health"]) == (False, None)
        assert everything(root) == before

    def test_a_change_is_found_by_its_time(self, root: Path, old: FakeBuild) -> None:
        build(root, old)
        file = real(root) / LIBRARY / "os.py"
        modified = file.stat().st_mtime_ns
        file.write_text("NAME = 'xs'\n")
        os.utime(file, ns=(modified, modified))  # which leaves its ctime
        result = build(root, old)
        assert result["drift"]["changed"] == [f"{LIBRARY}/os.py"]
        assert file.read_text() == "NAME = 'os'\n"

    def test_a_copy_is_inspected_once_and_stays_as_it_was(self, root: Path, old: FakeBuild) -> None:
        build(root, old)
        before = everything(root)
        time.sleep(0.05)
        (real(root) / LIBRARY / "os.py").chmod(0o644)  # a new ctime, as each file of a copy gets it
        time.sleep(0.05)
        for _unused in range(2):
            assert build(root, old)["changed"] is False
            assert everything(root) == before
        result = run(spec(PATH, old, root=str(root), verify="quick"), check_mode=True)
        assert result["changed"] is False

    def test_booted_it_is_inspected_once_and_nothing_else(self, tmp_path: Path, old: FakeBuild) -> None:
        """The path is below the test's folder, so that the image's place and its final place can be the same."""
        path, copy = tmp_path / "booted" / "python" / "3.13", tmp_path / "copy"
        copy.mkdir()
        build(copy, old, path=path)
        shutil.copytree(real(copy, path).parent, path.parent, symlinks=True)
        time.sleep(0.05)
        result = run(spec(path, old, archive=None))
        assert (result["changed"], result["drift"]) == (False, {"changed": [], "missing": [], "added": []})
        newest = (path / ".build.json").stat().st_mtime
        assert newest > time.time() - 60
        run(spec(path, old, archive=None))
        assert (path / ".build.json").stat().st_mtime == newest

    def test_builds_are_kept_and_pruned_and_removed(self, root: Path, old: FakeBuild, new: FakeBuild) -> None:
        build(root, old)
        build(root, new, keep=0)
        assert sorted(item.name for item in real(root).parent.glob(".builds/cpython*")) == [new.name]
        assert build(root, state="absent")["changed"] is True
        assert os.listdir(real(root).parent) == []
        assert build(root, state="absent")["changed"] is False


class TestLinksOfTheRoot:
    @pytest.mark.parametrize("target", ["/data", "data", "../../../../../../../../data"])
    def test_they_stay_in_it(self, root: Path, tmp_path: Path, old: FakeBuild, target: str) -> None:
        (root / "opt").symlink_to(target)
        build(root, old)
        assert (root / "data/python/3.13/bin/python").exists()
        assert not Path("/data").exists()
        assert build(root, old)["changed"] is False

    def test_a_store_elsewhere_is_reached_by_real_directories(self, root: Path, old: FakeBuild) -> None:
        (root / "opt").symlink_to("/var/deep/data")
        build(root, old, store="/srv/builds")
        assert os.readlink(root / "var/deep/data/python/3.13") == f"../../../../srv/builds/{old.name}"

    def test_a_path_that_leads_out_is_not_ours(self, root: Path, tmp_path: Path, old: FakeBuild) -> None:
        real(root).parent.mkdir(parents=True)
        real(root).symlink_to(tmp_path / "outside")
        with pytest.raises(StoreError, match="There is already something at /opt/python/3.13: a symbolic link to"):
            build(root, old)


class TestOwners:
    def test_they_are_those_of_the_image(self, root: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch) -> None:
        make_root(root)
        given = set()
        monkeypatch.setattr(os, "lchown", lambda path, user, group: given.add((user, group)))
        build(root, old, owner="app", group="apps")
        assert given == {(4321, 8765)}

    @pytest.mark.parametrize(("option", "kind"), [("owner", "user"), ("group", "group")])
    @pytest.mark.parametrize("name", ["nobody-there", "broken"])
    def test_unknown_ones_are_refused(self, root: Path, old: FakeBuild, option: str, kind: str, name: str) -> None:
        make_root(root)
        with pytest.raises(StoreError) as caught:
            build(root, old, **{option: name})
        assert str(caught.value) == f"There is no {kind} {name} in {root}. Create it first, or change `{option}`."

    def test_an_image_without_users_has_none(self, root: Path, old: FakeBuild) -> None:
        with pytest.raises(StoreError, match="There is no user root in"):
            build(root, old, owner="root")


class TestHealth:
    def test_on_the_running_system_it_is_passed(self, tmp_path: Path, old: FakeBuild) -> None:
        assert run(spec(tmp_path / "3.13", old))["health"] == {"result": "passed", "reason": None}

    def test_without_imports_it_is_not_run(self, tmp_path: Path, old: FakeBuild) -> None:
        reason = "There is nothing to try out: health_imports is empty."
        health = run(spec(tmp_path / "3.13", old, health_imports=[]))["health"]
        assert health == {"result": "not_run", "reason": reason}

    @needs_root
    def test_where_nothing_runs_it_is_not_run(self, root: Path, old: FakeBuild) -> None:
        reason = (
            f"The interpreter could not be started in {root} by this host: the loader of the C library that it names "
            "is missing (No such file or directory)."
        )
        assert build(root, old)["health"] == {"result": "not_run", "reason": reason}

    @needs_root
    def test_programs_of_another_machine_do_not_run(self, root: Path, tmp_path: Path) -> None:
        other = "\x7fELF not for any machine"
        foreign = fake_builds.make(tmp_path / "mirror", OLD, interpreter=other)
        health = build(root, foreign)["health"]
        assert health["result"] == "not_run"
        assert health["reason"].endswith("by this host: Exec format error.")

    @needs_root
    def test_nor_does_an_emulator_run_them_without_their_loader(self, root: Path, tmp_path: Path) -> None:
        make_runnable_root(root)
        words = "aarch64-binfmt-P: Could not open '/lib/ld-linux-aarch64.so.1': No such file or directory"
        answer = f'#!/bin/sh\necho "{words}" >&2\nexit 255\n'
        emulated = fake_builds.make(tmp_path / "mirror", OLD, interpreter=answer)
        health = build(root, emulated)["health"]
        assert (health["result"], f"is missing ({words})." in health["reason"]) == ("not_run", True)

    @pytest.mark.skipif(os.getuid() == 0, reason="root may change the root directory")
    def test_other_users_cannot_run_it(self, root: Path, old: FakeBuild) -> None:
        assert "only root may change the root directory" in build(root, old)["health"]["reason"]

    @needs_root
    def test_it_runs_in_the_root(self, root: Path, tmp_path: Path) -> None:
        make_runnable_root(root)
        answer = f"#!/bin/sh\n[ -d /etc ] && exit 1\necho {fake_builds.VERSION}\n"
        inside = fake_builds.make(tmp_path / "mirror", OLD, interpreter=answer)
        assert build(root, inside)["health"] == {"result": "passed", "reason": None}

    @needs_root
    def test_what_starts_there_has_to_work(self, root: Path, tmp_path: Path) -> None:
        make_runnable_root(root)
        sick = fake_builds.make(tmp_path / "mirror", OLD, interpreter="#!/bin/sh\necho no >&2; exit 1\n")
        with pytest.raises(HealthError, match=f"The new interpreter does not work in {root}: it cannot import"):
            build(root, sick)
        assert not real(root).exists()


def test_a_windows_build_is_laid_out_in_an_image_only(root: Path, tmp_path: Path) -> None:
    windows = fake_builds.make_for_windows(tmp_path / "mirror", OLD)
    result = build(root, windows, path=Path("/Python/3.13"), compile_bytecode=True)
    assert result["executable"] == "/Python/3.13/python.exe"
    assert result["executables"] == ["/Python/3.13/python.exe", "/Python/3.13/pythonw.exe"]
    assert result["health"]["result"] == "not_run"
    assert "/Python/3.13/python.exe -m venv" in (root / "Python/3.13/Lib/EXTERNALLY-MANAGED").read_text()
    assert build(root, windows, path=Path("/Python/3.13"))["changed"] is False
    with pytest.raises(Exception, match="a build for Windows has no bin folder"):
        run(spec(tmp_path / "here", windows))


def test_the_inventory_of_an_image(root: Path, old: FakeBuild) -> None:
    build(root, old)
    found = describe("/opt/python/.builds", verify="full", system=TargetRoot(str(root)))
    assert [(path["path"], path["store"]) for path in found["paths"]] == [(str(PATH), "/opt/python/.builds")]
    assert [(each["intact"], each["paths"]) for each in found["builds"]] == [(True, [str(PATH)])]


def test_modes_are_those_of_every_store(root: Path, old: FakeBuild) -> None:
    build(root, old)
    assert stat.S_IMODE((root / "opt/python/.builds").stat().st_mode) == 0o755
