# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any instant, the path is sound; run again, the result is that of a run that nobody disturbed."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import fake_builds
from tests.support.fake_builds import MINOR
from tests.support.order_runs import Runner, order_runner
from tests.support.places import Place
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror

SEED = random.SystemRandom().randrange(1_000_000)
INSTANTS = 40
INSTANTS_OF_REAL = 3
ROOM_BYTES = 500_000_000


def spoil(path: Path, _archive: Path) -> None:
    (path / "lib" / f"python{MINOR}" / "os.py").write_text("NAME = 'spoilt'\n")


def unpack_by_hand(path: Path, archive: Path) -> None:
    path.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", archive, "-C", path, "--strip-components=1"], check=True)


@dataclass(frozen=True)
class Scenario:
    """The order to be disturbed for one build or none, and what comes before it.

    Where `may_be_absent`, nothing was at the path, or nothing is wanted there, or it is something else that gives way.
    """

    build: str | None
    order: Mapping[str, Any]
    before: tuple[str, ...] = ()
    prepare: Callable[[Path, Path], None] = lambda path, archive: None
    may_be_absent: bool = False


SCENARIOS = {
    "install": Scenario("old", {}, may_be_absent=True),
    "upgrade": Scenario("new", {"keep": 0}, before=("old",)),
    "return": Scenario("old", {}, before=("old", "new")),
    "repair": Scenario("old", {"verify": "full"}, before=("old",), prepare=spoil),
    "adopt": Scenario("old", {"adopt": True}, prepare=unpack_by_hand, may_be_absent=True),
    "remove": Scenario(None, {"state": "absent"}, before=("old", "new"), may_be_absent=True),
}


@dataclass(frozen=True)
class Builds:
    """Two builds, each as the parameters of an order for it; `archive` is that of the old one."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    archive: Path

    def params(self, which: str | None) -> Mapping[str, Any]:
        return {"old": self.old, "new": self.new}.get(which or "", {})


class Trial:
    """An order to disturb again and again, each time from the same beginning."""

    def __init__(self, scenario: Scenario, builds: Builds, folder: Path, runner: Runner) -> None:
        self.place = Place(folder / "opt" / "python" / MINOR)
        self.runner = runner
        self.may_be_absent = scenario.may_be_absent
        at_path = {"path": str(self.place.path)}
        self.order = {**at_path, **builds.params(scenario.build), **scenario.order}
        for which in scenario.before:
            assert runner.run({**at_path, **builds.params(which)}).error is None
        scenario.prepare(self.place.path, builds.archive)
        self._before = folder / "before"
        if self.place.path.parent.exists():
            shutil.copytree(self.place.path.parent, self._before, symlinks=True)
        self.put_back()
        started = time.monotonic()
        undisturbed = runner.run(self.order)
        self.duration_s = time.monotonic() - started
        assert undisturbed.error is None
        self.steps = undisturbed.steps
        self._expected = self.place.contents()

    def put_back(self) -> None:
        self.place.path.parent.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.place.path.parent, ignore_errors=True)
        if self._before.exists():
            shutil.copytree(self._before, self.place.path.parent, symlinks=True)

    def complaint(self) -> str | None:
        """What is wrong after a run was killed, or after the next run; None when nothing is."""
        is_absent = not os.path.lexists(self.place.path)
        if is_absent and not self.may_be_absent:
            return "nothing is at the path"
        if not is_absent and not self.place.runs():
            return "the interpreter does not run"
        error = self.runner.run(self.order).error
        if error:
            return f"the next run failed: {error}"
        found, expected = self.place.contents(), self._expected
        differences = sorted(name for name in found.keys() | expected if found.get(name) != expected.get(name))
        return f"the next run ended differently: {differences}" if differences else None


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with order_runner() as running:
        yield running


def has_room(directory: Path) -> bool:
    status = os.statvfs(directory)
    return status.f_bavail * status.f_frsize > ROOM_BYTES and not status.f_flag & os.ST_NOEXEC


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be: a kill leaves the same there, and no busy disk has to be waited for."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or not has_room(memory):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.fixture
def builds(folder: Path) -> Builds:
    old, new = (fake_builds.make(folder / "mirror", release) for release in ("20260101", "20260201"))
    common = {"mirror": [(folder / "mirror").as_uri()], "health_imports": ["zlib"]}
    return Builds({"asset": old.asset(), **common}, {"asset": new.asset(), **common}, old.archive)


def decisive(steps: tuple[str, ...]) -> list[int]:
    """Every fifth step, and each one around a step that moves something, links it or writes the history down."""
    marked = [number for number, step in enumerate(steps) if "os.rename" in step or "-link" in step or ".roots" in step]
    chosen = {*range(0, len(steps), 5), *(number + shift for number in marked for shift in (-1, 0, 1))}
    return sorted(chosen.intersection(range(len(steps))))


@pytest.mark.parametrize("name", SCENARIOS)
def test_before_any_change_to_the_file_system(name: str, builds: Builds, folder: Path, runner: Runner) -> None:
    trial = Trial(SCENARIOS[name], builds, folder, runner)
    complaints = {}
    for number in decisive(trial.steps):
        trial.put_back()
        killed = runner.run(trial.order, die_at_step=number)
        assert (killed.result, killed.error) == (None, None)
        complaint = trial.complaint()
        if complaint:
            complaints[f"before step {number}, {trial.steps[number]}"] = complaint
    assert complaints == {}


def kill_at_instants(trial: Trial, instants: int) -> None:
    """Kills the process group at instants spread over the time that an undisturbed run takes."""
    chance = random.Random(SEED)
    for number in range(instants):
        trial.put_back()
        delay_s = trial.duration_s * (number + chance.random()) / instants
        group = trial.runner.begin(trial.order)
        time.sleep(delay_s)
        with contextlib.suppress(ProcessLookupError):  # it was quicker this time
            os.killpg(group, signal.SIGKILL)
        trial.runner.end()
        assert trial.complaint() is None, f"killed after {delay_s:.4f} of {trial.duration_s:.4f} s, with seed {SEED}"


@pytest.mark.parametrize("name", ["install", "upgrade"])
def test_at_random_instants(name: str, builds: Builds, folder: Path, runner: Runner) -> None:
    kill_at_instants(Trial(SCENARIOS[name], builds, folder, runner), INSTANTS)


@pytest.mark.parametrize("name", ["install", "upgrade"])
def test_a_real_interpreter_at_random_instants(name: str, samples: SampleMirror, folder: Path, runner: Runner) -> None:
    old, _with_symbols, new, _sick = samples.samples
    mirror = {"mirror": [samples.directory.as_uri()]}
    builds = Builds({"asset": asset_of(old), **mirror}, {"asset": asset_of(new), **mirror}, old.path)
    kill_at_instants(Trial(SCENARIOS[name], builds, folder, runner), INSTANTS_OF_REAL)
