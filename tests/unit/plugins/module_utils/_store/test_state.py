# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._store import history, state
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support.receipts import make_entry, named, receipt


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "python").mkdir()
    return tmp_path / "python" / "3.13"


@pytest.fixture
def store(path: Path) -> Path:
    return path.parent / ".builds"


def state_of(path: Path) -> State:
    return state.read(str(path), Store(str(path.parent / ".builds")))


@pytest.mark.parametrize(
    ("make", "kind", "link_target"),
    [
        (lambda path: None, "absent", None),
        (lambda path: path.mkdir(), "directory", None),
        (lambda path: path.touch(), "file", None),
        (os.mkfifo, "other", None),
        (lambda path: path.symlink_to("/etc"), "link", "/etc"),
        (lambda path: path.symlink_to("gone"), "link", "gone"),
        (lambda path: path.symlink_to("3.13"), "link", "3.13"),
    ],
    ids=["absent", "directory", "file", "pipe", "link", "dangling", "circle"],
)
def test_what_is_at_the_path(path: Path, make: Callable[[Path], object], kind: str, link_target: str | None) -> None:
    make(path)
    assert state_of(path) == State(kind, PathHistory(str(path)), link_target)


def test_the_interpreters_of_a_directory(path: Path) -> None:
    (path / "bin").mkdir(parents=True)
    for name in ("python3.13", "python3.13t", "python3", "python3.13-config"):
        (path / "bin" / name).touch()
    assert state_of(path).interpreters == ("3.13", "3.13t")


def test_below_a_file_there_is_nothing(path: Path, store: Path) -> None:
    path.touch()
    assert state.read(str(path / "deeper"), Store(str(store))).kind == "absent"


def test_an_installed_build_with_its_history(path: Path, store: Path) -> None:
    now, old = named(receipt(str(path)), "now"), named(receipt(str(path)), "old")
    make_entry(store, "now", now)
    make_entry(store, "old", old)
    (store / "unfinished").mkdir()
    path.symlink_to(".builds/now")
    root = PathHistory(
        str(path), 2, (HistoryEntry("now", "2026-02-01T00:00:00Z"), HistoryEntry("old", "2026-01-01T00:00:00Z"))
    )
    history.write(str(store), root)
    assert state_of(path) == State(
        kind="link", root=root, link_target=".builds/now", entry="now", receipt=now, stored={"now": now, "old": old}
    )


def test_what_is_newer_than_the_receipt_is_suspicious(path: Path, store: Path) -> None:
    entry = make_entry(store, "x")
    path.symlink_to(".builds/x")
    time.sleep(0.01)  # the kernel's clock for files ticks every few milliseconds
    (entry / "bin/python3.13").touch()
    assert state_of(path).suspicious == "bin/python3.13"
    assert state.read(str(path), Store(str(path.parent / ".builds")), "none").suspicious is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'])
def test_a_damaged_receipt_counts_as_none(path: Path, store: Path, content: str) -> None:
    make_entry(store, "x")
    (store / "x" / ".build.json").write_text(content)
    path.symlink_to(".builds/x")
    found = state_of(path)
    assert (found.entry, found.receipt, found.suspicious, found.stored) == ("x", None, None, {})
    assert [damage.entry for damage in found.damage] == ["x"]


def test_a_link_to_a_build_that_is_gone_still_names_it(path: Path, store: Path) -> None:
    store.mkdir()
    path.symlink_to(".builds/gone")
    found = state_of(path)
    assert (found.kind, found.entry, found.receipt) == ("link", "gone", None)


def installed(path: Path, store: Path, *entries: str, uses: tuple[str, ...] = ()) -> Path:
    """The path names the first of the entries. Returns the file with its history, which is `uses` or all of them."""
    for entry in entries:
        make_entry(store, entry, receipt(str(path)))
    path.symlink_to(f".builds/{entries[0]}")
    history.write(
        str(store), PathHistory(str(path), 1, tuple(HistoryEntry(entry, "2026") for entry in uses or entries))
    )
    return store / ".roots" / history.file_name(str(path))


def complaints(path: Path) -> list[str]:
    return [damage.found for damage in state_of(path).damage]


def test_a_history_that_is_missing_is_rebuilt(path: Path, store: Path) -> None:
    file = installed(path, store, "now", "old")
    file.unlink()
    found = state_of(path)
    assert [use.entry for use in found.root.uses] == ["now", "old"]
    assert found.is_root_damaged
    assert complaints(path) == [f"{file} is missing, but {path} is a link to a build in the store."]


def test_a_history_that_does_not_name_what_the_link_names_is_rebuilt(path: Path, store: Path) -> None:
    file = installed(path, store, "now", "old", uses=("gone",))
    assert complaints(path) == [f"{file} is damaged: it does not name now, which {path} is a link to."]
    assert [use.entry for use in state_of(path).root.uses] == ["now", "old"]


def test_a_repair_that_was_killed_before_the_switch_is_no_damage(path: Path, store: Path) -> None:
    """It drops the build that drifted from the history before the link names the copy."""
    installed(path, store, "now", uses=("now.2",))
    make_entry(store, "now.2", receipt(str(path)))
    assert complaints(path) == []


def test_a_history_that_names_the_build_of_another_path_is_damaged(path: Path, store: Path) -> None:
    file = installed(path, store, "now", uses=("now", "other"))
    make_entry(store, "other", receipt("/other"))
    assert complaints(path) == [f"{file} is damaged: it names other, which was made for /other by its receipt."]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda file: os.symlink("/dev/null", file)])
def test_a_receipt_that_is_no_file_is_damage_and_nothing_else(
    path: Path, store: Path, make: Callable[[Path], object]
) -> None:
    installed(path, store, "now", "old")
    (store / "old" / ".build.json").unlink()
    make(store / "old" / ".build.json")
    found = state_of(path)
    assert (list(found.stored), [damage.entry for damage in found.damage]) == (["now"], ["old"])
    assert [use.entry for use in found.root.uses] == ["now", "old"]
    assert found.lost == ()
