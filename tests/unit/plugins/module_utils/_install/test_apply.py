# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An order carried out on this machine, seen from outside: what is at the path, in the store, and in the result."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import zstd
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    DigestMismatch,
    DownloadError,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._install import rollback
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import litter, release_at, store_of, stored
from tests.support.small_disks import MountRefused, small_disk

OLD, NEW, NEWEST = "20260101", "20260201", "20260301"
# Prints what refuses the installation in check mode, and what refuses it in a run.
_RUN_TWICE = """
import json, sys
from pathlib import Path
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support.install_specs import spec
for check_mode in (True, False):
    try:
        print(run(spec(Path(sys.argv[1]), **json.loads(sys.argv[2])), check_mode=check_mode))
    except StandaloneError as error:
        print(error)
"""
ROLLBACK = {"from_build": "any", "reason": "", "stores": None, "root": None, "lock_timeout": 9}


class TestInstall:
    def test_the_path_is_a_relative_link_to_a_working_build(self, path: Path, old: FakeBuild) -> None:
        result = run(spec(path, old))
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
        run(spec(path, old))
        before = {item: item.lstat().st_mtime_ns for item in sorted(store_of(path).rglob("*"))}
        shutil.rmtree(old.archive.parent)
        result = run(spec(path, old))
        assert result["changed"] is False
        assert result["diff"]["before"] == result["diff"]["after"]
        assert {item: item.lstat().st_mtime_ns for item in sorted(store_of(path).rglob("*"))} == before

    def test_fix_ups_are_for_the_path_and_not_for_the_store(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        library = path / "lib" / f"python{MINOR}"
        assert f"'prefix': '{path}'" in (library / "_sysconfigdata__linux_.py").read_text()
        assert (library / f"config-{MINOR}-x" / "Makefile").read_text() == f"prefix=\t{path}\n"
        assert (path / "lib" / "pkgconfig" / "python3.pc").read_text() == "prefix=${pcfiledir}/../..\n"
        assert f"{path}/bin/python3 -m venv" in (library / "EXTERNALLY-MANAGED").read_text()

    def test_modes_do_not_depend_on_the_umask(self, path: Path, old: FakeBuild) -> None:
        before = os.umask(0o077)
        try:
            run(spec(path, old, compile_bytecode=True))
        finally:
            os.umask(before)
        for item in [path.parent, store_of(path), *store_of(path).rglob("*")]:
            if not item.is_symlink() and item.name != ".lock":
                executable = item.is_dir() or item.parent.name in ("bin", "libexec")
                assert (item, stat.S_IMODE(item.stat().st_mode)) == (item, 0o755 if executable else 0o644)

    def test_externally_managed_can_be_left_out(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old, externally_managed=False))
        assert not list(path.rglob("EXTERNALLY-MANAGED"))

    def test_bytecode_names_the_final_place_and_is_valid(self, path: Path, mirror: Path) -> None:
        source = f"lib/python{MINOR}/site-packages/sample.py"
        run(spec(path, fake_builds.make(mirror, OLD, extra={source: "1\n"}), compile_bytecode=True))
        cached = list((path / source).parent.glob("__pycache__/sample.*.pyc"))
        assert f"{path}/{source}".encode() in cached[0].read_bytes()
        command = [str(path / "bin" / "python"), "-v", "-c", "import sample"]
        environment = {"PYTHONPATH": str((path / source).parent)}
        words = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr
        assert f"matches {path}/{source}" in words

    def test_bytecode_that_someone_packed_is_not_taken(self, path: Path, mirror: Path) -> None:
        stale = f"lib/python{MINOR}/__pycache__/os.cpython-39.pyc"
        run(spec(path, fake_builds.make(mirror, OLD, extra={stale: "stale"})))
        assert os.listdir(path / "lib" / f"python{MINOR}" / "__pycache__") == []
        assert run(spec(path, verify="full", name=MINOR))["changed"] is False

    def test_a_local_archive_is_left_alone(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old, archive=str(old.archive), mirror=["file:///nowhere"]))
        assert release_at(path) == OLD
        assert old.archive.exists()

    def test_two_paths_share_a_store_but_no_build(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        other = path.parent / "default"
        run(spec(other, old))
        assert stored(path) == [old.name, f"{old.name}.2"]
        assert f"'prefix': '{other}'" in (other / f"lib/python{MINOR}/_sysconfigdata__linux_.py").read_text()


class TestUpgrade:
    def test_the_earlier_build_is_kept_to_go_back_to(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        result = run(spec(path, new))
        assert (release_at(path), result["previous"]["release"]) == (NEW, OLD)
        shutil.rmtree(old.archive.parent)
        back = run(spec(path, old))
        assert (release_at(path), back["changed"], back["timings"]["download_s"]) == (OLD, True, 0.0)
        assert stored(path) == [old.name, new.name]

    @pytest.mark.parametrize(("keep", "left"), [(0, [NEWEST]), (1, [NEW, NEWEST]), (2, [OLD, NEW, NEWEST])])
    def test_keep_counts_earlier_builds(self, path: Path, mirror: Path, keep: int, left: list[str]) -> None:
        builds = [fake_builds.make(mirror, release) for release in (OLD, NEW, NEWEST)]
        results = [run(spec(path, build, keep=keep)) for build in builds]
        assert stored(path) == [build.name for build in builds if build.release in left]
        pruned = [name for result in results for name in result["pruned"]]
        assert pruned == [build.name for build in builds if build.release not in left]

    def test_lowering_keep_prunes_without_an_upgrade(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        run(spec(path, new))
        foreseen = run(spec(path, new, keep=0), check_mode=True)
        done = run(spec(path, new, keep=0))
        assert foreseen["pruned"] == done["pruned"] == [old.name]
        assert foreseen["changed"] is done["changed"] is True
        assert run(spec(path, new, keep=0))["changed"] is False

    def test_pruning_respects_other_paths(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        other = path.parent / "other"
        run(spec(path, old))
        run(spec(other, old))
        run(spec(path, new, keep=0))
        assert release_at(other) == OLD
        assert stored(path) == [f"{old.name}.2", new.name]

    def test_pruning_respects_running_processes(self, path: Path, mirror: Path, new: FakeBuild) -> None:
        shutil.copy("/bin/sleep", mirror.parent / "sleep")
        old = fake_builds.make(mirror, OLD)
        run(spec(path, old))
        program = path.resolve() / "bin" / "sleep"
        shutil.copy("/bin/sleep", program)
        process = subprocess.Popen([program, "60"])
        try:
            result = run(spec(path, new, keep=0))
            assert result["pruned"] == []
            assert result["in_use"] == [{"build": old.name, "pids": [process.pid]}]
            assert stored(path) == [old.name, new.name]
        finally:
            process.kill()
            process.wait()
        assert run(spec(path, new, keep=0))["pruned"] == [old.name]

    def test_other_settings_make_another_build(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        assert run(spec(path, old, externally_managed=False))["changed"] is True
        assert os.readlink(path) == f".builds/{old.name}.2"


class TestAbsent:
    def test_nothing_is_left(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        run(spec(path, new))
        foreseen = run(spec(path, state="absent"), check_mode=True)
        done = run(spec(path, state="absent"))
        assert foreseen["changed"] is done["changed"] is True
        assert (done["build"], done["executable"], done["previous"]["release"]) == (None, None, NEW)
        assert done["pruned"] == [old.name, new.name]
        assert os.listdir(path.parent) == []
        assert run(spec(path, state="absent"))["changed"] is False

    def test_where_nothing_ever_was_nothing_is_made(self, path: Path) -> None:
        assert run(spec(path, state="absent"))["changed"] is False
        assert not path.parent.exists()

    def test_what_still_ran_then_goes_with_a_later_run(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        program = path.resolve() / "bin" / "sleep"
        shutil.copy("/bin/sleep", program)
        process = subprocess.Popen([program, "60"])
        try:
            first = run(spec(path, state="absent"))
            second = run(spec(path, state="absent"))
        finally:
            process.kill()
            process.wait()
        assert [(result["changed"], result["pruned"]) for result in (first, second)] == [(True, []), (False, [])]
        assert first["in_use"] == [{"build": old.name, "pids": [process.pid]}]
        assert run(spec(path, state="absent"))["pruned"] == [old.name]
        assert os.listdir(path.parent) == []

    def test_what_another_path_uses_stays(self, path: Path, old: FakeBuild) -> None:
        other = path.parent / "other"
        run(spec(path, old))
        run(spec(other, old))
        run(spec(path, state="absent"))
        assert release_at(other) == OLD


class TestAdopt:
    def unpack(self, path: Path, build: FakeBuild) -> None:
        path.mkdir(parents=True)
        subprocess.run(["tar", "-xzf", build.archive, "-C", path, "--strip-components=1"], check=True)

    def test_the_same_build_is_taken_over(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        assert run(spec(path, old, adopt=True))["changed"] is True
        assert path.is_symlink()
        assert litter(path) == []
        assert run(spec(path, old, adopt=True))["changed"] is False

    def test_another_content_is_left_alone(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        (path / "bin" / "mine").touch()
        with pytest.raises(StoreError) as caught:
            run(spec(path, old, adopt=True))
        assert "it is not the build that was asked for (added: bin/mine)" in str(caught.value)
        assert (path / "bin" / "mine").exists()

    def test_another_content_costs_no_build_of_the_store(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        run(spec(path, new))
        path.unlink()
        self.unpack(path, new)
        with pytest.raises(StoreError, match="is not adopted"):
            run(spec(path, old, adopt=True))
        assert stored(path) == [old.name, new.name]

    def test_without_the_option_a_directory_is_refused(self, path: Path, old: FakeBuild) -> None:
        self.unpack(path, old)
        with pytest.raises(StoreError, match="a directory that this collection did not make"):
            run(spec(path, old))


@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_writes_nothing_and_has_the_same_shape(path: Path, old: FakeBuild, state: str) -> None:
    if state == "absent":
        run(spec(path, old))
    before = sorted(path.parent.rglob("*")) if path.parent.exists() else None
    foreseen = run(spec(path, old, state=state), check_mode=True)
    assert (sorted(path.parent.rglob("*")) if path.parent.exists() else None) == before
    done = run(spec(path, old, state=state))
    assert foreseen.keys() == done.keys()
    assert foreseen["diff"] == done["diff"]
    assert foreseen["build"] == done["build"]


class TestBuildOfAnotherMachine:
    """What a host cannot run is replaced, and is no build to go back to."""

    HOST = HostPlatform("linux", "x86_64", 64, "gnu", (2, 36), 1)

    @pytest.fixture
    def foreign(self, path: Path, old: FakeBuild) -> FakeBuild:
        """Installed at the path as in an image: nothing is known of the system that will run it."""
        foreign = fake_builds.make(old.archive.parents[1], NEW, target="aarch64-unknown-linux-gnu")
        run(spec(path, foreign, name=MINOR))
        return foreign

    @pytest.mark.parametrize("options", [{}, {"state": "latest"}, {"verify": "full"}, {"provisional": True}])
    def test_it_is_replaced_and_the_diff_says_why(
        self, path: Path, old: FakeBuild, foreign: FakeBuild, options: dict[str, Any]
    ) -> None:
        asked = spec(path, old, name=MINOR, host_platform=self.HOST.as_dict(), **options)
        foreseen = run(asked, check_mode=True)
        result = run(asked)
        assert (result["changed"], result["previous"]["name"]) == (True, foreign.name)
        assert (release_at(path), stored(path), result["pruned"]) == (OLD, [old.name], [foreign.name])
        assert "aarch64 programs, but this host is" in result["diff"]["before"]["does not run here"]
        assert {key: foreseen[key] for key in ("changed", "build", "previous", "pruned", "diff")} == {
            key: result[key] for key in ("changed", "build", "previous", "pruned", "diff")
        }
        assert run(asked)["changed"] is False

    def test_with_its_target_it_stays(self, path: Path, foreign: FakeBuild) -> None:
        asked = spec(
            path, name=MINOR, target=foreign.target, host_platform=self.HOST.as_dict(), archive=None, asset=None
        )
        assert run(asked)["changed"] is False


class TestCheckModeRefuses:
    """What the run refuses before it changes anything."""

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_an_unknown_owner(self, path: Path, old: FakeBuild, check_mode: bool) -> None:
        with pytest.raises(StoreError, match="There is no user nobody-here on this host. Create it first"):
            run(spec(path, old, owner="nobody-here"), check_mode=check_mode)

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_a_store_that_others_may_change(self, path: Path, old: FakeBuild, check_mode: bool) -> None:
        store_of(path).mkdir(parents=True)
        store_of(path).chmod(0o777)
        with pytest.raises(StoreError, match="may be written to by others"):
            run(spec(path, old), check_mode=check_mode)

    def test_an_upgrade_on_a_file_system_mounted_noexec(self, tmp_path: Path, old: FakeBuild, new: FakeBuild) -> None:
        try:
            with small_disk(tmp_path / "disk", 20_000_000) as disk:
                path = disk.directory / "opt" / MINOR
                run(spec(path, old))
                subprocess.run(["mount", "-o", "remount,noexec", disk.directory], check=True)
                with pytest.raises(StoreError) as caught:
                    run(spec(path, new), check_mode=True)
        except MountRefused as refusal:
            pytest.skip(str(refusal))
        assert str(caught.value) == (
            f"No interpreter can start in {store_of(path)}: the file system {tmp_path}/disk (tmpfs) is mounted noexec. "
            "Remount it with exec, or set `store` to a directory on another file system."
        )

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_an_archive_that_is_missing(self, path: Path, old: FakeBuild, check_mode: bool) -> None:
        with pytest.raises(DownloadError, match="^The archive /nowhere/x.tar.gz cannot be read on this host: No such"):
            run(spec(path, old, archive="/nowhere/x.tar.gz"), check_mode=check_mode)

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_an_archive_of_something_else(self, path: Path, old: FakeBuild, new: FakeBuild, check_mode: bool) -> None:
        with pytest.raises(DigestMismatch):
            run(spec(path, old, archive=str(new.archive)), check_mode=check_mode)

    def test_a_mirror_on_this_host_that_is_not_mounted(self, path: Path, old: FakeBuild) -> None:
        published = {**old.asset(), "url": github_url(OLD, f"{old.name}.tar.gz")}
        asked = {"asset": published, "archive": None, "mirror": ["file:///nowhere/a", "file:///nowhere/b"]}
        messages = set()
        for check_mode in (True, False):
            with pytest.raises(DownloadError) as caught:
                run(spec(path, old, **asked), check_mode=check_mode)
            messages.add(str(caught.value))
        (message,) = messages
        assert message.startswith("The archive could not be downloaded. file:///nowhere/a/")
        assert "/nowhere/b/" in message
        assert "Mount the directory of the mirror there" in message
        assert run(spec(path, old, **{**asked, "mirror": ["file:///nowhere", "https://e.org"]}), check_mode=True)
        assert (
            run(spec(path, old, **asked, delivery="auto"), check_mode=True)["changed"] is True
        )  # the controller sends

    def test_an_archive_that_does_not_fit(self, tmp_path: Path, old: FakeBuild) -> None:
        try:
            with small_disk(tmp_path / "disk", 200_000) as disk:
                disk.fill()
                messages = []
                for check_mode in (True, False):
                    with pytest.raises(StoreError) as caught:
                        run(spec(disk.directory / "opt" / MINOR, old), check_mode=check_mode)
                    messages.append(str(caught.value))
        except MountRefused as refusal:
            pytest.skip(str(refusal))
        assert messages[0].startswith(f"There is not enough space in {tmp_path}/disk: the build needs about ")

    def test_capabilities_that_this_process_cannot_give(self, path: Path, old: FakeBuild) -> None:
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            pytest.skip("needs root and setpriv, which takes cap_setfcap away")
        asked = {"asset": old.asset(), "archive": str(old.archive), "capabilities": ["cap_net_raw+ep"]}
        command = ["setpriv", "--inh-caps=-setfcap", "--bounding-set=-setfcap", sys.executable, "-c", _RUN_TWICE]
        done = subprocess.run(
            [*command, str(path), json.dumps(asked)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        foreseen, refused = done.stdout.splitlines()
        why = (
            "the capabilities cap_net_raw+ep: this process lacks cap_setfcap, as in some containers. Allow it there, or"
        )
        assert foreseen.startswith(f"Cannot give the interpreter {why}")
        assert refused.startswith("Cannot give the interpreter /")
        assert why in refused
        assert not path.exists()

    def test_zstandard_where_nothing_reads_it(
        self, path: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asset = {**old.asset(), "url": "https://example.com/python.tar.zst"}
        assert run(spec(path, asset=asset), check_mode=True)["changed"] is True
        monkeypatch.setattr(zstd, "found_program", lambda _name: None)
        monkeypatch.setattr(zstd, "_has_module", lambda _name: False)
        monkeypatch.setitem(sys.modules, "ctypes", None)
        with pytest.raises(ArchiveError, match="python.tar.zst is compressed with zstandard, which this host cannot"):
            run(spec(path, asset=asset), check_mode=True)

    def test_a_switch_and_a_rollback_in_a_store_that_is_read_only(
        self, tmp_path: Path, old: FakeBuild, new: FakeBuild
    ) -> None:
        try:
            with small_disk(tmp_path / "disk", 20_000_000) as disk:
                path = disk.directory / "opt" / MINOR
                run(spec(path, old))
                run(spec(path, new))
                disk.make_read_only()
                assert run(spec(path, new), check_mode=True)["changed"] is False
                for refused in (
                    lambda: run(spec(path, old), check_mode=True),
                    lambda: run(spec(path, state="absent"), check_mode=True),
                    lambda: rollback.run({**ROLLBACK, "paths": [str(path)]}, check_mode=True),
                ):
                    with pytest.raises(
                        StoreError, match=f"^Cannot change anything in {store_of(path)}: the file system"
                    ):
                        refused()
        except MountRefused as refusal:
            pytest.skip(str(refusal))


@pytest.mark.parametrize("keep", [0, 1])
def test_a_store_that_keeps_sboms_asks_for_that_of_a_new_build(
    path: Path, old: FakeBuild, new: FakeBuild, keep: int
) -> None:
    """Also where the only one goes with its build in the same run; an entry that has one needs no other."""
    assert "sboms" not in run(spec(path, old, keep=keep))
    (entry,) = stored(path)
    sboms = store_of(path) / ".sbom"
    sboms.mkdir()
    (sboms / f"{entry}.spdx.json").touch()
    asked = run(spec(path, new, keep=keep))["sboms"]
    assert (asked["entry"], asked["formats"]) == (os.readlink(path).rpartition("/")[2], ["spdx"])
    assert asked["asset"]["sha256"] == new.asset()["sha256"]
    assert os.listdir(sboms) == ([f"{entry}.spdx.json"] if keep else [])
    if keep:
        assert "sboms" not in run(spec(path, old, keep=keep))
