# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users that install: without privileges, in their own or another user's directory, or as root with a strict umask."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import HOST_PYTHONS
from tests.support import fake_builds, unprivileged
from tests.support.fake_builds import MINOR
from tests.support.host_view import PathView
from tests.support.install_runs import Runner, install_runner, install_runner_of, spec_for
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.unprivileged import NOBODY

DENIED = (
    "permission was denied. Use `--become` on the command line or `become: true` in a play, or choose a path that this "
    "user may write to."
)


@pytest.fixture
def nobody() -> Iterator[tuple[Runner, Path]]:
    """A runner without privileges, and a folder that it may look into and not write to."""
    if not unprivileged.can_change_user():
        pytest.skip("only root can run something as another user")
    python = unprivileged.python_for(NOBODY, HOST_PYTHONS.values())
    if python is None:
        pytest.skip("every Python here that a host may have is in a folder of root's alone")
    with unprivileged.open_folder() as directory:
        with install_runner_of(NOBODY, python, directory / "code") as running:
            yield running, directory


def test_a_place_of_somebody_else(nobody: tuple[Runner, Path]) -> None:
    runner, directory = nobody
    old, new = (fake_builds.make(directory / "mirror", release) for release in ("20260101", "20260201"))
    view = PathView(directory / "opt" / MINOR)
    with install_runner() as privileged:
        assert privileged.run(spec_for(view.path, old)).error is None
    before = view.contents()
    assert runner.run(spec_for(view.path, new)).error == (f"Cannot change anything in {view.store}: {DENIED}")
    assert view.contents() == before
    assert view.runs()


def test_a_place_that_is_not_there(nobody: tuple[Runner, Path]) -> None:
    runner, directory = nobody
    path = directory / "opt" / MINOR
    assert runner.run(spec_for(path, fake_builds.make(directory / "mirror", "20260101"))).error == (
        f"Could not write {directory}/opt: {DENIED} What was at {path} before is still there."
    )
    assert not path.parent.exists()


def test_a_separate_place(nobody: tuple[Runner, Path], samples: SampleMirror) -> None:
    runner, directory = nobody
    home = directory / "home"
    home.mkdir()
    shutil.chown(home, NOBODY)
    sample = samples.samples[0]
    shutil.copyfile(sample.path, directory / "archive")
    path = home / "python" / MINOR
    spec = {"path": str(path), "asset": asset_of(sample), "archive": str(directory / "archive")}
    assert runner.run({**spec, "compile_bytecode": False}).error is None
    assert unprivileged.runs_as(NOBODY, [path / "bin" / "python", "-c", "import ssl, sqlite3"])


def test_what_root_installs_under_umask_077(samples: SampleMirror) -> None:
    if not unprivileged.can_change_user():
        pytest.skip("only root can run something as another user")
    sample = samples.samples[0]
    with unprivileged.open_folder() as directory, install_runner(umask=0o077) as careful:
        path = directory / "opt" / "python" / MINOR
        spec = {"path": str(path), "asset": asset_of(sample), "archive": str(sample.path)}
        assert careful.run(spec).error is None
        assert unprivileged.runs_as(NOBODY, [path / "bin" / "python", "-c", "import ssl, sqlite3"])
        writable = stat.S_IWGRP | stat.S_IWOTH
        items = [item for item in path.parent.rglob("*") if not item.is_symlink()]
        assert [item for item in items if item.stat().st_mode & writable] == []
