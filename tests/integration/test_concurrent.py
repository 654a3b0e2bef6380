# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs at once on one host: one writes, the others wait, and all end right."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks import Player
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.host_view import PathView
from tests.support.install_runs import Answer, Runner, install_runner, spec_for
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Answering, files, serve

OLD = "20260101"
MOST = 5


@pytest.fixture(scope="module")
def runners() -> Iterator[list[Runner]]:
    with ExitStack() as stack:
        yield [stack.enter_context(install_runner()) for _unused in range(MOST)]


@pytest.fixture
def view(tmp_path: Path) -> PathView:
    return PathView(tmp_path / "opt" / "python" / MINOR)


def run_together(runners: list[Runner], specs: list[dict[str, Any]]) -> list[Answer]:
    """Starts one run for each order before the first of them is waited for."""
    started = list(zip(runners, specs))
    for runner, spec in started:
        runner.begin(spec)
    return [runner.end() for runner, _spec in started]


def errors(answers: list[Answer]) -> list[str]:
    return [answer.error for answer in answers if answer.error]


def assert_intact(runner: Runner, view: PathView, build: FakeBuild) -> None:
    """The path has this build, every file of it as it was published, and no run left anything behind."""
    assert view.runs()
    assert view.litter() == []
    verified = runner.run(spec_for(view.path, build, verify="full"))
    assert (verified.error, verified.result and verified.result["changed"]) == (None, False)


@pytest.mark.parametrize("count", [2, MOST])
class TestTogether:
    def test_one_build_at_one_path(self, runners: list[Runner], view: PathView, old: FakeBuild, count: int) -> None:
        answers = run_together(runners, [spec_for(view.path, old)] * count)
        assert errors(answers) == []
        assert sorted(answer.result["changed"] for answer in answers if answer.result) == [False] * (count - 1) + [True]
        assert view.builds() == [old.name]
        assert_intact(runners[0], view, old)

    def test_several_builds_at_one_path(self, runners: list[Runner], view: PathView, mirror: Path, count: int) -> None:
        builds = [fake_builds.make(mirror, str(int(OLD) + number)) for number in range(count)]
        answers = run_together(runners, [spec_for(view.path, build) for build in builds])
        assert errors(answers) == []
        (last,) = (build for build in builds if view.path.resolve().name == build.name)
        assert last.name in view.builds()
        assert len(view.builds()) == 2  # the one at the path, and the one to go back to
        assert_intact(runners[0], view, last)

    def test_several_paths_with_one_store(
        self, runners: list[Runner], view: PathView, old: FakeBuild, count: int
    ) -> None:
        paths = [view.path.with_name(f"python-{number}") for number in range(count)]
        assert errors(run_together(runners, [spec_for(path, old) for path in paths])) == []
        assert all(PathView(path).runs() for path in paths)
        assert len({path.resolve() for path in paths}) == len(view.builds()) == count
        assert os.listdir(view.store / ".staging") == []


def test_the_second_waits_for_the_first_and_finds_its_work_done(
    runners: list[Runner], view: PathView, mirror: Path, old: FakeBuild
) -> None:
    asked, may_go_on = threading.Event(), threading.Event()

    def hesitate(answering: Answering) -> None:
        asked.set()
        may_go_on.wait(60)
        files()(answering)

    address = f"/{OLD}/{old.archive.name.replace('+', '%2B')}"
    with serve(mirror, script={address: hesitate}) as server:
        first, second = runners[:2]
        spec = spec_for(view.path, old, mirror=[server.url])
        first.begin(spec)
        assert asked.wait(60)
        waiting = second.begin(spec)
        time.sleep(0.3)
        os.kill(waiting, 0)  # it is still there
        may_go_on.set()
        answers = [first.end(), second.end()]
        assert server.paths() == [address]
    assert errors(answers) == []
    assert [answer.result["changed"] for answer in answers if answer.result] == [True, False]
    assert_intact(first, view, old)


