# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install import adopt
from ansible_collections.standalone.python.plugins.module_utils._install.fixups import Stage
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support.receipts import entries_of, fill

FILES = {"bin/python3.13": "ELF", **{f"lib/{letter}.py": "x" for letter in "abcdef"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return fill(tmp_path / "python", FILES, {"bin/python3": "python3.13"})


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    directory = fill(tmp_path / "stage", FILES, {"bin/python3": "python3.13"})
    return Stage(str(directory), entries_of(directory))


@pytest.mark.parametrize(
    "use",
    [
        lambda path: None,
        lambda path: [item.chmod(0o775) for item in path.rglob("*") if not item.is_symlink()],
        lambda path: fill(path, {"lib/__pycache__/a.cpython-313.pyc": ""}),
        lambda path: (path / "lib" / "empty").mkdir(),
    ],
    ids=["fresh", "modes", "bytecode", "empty folder"],
)
def test_what_unpacking_and_running_do_is_no_difference(
    path: Path, stage: Stage, use: Callable[[Path], object]
) -> None:
    use(path)
    adopt.require_same_content(str(path), stage.entries)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: (path / "lib/a.py").write_text("y"), "changed: lib/a.py"),
        (lambda path: (path / "lib/a.py").unlink(), "missing: lib/a.py"),
        (lambda path: (path / "mine.txt").touch(), "added: mine.txt"),
        (
            lambda path: [(path / f"lib/{letter}.py").write_text("y") for letter in "abcde"] + [(path / "z").touch()],
            "changed: lib/a.py, lib/b.py, lib/c.py, lib/d.py, lib/e.py; added: z",
        ),
        (
            lambda path: shutil.rmtree(path / "lib"),
            "missing: lib/a.py, lib/b.py, lib/c.py, lib/d.py, lib/e.py and more",
        ),
    ],
)
def test_another_difference_is_reported(path: Path, stage: Stage, damage: Callable[[Path], object], said: str) -> None:
    damage(path)
    with pytest.raises(StoreError) as caught:
        adopt.require_same_content(str(path), stage.entries)
    assert str(caught.value) == (
        f"The directory {path} is not adopted, since it is not the build that was asked for ({said}). "
        "It was left as it is. Ask for the build that it is, or move it away."
    )


def test_nothing_that_runs_is_taken_over(path: Path) -> None:
    adopt.require_idle(str(path))
    shutil.copy("/bin/sleep", path / "bin/sleep")
    processes = [subprocess.Popen([path / "bin/sleep", "60"]) for _process in range(2)]
    try:
        with pytest.raises(StoreError) as caught:
            adopt.require_idle(str(path))
    finally:
        for process in processes:
            process.kill()
            process.wait()
    pids = ", ".join(str(pid) for pid in sorted(process.pid for process in processes))
    assert str(caught.value) == (
        f"The directory {path} is not adopted while processes run from it ({pids}). "
        "Stop them first; it was left as it is."
    )


def test_the_directory_goes_where_the_run_sweeps(path: Path, tmp_path: Path) -> None:
    store = Store(str(tmp_path / ".builds"))
    with adopt.moved_away(str(path), store):
        assert not path.exists()
    (moved,) = os.listdir(store.staging)
    assert sorted(os.listdir(os.path.join(store.staging, moved))) == ["bin", "lib"]


def test_the_directory_comes_back_when_nothing_takes_its_place(path: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no link"):
        with adopt.moved_away(str(path), Store(str(tmp_path / ".builds"))):
            raise OSError("no link")
    assert sorted(os.listdir(path)) == ["bin", "lib"]


@pytest.fixture
def _refusing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is in a lower layer of an overlay."""
    rename = os.rename

    def refuse(source: str, target: str) -> None:
        if source == str(path):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)


@pytest.mark.usefixtures("_refusing")
def test_what_cannot_be_moved_away_is_removed(path: Path, tmp_path: Path) -> None:
    with adopt.moved_away(str(path), Store(str(tmp_path / ".builds"))):
        assert not path.exists()
    assert not path.exists()


@pytest.mark.usefixtures("_refusing")
def test_another_file_system_is_no_lower_layer(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the store can be put beside the path, so the directory stays."""
    monkeypatch.setattr(adopt, "_is_elsewhere", lambda *_places: True)
    with pytest.raises(OSError, match="cross-device"), adopt.moved_away(str(path), Store(str(tmp_path / ".builds"))):
        pass
    assert (path / "bin").is_dir()


def test_the_rest_of_an_adopted_directory_is_adopted(path: Path, stage: Stage) -> None:
    shutil.rmtree(path / "lib")
    with pytest.raises(StoreError):
        adopt.require_same_content(str(path), stage.entries)
    (path / ".build.gone").touch()
    adopt.require_same_content(str(path), stage.entries)
    (path / "mine").touch()
    with pytest.raises(StoreError, match="added: mine"):
        adopt.require_same_content(str(path), stage.entries)
    shutil.rmtree(path)
    path.mkdir()
    adopt.require_same_content(str(path), stage.entries)
