# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds from a lower layer, as in containers from images: removed, repaired and adopted, killed at any instant too."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.host_view import PathView
from tests.support.install_runs import Runner, install_runner, spec_for
from tests.support.overlays import Overlay, overlay
from tests.support.small_disks import MountRefused

_EVERY, _LAST = 11, 6  # the steps that a run is killed before


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with install_runner() as running:
        yield running


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Overlay]:
    try:
        with overlay(tmp_path / "disk") as mounted:
            yield mounted
    except (MountRefused, subprocess.CalledProcessError) as refused:
        pytest.skip(f"no overlay can be mounted here: {refused}")


@dataclass(frozen=True)
class Case:
    """What the image has at the path, the order that follows, and the builds that are there afterwards."""

    prepare: Callable[[Runner, Path, FakeBuild], object]
    spec: Callable[[Path, FakeBuild, FakeBuild], dict[str, Any]]
    after: Callable[[FakeBuild, FakeBuild], list[str]]


def install(runner: Runner, path: Path, build: FakeBuild) -> None:
    assert runner.run(spec_for(path, build)).error is None


def spoil(runner: Runner, path: Path, build: FakeBuild) -> None:
    install(runner, path, build)
    (path / "lib" / f"python{MINOR}" / "os.py").write_text("NAME = 'spoilt'\n")


def lose_receipt(runner: Runner, path: Path, build: FakeBuild) -> None:
    install(runner, path, build)
    (path / ".build.json").unlink()


def leave_litter(runner: Runner, path: Path, build: FakeBuild) -> None:
    install(runner, path, build)
    (path.parent / ".builds" / ".staging" / "build-1" / "lib").mkdir(parents=True)


def unpack(_runner: Runner, path: Path, build: FakeBuild) -> None:
    path.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", build.archive, "-C", path, "--strip-components=1"], check=True)


CASES = {
    "upgrade": Case(install, lambda path, _old, new: spec_for(path, new, keep=0), lambda _old, new: [new.name]),
    "remove": Case(install, lambda path, _old, _new: {"path": str(path), "state": "absent"}, lambda _old, _new: []),
    "repair": Case(
        spoil, lambda path, old, _new: spec_for(path, old, verify="full"), lambda old, _new: [f"{old.name}.2"]
    ),
    "repair without receipt": Case(
        lose_receipt, lambda path, old, _new: spec_for(path, old), lambda old, _new: [f"{old.name}.2"]
    ),
    "adopt": Case(unpack, lambda path, old, _new: spec_for(path, old, adopt=True), lambda old, _new: [old.name]),
    "sweep": Case(
        leave_litter, lambda path, _old, new: spec_for(path, new), lambda old, new: sorted([old.name, new.name])
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_an_image_holds_can_go(disk: Overlay, runner: Runner, tmp_path: Path, name: str) -> None:
    case, path = CASES[name], disk.path / "opt" / MINOR
    old, new = (fake_builds.make(tmp_path / "mirror", release) for release in ("20260101", "20260201"))
    case.prepare(runner, path, old)
    disk.freeze()
    spec, view = case.spec(path, old, new), PathView(path)
    done = runner.run(spec)
    assert (done.error, done.result and done.result["changed"]) == (None, True)
    expected = case.after(old, new)
    assert complaint(view, expected) is None
    again = runner.run(spec)
    assert (again.error, again.result and again.result["changed"]) == (None, False)
    complaints = {}
    steps = len(done.steps)
    for number in sorted({*range(0, steps, _EVERY), *range(max(0, steps - _LAST), steps)}):
        disk.start_over()
        runner.run(spec, die_at_step=number)
        ended = runner.run(spec)
        wrong = ended.error or complaint(view, expected)
        if wrong:
            complaints[f"before step {number}, {done.steps[number]}"] = wrong
    assert complaints == {}


def complaint(view: PathView, builds: list[str]) -> str | None:
    """What is wrong with the result of a run; None when it is right."""
    found = view.builds() if view.store.exists() else []
    if found != builds:
        return f"the store has {found}"
    if bool(builds) != view.path.is_symlink() or (builds and not view.runs()):
        return "the path does not run"
    return f"there is litter: {view.litter()}" if view.store.exists() and view.litter() else None