def test_a_store_that_is_removed_while_others_wait_for_it(
    runners: list[Runner], view: PathView, old: FakeBuild
) -> None:
    """Who waits for a lock whose file is removed with the store must not mistake it for the store's lock."""
    for _round in range(3):
        assert runners[0].run(spec_for(view.path, old)).error is None
        others = [view.path.with_name(f"python-{number}") for number in range(MOST - 1)]
        with (view.store / ".lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            specs = [{"path": str(view.path), "state": "absent"}, *(spec_for(path, old) for path in others)]
            for runner, spec in zip(runners, specs):
                runner.begin(spec)
            fcntl.flock(lock, fcntl.LOCK_UN)
        assert errors([runner.end() for runner in runners]) == []
        assert not os.path.lexists(view.path)
        assert all(PathView(path).runs() for path in others)
        assert len(view.builds()) == len(others)
        removals = [{"path": str(path), "state": "absent"} for path in others]
        assert errors(run_together(runners, removals)) == []
        assert os.listdir(view.path.parent) == []


def test_the_interpreter_can_be_started_at_any_moment_of_a_switch(
    runners: list[Runner], view: PathView, old: FakeBuild, new: FakeBuild
) -> None:
    assert runners[0].run(spec_for(view.path, old)).error is None
    failures: list[str] = []
    done = threading.Event()

    def start_again_and_again() -> None:
        while not done.is_set():
            if not view.runs():
                failures.append("it did not start")

    thread = threading.Thread(target=start_again_and_again)
    thread.start()
    try:
        for build in (new, old) * 3:
            assert runners[0].run(spec_for(view.path, build, keep=0)).error is None
    finally:
        done.set()
        thread.join()
    assert failures == []


@pytest.mark.parametrize("place", ["the store on the host", "the archive on the controller"])
def test_a_run_does_not_wait_for_ever_for_another(
    player: Player, samples: SampleMirror, tmp_path: Path, place: str
) -> None:
    """The message has the figure, its option and who holds the lock."""
    path, sample = tmp_path / "opt" / "3.13", samples.samples[0]
    archives = tmp_path / "cache" / "archives"
    is_store = place.startswith("the store")
    lock = path.parent / ".builds" / ".lock" if is_store else archives / f"{sample.sha256}.lock"
    for directory in (path.parent / ".builds", archives):
        directory.mkdir(parents=True, mode=0o700)
    task = {
        "asset": asset_of(sample),
        "path": str(path),
        "mirror": samples.directory.as_uri(),
        "delivery": "pull" if is_store else "push",
        "lock_timeout": 1,
    }
    playbook = tmp_path / "site.json"
    tasks = [{"standalone.python.build": task}]
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    with open(lock, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        played = player.play(playbook)
    assert played.rc == 2, played.output
    what = f"the store {path.parent / '.builds'}" if is_store else f"{archives / sample.sha256}"
    said = " ".join(played.output.split())
    assert f"Cannot lock {what}" in said
    assert "another run has held the lock for 1 seconds, the limit of lock_timeout." in said
    assert f"Process {os.getpid()} (" in said
    assert not path.exists()


# In every Python that is started with it: the clock is off by the seconds that a file says, as when a host sets it.
# The times that the kernel gives to files stay right, and so does the clock that only counts.
JUMPING_CLOCK = """
import time
seconds, nanoseconds = time.time, time.time_ns
def offset_s():
    with open({offset!r}) as file:
        return int(file.read() or 0)
time.time = lambda: seconds() + offset_s()
time.time_ns = lambda: nanoseconds() + offset_s() * 10**9
"""
TEN_YEARS_S = 10 * 365 * 24 * 60 * 60


class Clock:
    """The clock of the runs with these `variables`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._offset = directory / "offset"
        self.jump(0)
        (directory / "sitecustomize.py").write_text(JUMPING_CLOCK.format(offset=str(self._offset)))
        self.variables = {"PYTHONPATH": str(directory)}

    def jump(self, seconds: int) -> None:
        fresh = self._offset.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._offset)


@pytest.mark.parametrize("jump_s", [TEN_YEARS_S, -TEN_YEARS_S])
def test_a_clock_that_jumps_while_a_build_is_fetched(
    runners: list[Runner], view: PathView, mirror: Path, old: FakeBuild, tmp_path: Path, jump_s: int
) -> None:
    """The build works and counts as intact, with the clock as it is then and once it is right again."""
    clock = Clock(tmp_path / "clock")
    address = f"/{OLD}/{old.archive.name.replace('+', '%2B')}"

    def jumping(answering: Answering) -> None:
        clock.jump(jump_s)
        files()(answering)

    with install_runner(variables=clock.variables) as runner, serve(mirror, script={address: jumping}) as server:
        spec = spec_for(view.path, old, mirror=[server.url])
        answers = [runner.run(spec), runner.run(spec), runners[0].run(spec)]
    assert errors(answers) == []
    assert [answer.result and answer.result["changed"] for answer in answers] == [True, False, False]
    assert_intact(runners[0], view, old)


@pytest.mark.parametrize("jump_s", [TEN_YEARS_S, -TEN_YEARS_S])
def test_a_clock_that_jumps_while_a_run_waits(view: PathView, old: FakeBuild, tmp_path: Path, jump_s: int) -> None:
    """The wait ends by the seconds that pass, neither at once nor never."""
    clock = Clock(tmp_path / "clock")
    view.store.mkdir(parents=True)
    with open(view.store / ".lock", "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with install_runner(variables=clock.variables) as runner:
            began_at_s = time.monotonic()
            runner.begin(spec_for(view.path, old, lock_timeout=2))
            time.sleep(1)
            clock.jump(jump_s)
            answer = runner.end()
    assert "has held the lock for 2 seconds, the limit of lock_timeout." in str(answer.error)
    assert time.monotonic() - began_at_s >= 2
