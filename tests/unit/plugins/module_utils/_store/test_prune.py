# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._store import history as _history
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.holdings import holdings
from ansible_collections.standalone.python.plugins.module_utils._store.prune import prune
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support.installed_builds import history
from tests.support.killed import killed_before
from tests.support.receipts import make_entry, receipt


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "3.13"


@pytest.fixture
def store(path: Path) -> Store:
    return Store(str(path.parent / ".builds"))


def add(store: Store, path: Path, *entries: str, keep: int = 1, linked: bool = True) -> None:
    """Builds made for `path`, which names the first and used the others before."""
    for entry in entries:
        make_entry(Path(store.directory), entry, receipt(str(path)))
    if linked:
        path.symlink_to(f".builds/{entries[0]}")
    _history.write(
        store.directory, PathHistory(str(path), keep, tuple(HistoryEntry(entry, "2026") for entry in entries))
    )


def uses(store: Store, path: Path) -> list[str]:
    return [use.entry for use in history(store.directory, str(path)).uses]


@pytest.mark.parametrize(("keep", "pruned"), [(0, ("b", "c", "d")), (1, ("c", "d")), (2, ("d",)), (3, ()), (99, ())])
def test_what_is_beyond_keep_goes(store: Store, path: Path, keep: int, pruned: tuple[str, ...]) -> None:
    add(store, path, "a", "b", "c", "d", keep=keep)
    assert prune(store, str(path)) == pruned
    assert store.entries() == tuple(entry for entry in "abcd" if entry not in pruned)
    assert uses(store, path) == list(store.entries())
    assert prune(store, str(path)) == ()


def test_without_its_link_a_path_holds_on_to_nothing(store: Store, path: Path) -> None:
    add(store, path, "a", "b", linked=False)
    assert prune(store, str(path)) == ("a", "b")
    assert os.listdir(os.path.join(store.directory, ".roots")) == []


def test_a_build_that_no_history_names_goes(store: Store, path: Path) -> None:
    """A run that was killed between publishing and recording leaves one."""
    add(store, path, "a")
    make_entry(Path(store.directory), "lost", receipt(str(path)))
    assert prune(store, str(path)) == ("lost",)


def test_what_the_link_names_stays_whatever_the_history_says(store: Store, path: Path) -> None:
    add(store, path, "a", "b", keep=0)
    path.unlink()
    path.symlink_to(".builds/b")
    assert prune(store, str(path)) == ()


def test_a_kill_leaves_no_history_of_what_another_path_gets(store: Store, path: Path) -> None:
    """The name of a build that is gone is free: another path may have a build of that name before the next run."""
    other = path.with_name("other")
    for step in range(30):
        shutil.rmtree(store.directory, ignore_errors=True)
        path.unlink(missing_ok=True)
        add(store, path, "a", "b", "c", keep=0)
        killed_before(step, lambda: prune(store, str(path)))
        gone = [entry for entry in "bc" if not os.path.exists(store.entry_path(entry))]
        for entry in gone:
            make_entry(Path(store.directory), entry, receipt(str(other)))
        assert holdings(store).damage == (), step
        if len(gone) == 2:
            return
    raise AssertionError("It was always killed.")


def test_the_builds_of_other_paths_stay(store: Store, path: Path) -> None:
    other = path.with_name("other")
    add(store, path, "a", keep=0)
    add(store, other, "b", "c", "d", keep=0)
    assert prune(store, str(path)) == ()
    assert prune(store, str(other)) == ("c", "d")


def test_what_another_path_names_stays(store: Store, path: Path) -> None:
    add(store, path, "a", "b", keep=0)
    other = path.with_name("other")
    other.symlink_to(".builds/b")
    _history.write(store.directory, PathHistory(str(other), 1, (HistoryEntry("b", "2026"),)))
    assert prune(store, str(path)) == ()


@pytest.mark.parametrize("name", ["3.13.new", ".hidden", "%2F", "x" * 200, "3.13 (old)", "naïve"])
def test_any_name_of_a_path_is_held_on_to(store: Store, path: Path, name: str) -> None:
    odd = path.with_name(name)
    add(store, odd, "a", "b")
    assert prune(store, str(odd)) == ()


def test_what_a_process_runs_stays_until_it_ends(store: Store, path: Path) -> None:
    add(store, path, "a", "b", keep=0)
    program = os.path.join(store.directory, "b", "bin", "sleep")
    shutil.copy("/bin/sleep", program)
    process = subprocess.Popen([program, "60"])
    try:
        assert prune(store, str(path)) == ()
    finally:
        process.kill()
        process.wait()
    assert prune(store, str(path)) == ("b",)


def test_a_build_that_lost_its_receipt_goes_where_it_is_known_as_ours(store: Store, path: Path) -> None:
    add(store, path, "a", "b", "c", keep=2)
    os.unlink(os.path.join(store.directory, "b", ".build.json"))
    assert prune(store, str(path)) == ()
    root = history(store.directory, str(path))
    _history.write(store.directory, root.without(("b",)))
    assert prune(store, str(path), lost=["b", "gone"]) == ("b",)
    assert store.entries() == ("a", "c")


def test_what_is_no_build_stays(store: Store, path: Path) -> None:
    add(store, path, "a", keep=0)
    notes = Path(store.directory, "notes")
    notes.mkdir()
    assert prune(store, str(path)) == ()
    assert notes.exists()
