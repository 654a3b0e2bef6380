# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An order carried out on this machine, seen from outside: what is at the path, in the store, and in the result."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    DigestMismatch,
    HealthError,
    StandaloneError,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._inspect import first_newer
from ansible_collections.standalone.python.plugins.module_utils._install import run
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.unit.orders import order

OLD, NEW, NEWEST = "20260101", "20260201", "20260301"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def old(mirror: Path) -> FakeBuild:
    return fake_builds.make(mirror, OLD)


@pytest.fixture
def new(mirror: Path) -> FakeBuild:
    return fake_builds.make(mirror, NEW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "opt" / "python" / MINOR


def store_of(path: Path) -> Path:
    return path.parent / ".builds"


def stored(path: Path) -> list[str]:
    return sorted(item.name for item in store_of(path).iterdir() if not item.name.startswith("."))


def litter(path: Path) -> list[str]:
    staging = store_of(path) / ".staging"
    beside = [item.name for item in path.parent.iterdir() if item.name not in (path.name, ".builds")]
    return beside + (os.listdir(staging) if staging.is_dir() else [])


def release_at(path: Path) -> str:
    return (path / "lib" / f"python{MINOR}" / "BUILD-NOTE").read_text().strip()


class TestInstall:
    def test_the_path_is_a_relative_link_to_a_working_build(self, path: Path, old: FakeBuild) -> None:
        result = run(order(path, old))
        assert os.readlink(path) == f".builds/{old.name}"
        assert subprocess.run([path / "bin" / "python", "-c", ""], check=False).returncode == 0
        assert (result["changed"], result["build"]["release"], result["previous"]) == (True, OLD, None)
        assert result["executable"] == f"{path}/bin/python{MINOR}"
        assert result["executables"] == [
            f"{path}/bin/{name}" for name in (f"pip{MINOR}", "python", "python3", f"python{MINOR}")
        ]
        assert result["diff"]["before"]["build"] is None
        assert result["diff"]["after"]["build"] == old.name
        assert result["timings"]["total_s"] >= result["timings"]["publish_s"] > 0
        assert litter(path) == []

    def test_a_second_run_changes_nothing(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        before = {item: item.lstat().st_mtime_ns for item in sorted(store_of(path).rglob("*"))}
        shutil.rmtree(old.archive.parent)
        result = run(order(path, old))
        assert result["changed"] is False
        assert result["diff"]["before"] == result["diff"]["after"]
        assert {item: item.lstat().st_mtime_ns for item in sorted(store_of(path).rglob("*"))} == before

    def test_fix_ups_are_for_the_path_and_not_for_the_store(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        library = path / "lib" / f"python{MINOR}"
        assert f"'prefix': '{path}'" in (library / "_sysconfigdata__linux_.py").read_text()
        assert (library / f"config-{MINOR}-x" / "Makefile").read_text() == f"prefix=\t{path}\n"
        assert (path / "lib" / "pkgconfig" / "python3.pc").read_text() == "prefix=${pcfiledir}/../..\n"
        assert f"{path}/bin/python3 -m venv" in (library / "EXTERNALLY-MANAGED").read_text()

    def test_modes_do_not_depend_on_the_umask(self, path: Path, old: FakeBuild) -> None:
        before = os.umask(0o077)
        try:
            run(order(path, old, compile_bytecode=True))
        finally:
            os.umask(before)
        for item in [path.parent, store_of(path), *store_of(path).rglob("*")]:
            if not item.is_symlink() and item.name != ".lock":
                executable = item.is_dir() or "bin" in item.parts
                assert (item, stat.S_IMODE(item.stat().st_mode)) == (item, 0o755 if executable else 0o644)

    def test_externally_managed_can_be_left_out(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old, externally_managed=False))
        assert not list(path.rglob("EXTERNALLY-MANAGED"))

    def test_bytecode_names_the_final_place_and_is_valid(self, path: Path, mirror: Path) -> None:
        source = f"lib/python{MINOR}/site-packages/sample.py"
        run(order(path, fake_builds.make(mirror, OLD, extra={source: "1\n"}), compile_bytecode=True))
        cached = list((path / source).parent.glob("__pycache__/sample.*.pyc"))
        assert f"{path}/{source}".encode() in cached[0].read_bytes()
        command = [str(path / "bin" / "python"), "-v", "-c", "import sample"]
        environment = {"PYTHONPATH": str((path / source).parent)}
        words = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr
        assert f"matches {path}/{source}" in words

    def test_bytecode_that_someone_packed_is_not_taken(self, path: Path, mirror: Path) -> None:
        stale = f"lib/python{MINOR}/__pycache__/os.cpython-39.pyc"
        run(order(path, fake_builds.make(mirror, OLD, extra={stale: "stale"})))
        assert os.listdir(path / "lib" / f"python{MINOR}" / "__pycache__") == []
        assert run(order(path, verify="full", name=MINOR))["changed"] is False

    def test_a_local_archive_is_left_alone(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old, archive=str(old.archive), mirror=["file:///nowhere"]))
        assert release_at(path) == OLD
        assert old.archive.exists()

    def test_two_paths_share_a_store_but_no_build(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        other = path.parent / "default"
        run(order(other, old))
        assert stored(path) == [old.name, f"{old.name}.2"]
        assert f"'prefix': '{other}'" in (other / f"lib/python{MINOR}/_sysconfigdata__linux_.py").read_text()


class TestUpgrade:
    def test_the_earlier_build_is_kept_to_go_back_to(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        result = run(order(path, new))
        assert (release_at(path), result["previous"]["release"]) == (NEW, OLD)
        shutil.rmtree(old.archive.parent)
        back = run(order(path, old))
        assert (release_at(path), back["changed"], back["timings"]["download_s"]) == (OLD, True, 0.0)
        assert stored(path) == [old.name, new.name]

    @pytest.mark.parametrize(("keep", "left"), [(0, [NEWEST]), (1, [NEW, NEWEST]), (2, [OLD, NEW, NEWEST])])
    def test_keep_counts_earlier_builds(self, path: Path, mirror: Path, keep: int, left: list[str]) -> None:
        builds = [fake_builds.make(mirror, release) for release in (OLD, NEW, NEWEST)]
        results = [run(order(path, build, keep=keep)) for build in builds]
        assert stored(path) == [build.name for build in builds if build.release in left]
        pruned = [name for result in results for name in result["pruned"]]
        assert pruned == [build.name for build in builds if build.release not in left]

    def test_lowering_keep_prunes_without_an_upgrade(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        run(order(path, new))
        foreseen = run(order(path, new, keep=0), check_mode=True)
        done = run(order(path, new, keep=0))
        assert foreseen["pruned"] == done["pruned"] == [old.name]
        assert foreseen["changed"] is done["changed"] is True
        assert run(order(path, new, keep=0))["changed"] is False

    def test_pruning_respects_other_paths(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        other = path.parent / "other"
        run(order(path, old))
        run(order(other, old))
        run(order(path, new, keep=0))
        assert release_at(other) == OLD
        assert stored(path) == [f"{old.name}.2", new.name]

    def test_pruning_respects_running_processes(self, path: Path, mirror: Path, new: FakeBuild) -> None:
        shutil.copy("/bin/sleep", mirror.parent / "sleep")
        old = fake_builds.make(mirror, OLD)
        run(order(path, old))
        program = path.resolve() / "bin" / "sleep"
        shutil.copy("/bin/sleep", program)
        process = subprocess.Popen([program, "60"])
        try:
            result = run(order(path, new, keep=0))
            assert result["pruned"] == []
            assert result["in_use"] == [{"build": old.name, "pids": [process.pid]}]
            assert stored(path) == [old.name, new.name]
        finally:
            process.kill()
            process.wait()
        assert run(order(path, new, keep=0))["pruned"] == [old.name]

    def test_other_settings_make_another_build(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        assert run(order(path, old, externally_managed=False))["changed"] is True
        assert os.readlink(path) == f".builds/{old.name}.2"


DAMAGE: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: (path / "lib" / f"python{MINOR}" / "os.py").write_text("NAME = 'xx'\n"),
    "missing": lambda path: (path / "bin" / "python3").unlink(),
    "added": lambda path: (path / "lib" / f"python{MINOR}" / "ssl.py").touch(),
}


class TestDrift:
    @pytest.mark.parametrize("verify", ["quick", "full"])
    @pytest.mark.parametrize("kind", DAMAGE)
    def test_drift_is_found_and_repaired(self, path: Path, old: FakeBuild, kind: str, verify: str) -> None:
        run(order(path, old))
        time.sleep(0.01)  # the kernel's clock for files ticks every few milliseconds
        DAMAGE[kind](path)
        foreseen = run(order(path, old, verify=verify), check_mode=True)
        done = run(order(path, old, verify=verify))
        for result in (foreseen, done):
            assert result["changed"] is True
            assert result["drift"][kind]
            assert result["diff"]["before"]["drift"] == result["drift"]
        assert run(order(path, old, verify="full"))["changed"] is False
        assert stored(path) == [f"{old.name}.2"]

    def test_new_times_are_no_drift_and_looked_at_once(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        (path / "lib" / f"python{MINOR}" / "os.py").touch()
        assert first_newer(os.path.realpath(path)) == f"lib/python{MINOR}/os.py"
        time.sleep(0.05)  # more than the tick that settling leaves out
        assert run(order(path, old))["changed"] is False
        assert first_newer(os.path.realpath(path)) is None

    def test_a_lost_manifest_is_drift(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        (path / ".build.manifest").unlink()
        assert run(order(path, old, verify="full"))["drift"]["missing"] == [".build.manifest"]
        assert run(order(path, old, verify="full"))["changed"] is False

    def test_a_damaged_receipt_means_a_new_installation(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        (path / ".build.json").write_text("{")
        assert run(order(path, old))["changed"] is True
        assert run(order(path, old))["changed"] is False
        assert stored(path) == [f"{old.name}.2"]

    def test_a_build_that_is_gone_is_installed_anew(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        shutil.rmtree(path.resolve())
        assert run(order(path, old))["changed"] is True
        assert release_at(path) == OLD

    def test_bytecode_is_no_drift(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        (path / "lib" / f"python{MINOR}" / "__pycache__" / "os.cpython-399.pyc").touch()
        assert run(order(path, old, verify="full"))["changed"] is False

    def test_what_pip_adds_is_no_drift_where_it_may(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old, externally_managed=False))
        packages = path / "lib" / f"python{MINOR}" / "site-packages"
        packages.mkdir()
        (packages / "added.py").touch()
        (path / "bin" / "added").touch()
        assert run(order(path, old, externally_managed=False, verify="full"))["changed"] is False

    def test_a_repair_never_goes_backwards(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        """The index may offer an older build than the installed one: a stale copy, or `min_age`."""
        run(order(path, new, archive=None, mirror=[new.archive.parents[1].as_uri()]))
        DAMAGE["missing"](path)
        params = {"name": MINOR, "state": "latest", "archive": None, "mirror": [new.archive.parents[1].as_uri()]}
        foreseen = run(order(path, old, verify="full", **params), check_mode=True)
        done = run(order(path, old, verify="full", **params))
        for result in (foreseen, done):
            assert (result["build"]["release"], result["previous"]) == (NEW, None)
        assert release_at(path) == NEW

    def test_verify_none_trusts(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        DAMAGE["changed"](path)
        assert run(order(path, old, verify="none"))["changed"] is False


class TestTrust:
    """What a user below root can change must not lead root astray."""

    @pytest.mark.parametrize("folder", [".staging", ".roots"])
    def test_a_planted_link_is_not_followed(self, path: Path, old: FakeBuild, tmp_path: Path, folder: str) -> None:
        (tmp_path / "victim").mkdir()
        (tmp_path / "victim" / "precious").touch()
        store_of(path).mkdir(parents=True)
        (store_of(path) / folder).symlink_to(tmp_path / "victim")
        with pytest.raises(StoreError, match="is a link or a file where a directory of the store belongs"):
            run(order(path, old))
        assert os.listdir(tmp_path / "victim") == ["precious"]

    def test_the_lock_is_nobody_elses_to_hold(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        assert stat.S_IMODE((store_of(path) / ".lock").stat().st_mode) == 0o600

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_the_owner_of_a_build_does_not_own_what_is_believed_of_it(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old, owner="1234"))
        owners = {name: (path / name).stat().st_uid for name in (".", ".build.json", ".build.manifest", "bin", "lib")}
        assert owners == {".": 0, ".build.json": 0, ".build.manifest": 0, "bin": 1234, "lib": 1234}
        assert run(order(path, old, owner="1234", verify="full"))["changed"] is False

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_a_changed_owner_is_drift(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        os.chown(path / "bin" / f"python{MINOR}", 1234, 0)
        assert run(order(path, old))["drift"]["changed"] == [f"bin/python{MINOR}"]
        assert run(order(path, old, verify="full"))["changed"] is False

    def test_a_damaged_root_of_another_path_stops_before_the_switch(
        self, path: Path, old: FakeBuild, new: FakeBuild
    ) -> None:
        run(order(path, old))
        (store_of(path) / ".roots" / "%2Fother").write_text("")
        with pytest.raises(StoreError, match="%2Fother is damaged"):
            run(order(path, new))
        assert release_at(path) == OLD

    def test_a_damaged_root_of_its_own_is_written_anew(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        next((store_of(path) / ".roots").iterdir()).write_text("")
        assert run(order(path, new))["changed"] is True
        assert run(order(path, new))["changed"] is False


class TestAbsent:
    def test_nothing_is_left(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        run(order(path, new))
        foreseen = run(order(path, state="absent"), check_mode=True)
        done = run(order(path, state="absent"))
        assert foreseen["changed"] is done["changed"] is True
        assert (done["build"], done["executable"], done["previous"]["release"]) == (None, None, NEW)
        assert done["pruned"] == [old.name, new.name]
        assert os.listdir(path.parent) == []
        assert run(order(path, state="absent"))["changed"] is False

    def test_where_nothing_ever_was_nothing_is_made(self, path: Path) -> None:
        assert run(order(path, state="absent"))["changed"] is False
        assert not path.parent.exists()

    def test_what_still_ran_then_goes_with_a_later_run(self, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        program = path.resolve() / "bin" / "sleep"
        shutil.copy("/bin/sleep", program)
        process = subprocess.Popen([program, "60"])
        try:
            first = run(order(path, state="absent"))
            second = run(order(path, state="absent"))
        finally:
            process.kill()
            process.wait()
        assert [(result["changed"], result["pruned"]) for result in (first, second)] == [(True, []), (False, [])]
        assert first["in_use"] == [{"build": old.name, "pids": [process.pid]}]
        assert run(order(path, state="absent"))["pruned"] == [old.name]
        assert os.listdir(path.parent) == []

    def test_what_another_path_uses_stays(self, path: Path, old: FakeBuild) -> None:
        other = path.parent / "other"
        run(order(path, old))
        run(order(other, old))
        run(order(path, state="absent"))
        assert release_at(other) == OLD


class TestFailure:
    """Each failure is one sentence, and the path stays as it was."""

    def failed(self, path: Path, *, build: FakeBuild, error: type[StandaloneError], **params: object) -> str:
        before = os.readlink(path)
        with pytest.raises(error) as caught:
            run(order(path, build, **params))
        assert os.readlink(path) == before
        assert litter(path) == []
        assert subprocess.run([path / "bin" / "python", "-c", ""], check=False).returncode == 0
        return str(caught.value)

    def test_an_unhealthy_interpreter(self, path: Path, mirror: Path, old: FakeBuild) -> None:
        run(order(path, old))
        sick = fake_builds.make(mirror, NEW, interpreter="#!/bin/sh\necho 'libssl.so.3 not found' >&2; exit 1\n")
        message = self.failed(path, build=sick, error=HealthError)
        assert "It said: libssl.so.3 not found" in message

    def test_health_can_be_waived(self, path: Path, mirror: Path) -> None:
        run(order(path, fake_builds.make(mirror, NEW, interpreter="#!/bin/sh\nexit 1\n"), health_imports=[]))
        assert release_at(path) == NEW

    def test_a_wrong_digest(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        new.archive.write_bytes(old.archive.read_bytes())
        assert new.sha256 in self.failed(path, build=new, error=DigestMismatch)
        assert new.sha256 in self.failed(path, build=new, error=DigestMismatch, archive=str(new.archive))

    def test_an_unknown_owner(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(order(path, old))
        message = self.failed(path, build=new, error=StoreError, owner="nobody-of-that-name")
        assert message == "There is no user nobody-of-that-name on this host. Create it first, or change `owner`."

    @pytest.mark.parametrize(
        ("without", "message"),
        [
            (f"bin/python{MINOR}", "The archive holds no interpreter (bin/pythonX.Y), so this host cannot use it."),
            (f"lib/python{MINOR}/os.py", "The archive holds no standard library (lib/pythonX.Y/os.py)"),
        ],
    )
    def test_no_python_in_the_archive(
        self, path: Path, mirror: Path, old: FakeBuild, without: str, message: str
    ) -> None:
        run(order(path, old))
        build = fake_builds.make(mirror, NEW, without=without)
        assert message in self.failed(path, build=build, error=ArchiveError)

    def test_a_parent_that_is_a_file(self, tmp_path: Path, old: FakeBuild) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="a part of that path is a file"):
            run(order(tmp_path / "file" / "3.13", old))


class TestAdopt:
    def unpack(self, path: Path, build: FakeBuild) -> None:
        path.mkdir(parents=True)
        subprocess.run(["tar", "-xzf", build.archive, "-C", path, "--strip-components=1"], check=True)

    def test_the_same_build_is_taken_over(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        assert run(order(path, old, adopt=True))["changed"] is True
        assert path.is_symlink()
        assert litter(path) == []
        assert run(order(path, old, adopt=True))["changed"] is False

    def test_another_content_is_left_alone(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        (path / "bin" / "mine").touch()
        with pytest.raises(StoreError) as caught:
            run(order(path, old, adopt=True))
        assert "it is not the build that was asked for (added: bin/mine)" in str(caught.value)
        assert (path / "bin" / "mine").exists()

    def test_without_the_option_a_directory_is_refused(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        with pytest.raises(StoreError, match="a directory that this collection did not make"):
            run(order(path, old))


@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_writes_nothing_and_has_the_same_shape(path: Path, old: FakeBuild, state: str) -> None:
    if state == "absent":
        run(order(path, old))
    before = sorted(path.parent.rglob("*")) if path.parent.exists() else None
    foreseen = run(order(path, old, state=state), check_mode=True)
    assert (sorted(path.parent.rglob("*")) if path.parent.exists() else None) == before
    done = run(order(path, old, state=state))
    assert foreseen.keys() == done.keys()
    assert foreseen["diff"] == done["diff"]
    assert foreseen["build"] == done["build"]
