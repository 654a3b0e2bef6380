# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any instant, or failed by the disk, the path is sound; run again, the result is an undisturbed run's."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._install.plan import NOTHING, Plan, plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.plugin_utils._probe.state import state_of
from tests.support.disturbed_runs import SCENARIOS, Builds, DisturbedRun
from tests.support.install_runs import Answer, Runner, install_runner
from tests.support.probe_runs import ask
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror

DEFAULTS = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
SEED = random.SystemRandom().randrange(1_000_000)
INSTANTS = 20
INSTANTS_OF_REAL = 3


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with install_runner() as running:
        yield running


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds.fake(tmp_path / "mirror")


@pytest.mark.parametrize("name", SCENARIOS)
def test_before_any_change_to_the_file_system(name: str, builds: Builds, tmp_path: Path, runner: Runner) -> None:
    disturbed = DisturbedRun(SCENARIOS[name], builds, tmp_path, runner)
    complaints = {}
    for number in disturbed.decisive_steps():
        disturbed.put_back()
        killed = runner.run(disturbed.spec, die_at_step=number)
        assert (killed.result, killed.error) == (None, None)
        complaint = unseen(disturbed) or disturbed.complaint()
        if complaint:
            complaints[f"before step {number}, {disturbed.steps[number]}"] = complaint
    assert complaints == {}


def unseen(disturbed: DisturbedRun) -> str | None:
    """What the next look from afar does not see, so that the action plugin would not run the module, which sweeps."""
    view = disturbed.view
    spec = InstallSpec.from_params({**DEFAULTS, **disturbed.spec})
    seen = ask(view.path, view.store, verify=spec.verify, will_remove=spec.state == "absent")
    is_settled = plan(spec, state_of(seen, spec.path, spec.store)) == Plan(NOTHING)
    if is_settled and view.store.exists() and view.litter():
        return f"the probe does not see {view.litter()}"
    return None


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_disk_error_at_any_change(name: str, builds: Builds, tmp_path: Path, runner: Runner) -> None:
    disturbed = DisturbedRun(SCENARIOS[name], builds, tmp_path, runner)
    complaints = {}
    for number in disturbed.decisive_steps():
        disturbed.put_back()
        before = what_is_at(disturbed.view.path)
        failed = runner.run(disturbed.spec, fail_at_step=number)
        is_as_it_was = what_is_at(disturbed.view.path) == before
        complaint = untrue(failed, disturbed, is_as_it_was=is_as_it_was) or disturbed.complaint()
        if complaint:
            complaints[f"at step {number}, {disturbed.steps[number]}"] = complaint
    assert complaints == {}


def what_is_at(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    return "a directory" if path.is_dir() else "nothing"


def untrue(failed: Answer, disturbed: DisturbedRun, *, is_as_it_was: bool) -> str | None:
    """What the error of a run says that is not so, or leaves out; None when all is well."""
    if failed.error is None:  # what failed did not matter
        return None if failed.result else "the run died"
    if "the disk reported an error" not in failed.error:
        return f"it says: {failed.error}"
    if ("before is still there." in failed.error) != is_as_it_was:
        return f"that is not so: {failed.error}"
    left = (
        [name for name in disturbed.view.litter() if not name.endswith(".part")]
        if disturbed.view.store.exists()
        else []
    )
    return f"it left {left}" if left else None


def kill_at_instants(disturbed: DisturbedRun, instants: int) -> None:
    """Kills the process group at instants spread over the time that an undisturbed run takes."""
    chance = random.Random(SEED)
    for number in range(instants):
        disturbed.put_back()
        delay_s = disturbed.duration_s * (number + chance.random()) / instants
        group = disturbed.runner.begin(disturbed.spec)
        time.sleep(delay_s)
        with contextlib.suppress(ProcessLookupError):  # it was quicker this time
            os.killpg(group, signal.SIGKILL)
        disturbed.runner.end()
        assert disturbed.complaint() is None, (
            f"killed after {delay_s:.4f} of {disturbed.duration_s:.4f} s, with seed {SEED}"
        )


@pytest.mark.parametrize("name", ["install", "upgrade"])
def test_at_random_instants(name: str, builds: Builds, tmp_path: Path, runner: Runner) -> None:
    kill_at_instants(DisturbedRun(SCENARIOS[name], builds, tmp_path, runner), INSTANTS)


@pytest.mark.parametrize("name", ["install", "upgrade"])
def test_a_real_interpreter_at_random_instants(
    name: str, samples: SampleMirror, tmp_path: Path, runner: Runner
) -> None:
    old, _with_symbols, new, _sick = samples.samples
    common = {"mirror": [samples.directory.as_uri()], "compile_bytecode": False, "health_imports": ["zlib"]}
    builds = Builds({"asset": asset_of(old), **common}, {"asset": asset_of(new), **common}, old.path)
    # Without bytecode, which would take nearly all of the time that is there to be killed in.
    scenario = replace(SCENARIOS[name], spec={**SCENARIOS[name].spec, "compile_bytecode": False})
    kill_at_instants(DisturbedRun(scenario, builds, tmp_path, runner), INSTANTS_OF_REAL)
