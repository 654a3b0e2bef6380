# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are full, read-only, limited or elsewhere: one sentence, and the path as it was."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.host_view import PathView
from tests.support.install_runs import Runner, install_runner, spec_for
from tests.support.servers import Answering, serve
from tests.support.small_disks import MountRefused, SmallDisk, small_disk

MB = 1_000_000
SIZE_BYTES = 12 * MB
MOST_FILES = 300
STILL = "What was at {path} before is still there."
FREE_SPACE = "Free some space, or set `store` to a place on another file system."
MADE = "can still be made. Remove files that nothing needs, or set `store` to a directory on another file system."
FULL = "the disk is full. Free some space, or choose a path on another file system."


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with install_runner() as running:
        yield running


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small one; the tests' own files are on another."""
    try:
        with small_disk(tmp_path / "disk", SIZE_BYTES, MOST_FILES) as mounted:
            yield mounted
    except MountRefused as refusal:
        pytest.skip(str(refusal))


def noise(size_bytes: int) -> str:
    """Text that does not compress to less than half of it."""
    return random.Random(size_bytes).randbytes(size_bytes // 2).hex()


@pytest.fixture
def view(disk: SmallDisk, runner: Runner, old: FakeBuild) -> PathView:
    """A path on the small disk with a build at it."""
    view = PathView(disk.directory / "opt" / MINOR)
    assert runner.run(spec_for(view.path, old)).error is None
    return view


def refusal(runner: Runner, view: PathView, build: FakeBuild, **options: Any) -> str:
    """The sentence with which a run ends that has to leave everything as it was."""
    before = view.contents()
    answer = runner.run(spec_for(view.path, build, **options))
    assert answer.error
    assert view.runs()
    assert {name: item for name, item in view.contents().items() if not name.endswith(".part")} == before
    return answer.error


class TestFull:
    def test_an_archive_that_cannot_fit_is_not_even_fetched(self, runner: Runner, view: PathView, mirror: Path) -> None:
        build = fake_builds.make(mirror, "20260201", extra={"share/noise": noise(10 * MB)})
        needed_mb = -(-int(build.archive.stat().st_size * 4.3) // MB)
        with serve(mirror) as server:
            error = refusal(runner, view, build, mirror=[server.url])
            assert len(server.requests) == 1
        assert os.listdir(view.store / ".staging") == []
        assert re.fullmatch(
            f"There is not enough space in {view.store}: the build needs about {needed_mb} MB, and 1[01] MB are free. "
            + FREE_SPACE,
            error,
        )

    def test_an_archive_that_unpacks_to_more_than_fits(self, runner: Runner, view: PathView, mirror: Path) -> None:
        build = fake_builds.make(mirror, "20260201", extra={"share/zeros": "0" * 12 * MB})
        error = refusal(runner, view, build)
        assert re.search(r": the build needs about 16 MB, and 1[01] MB are free\. ", error), error
        assert error.endswith(FREE_SPACE)

    def test_others_fill_it_during_the_download(
        self, runner: Runner, view: PathView, disk: SmallDisk, mirror: Path
    ) -> None:
        build = fake_builds.make(mirror, "20260201", extra={"share/noise": noise(MB)})
        part = view.store / ".staging" / f"{build.sha256}.part"

        def fill_meanwhile(answering: Answering) -> None:
            content = answering.file().read_bytes()
            half = len(content) // 2
            answering.start(200, {"Content-Length": len(content)})
            answering.wfile.write(content[:half])
            while not (part.exists() and part.stat().st_size):  # before that, the free space is not looked at yet
                time.sleep(0.01)
            disk.fill()
            answering.wfile.write(content[half:])

        address = f"/{build.release}/{build.archive.name.replace('+', '%2B')}"
        with serve(mirror, script={address: fill_meanwhile}) as server:
            before = view.contents()
            answer = runner.run(spec_for(view.path, build, mirror=[server.url]))
        assert answer.error == (f"Could not write {part}: {FULL} {STILL.format(path=view.path)}")
        assert view.runs()
        disk.empty()
        assert view.contents() == before
        assert runner.run(spec_for(view.path, build)).error is None
        assert view.litter() == []

    def test_more_files_than_it_can_have(self, runner: Runner, view: PathView, mirror: Path) -> None:
        """There is space enough, but no inodes: refused before anything is unpacked."""
        many = {f"share/{number}": "" for number in range(MOST_FILES)}
        build = fake_builds.make(mirror, "20260201", extra=many)
        error = refusal(runner, view, build)
        assert re.fullmatch(
            f"There are not enough inodes in {view.store}/.staging/build-[^ ]+: the build needs 3[0-9]+ files and "
            "directories, and 2[0-9]+ " + re.escape(MADE),
            error,
        )


class TestReadOnly:
    def test_store(self, runner: Runner, view: PathView, disk: SmallDisk, new: FakeBuild) -> None:
        disk.make_read_only()
        assert refusal(runner, view, new) == (
            f"Cannot change anything in {view.store}: the file system {disk.directory} (tmpfs) is mounted read-only. "
            "Remount it, or choose another path."
        )

    def test_path_with_a_store_elsewhere(
        self, runner: Runner, view: PathView, disk: SmallDisk, new: FakeBuild, tmp_path: Path
    ) -> None:
        path = disk.directory / "python"
        store = tmp_path / "store"
        assert runner.run(spec_for(path, new, store=str(store))).error is None
        target = os.readlink(path)
        disk.make_read_only()
        other = fake_builds.make(tmp_path / "mirror", "20260301")
        assert runner.run(spec_for(path, other, store=str(store))).error == (
            f"Could not write {path.parent}/.python.new-link: the file system {disk.directory} (tmpfs) is mounted "
            f"read-only. Remount it, or choose another path. {STILL.format(path=path)}"
        )
        assert os.readlink(path) == target
        assert PathView(path).runs()


class TestLimits:
    def test_file_size(self, view: PathView, mirror: Path) -> None:
        build = fake_builds.make(mirror, "20260201", extra={"share/noise": noise(MB)})
        with install_runner(file_limit_bytes=100_000) as limited:
            error = refusal(limited, view, build)
        assert error == (
            f"Could not write {view.store}/.staging/{build.sha256}.part: the file would be larger than 100000 "
            f"bytes, the limit of this user (ulimit -f). Raise the limit. {STILL.format(path=view.path)}"
        )

    def test_immutable_directory(self, runner: Runner, old: FakeBuild, new: FakeBuild, tmp_path: Path) -> None:
        view = PathView(tmp_path / "opt" / MINOR)
        assert runner.run(spec_for(view.path, old)).error is None
        chattr = shutil.which("chattr")
        if not chattr or subprocess.run([chattr, "+i", view.store], capture_output=True, check=False).returncode:
            pytest.skip("no directory can be made immutable here")
        try:
            error = refusal(runner, view, new)
        finally:
            subprocess.run([chattr, "-i", view.store], check=True)
        assert error == (
            f"Cannot change anything in {view.store}: {view.store} is immutable or append-only. Remove the flag: "
            f"chattr -ia {view.store}"
        )


class TestElsewhere:
    def test_a_path_on_another_file_system_than_its_store(
        self, runner: Runner, disk: SmallDisk, tmp_path: Path, old: FakeBuild, new: FakeBuild
    ) -> None:
        path = disk.directory / "python"
        store = tmp_path / "store"
        for build in (old, new, old):
            assert runner.run(spec_for(path, build, store=str(store))).error is None
            assert os.readlink(path) == f"../store/{build.name}"
            assert PathView(path).runs()
            assert os.listdir(disk.directory) == ["python"]
        assert runner.run({"path": str(path), "store": str(store), "state": "absent"}).error is None
        assert os.listdir(disk.directory) == []
        assert not store.exists()

    def test_a_store_that_is_a_mount_point(self, runner: Runner, disk: SmallDisk, old: FakeBuild) -> None:
        path = disk.directory.parent / "python"
        spec = spec_for(path, old, store=str(disk.directory))
        assert runner.run(spec).error is None
        assert PathView(path).runs()
        assert runner.run({"path": str(path), "store": str(disk.directory), "state": "absent"}).error is None
        assert not os.path.lexists(path)
        assert os.listdir(disk.directory) == []

    def test_a_directory_to_adopt_on_another_file_system(
        self, runner: Runner, disk: SmallDisk, tmp_path: Path, old: FakeBuild
    ) -> None:
        path = disk.directory / "python"
        path.mkdir()
        subprocess.run(["tar", "-xzf", old.archive, "-C", path, "--strip-components=1"], check=True)
        answer = runner.run(spec_for(path, old, store=str(tmp_path / "store"), adopt=True))
        assert answer.error == (
            f"Could not write {path}: it is on another file system than the store. Set `store` to a directory on "
            f"the same one. {STILL.format(path=path)}"
        )
        assert path.is_dir()
        assert PathView(path).runs()


@pytest.mark.parametrize("is_first", [True, False])
def test_too_few_inodes_are_noticed_before_anything_is_unpacked(
    tmp_path: Path, runner: Runner, old: FakeBuild, new: FakeBuild, is_first: bool
) -> None:
    """With every number around the least, a run works or is refused with both figures, and none ends in the middle."""
    refused, works = "There are not enough inodes", False
    for files in range(38 if is_first else 68, 100):
        try:
            with small_disk(tmp_path / "disk", SIZE_BYTES, files) as disk:
                path = disk.directory / "opt" / MINOR
                if not is_first and runner.run(spec_for(path, old)).error:
                    continue
                error = runner.run(spec_for(path, new)).error
        except MountRefused as refusal_of_mount:
            pytest.skip(str(refusal_of_mount))
        if error is None:
            works = True
            break
        assert error.startswith(refused), (files, error)
    assert works
