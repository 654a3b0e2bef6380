# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A provisional build, from the order that puts it there to the one that leaves it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import history, release_at, store_of, stored


@pytest.fixture
def newest(mirror: Path) -> FakeBuild:
    return fake_builds.make(mirror, "20260301")


def active_fallback(path: Path) -> str | None:
    """The build before the provisional one, as it is recorded."""
    return history(str(store_of(path)), str(path)).fallback


def make_provisional(path: Path, *builds: FakeBuild) -> None:
    """The path has the last of the provisional builds, and had the others one after another."""
    for build in builds[:-1]:
        run(spec(path, build))
    run(spec(path, builds[-1], provisional=True))


def test_the_build_before_stays_whatever_keep_says(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    planned = run(spec(path, new, provisional=True, keep=0), check_mode=True)
    result = run(spec(path, new, provisional=True, keep=0))
    assert (result["pruned"], planned["pruned"]) == ([], [])
    assert (active_fallback(path), stored(path)) == (old.name, [old.name, new.name])


def test_a_first_build_has_nothing_to_go_back_to(path: Path, old: FakeBuild) -> None:
    make_provisional(path, old)
    assert active_fallback(path) is None


@pytest.mark.parametrize("provisional", [True, False])
def test_a_task_that_finds_the_build_leaves_it_provisional(
    path: Path, old: FakeBuild, new: FakeBuild, provisional: bool
) -> None:
    make_provisional(path, old, new)
    assert run(spec(path, new, provisional=provisional, keep=0))["changed"] is False
    assert (active_fallback(path), stored(path)) == (old.name, [old.name, new.name])


def test_a_task_that_finds_a_build_makes_none_provisional(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    run(spec(path, new))
    assert run(spec(path, new, provisional=True))["changed"] is False
    assert active_fallback(path) is None


def test_a_build_that_is_repaired_stays_provisional(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    make_provisional(path, old, new)
    next(path.rglob("BUILD-NOTE")).write_text("edited")
    assert run(spec(path, new, verify="full"))["drift"]["changed"]
    assert active_fallback(path) == old.name


def test_a_reinstalled_build_stays_provisional(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    make_provisional(path, old, new)
    assert run(spec(path, new, externally_managed=False))["changed"] is True
    assert active_fallback(path) == old.name


def test_a_provisional_build_after_another_keeps_the_first_fallback(
    path: Path, old: FakeBuild, new: FakeBuild, newest: FakeBuild
) -> None:
    make_provisional(path, old, new)
    make_provisional(path, newest)
    assert (active_fallback(path), stored(path)) == (old.name, [old.name, new.name, newest.name])


def test_another_build_ends_the_provisional_state(
    path: Path, old: FakeBuild, new: FakeBuild, newest: FakeBuild
) -> None:
    make_provisional(path, old, new)
    assert run(spec(path, newest))["pruned"] == [old.name]
    assert active_fallback(path) is None


@pytest.mark.parametrize("provisional", [True, False])
def test_going_back_ends_it(path: Path, old: FakeBuild, new: FakeBuild, provisional: bool) -> None:
    make_provisional(path, old, new)
    run(spec(path, old, provisional=provisional))
    assert (release_at(path), active_fallback(path)) == (old.release, None)


def test_going_back_to_a_build_that_drifted_ends_it(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    make_provisional(path, old, new)
    next((store_of(path) / old.name).rglob("BUILD-NOTE")).write_text("edited")
    run(spec(path, old))
    assert (os.readlink(path), active_fallback(path)) == (f".builds/{old.name}.2", None)


def test_a_removed_path_has_no_fallback(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    make_provisional(path, old, new)
    run(spec(path, state="absent"))
    assert not store_of(path).exists()
