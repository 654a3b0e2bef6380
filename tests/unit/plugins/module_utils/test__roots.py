# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils import _roots
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._roots import Root, Use

PATH = "/opt/python/3.13"


def root(*entries: str, keep: int = 1) -> Root:
    return Root(PATH, keep, tuple(Use(entry, "2026-01-01T00:00:00Z") for entry in entries))


def entries(one: Root) -> list[str]:
    return [use.entry for use in one.uses]


@pytest.mark.parametrize(
    ("before", "entry", "after"),
    [
        (root(), "a", ["a"]),
        (root("a"), "b", ["b", "a"]),
        (root("b", "a"), "a", ["a", "b"]),
        (root("a"), "a", ["a"]),
    ],
)
def test_a_switch_puts_the_entry_first_and_only_there(before: Root, entry: str, after: list[str]) -> None:
    assert entries(before.switched(entry, "now")) == after


@pytest.mark.parametrize(("keep", "kept"), [(0, "c"), (1, "cb"), (2, "cba"), (9, "cba")])
def test_keep_counts_earlier_builds(keep: int, kept: str) -> None:
    assert root("c", "b", "a", keep=keep).kept == tuple(kept)


@pytest.mark.parametrize(("before", "kept"), [("a", "cba"), ("b", "cb"), ("c", "cb"), (None, "cb")])
def test_a_path_holds_on_to_what_was_before_a_trial(before: str | None, kept: str) -> None:
    assert root("c", "b", "a").on_trial(before).kept == tuple(kept)


@pytest.mark.parametrize(
    ("linked", "before"),
    [("b", "a"), ("a", None), (None, None)],  # the history is written before the link is switched
)
def test_the_link_says_whether_a_trial_has_begun(linked: str | None, before: str | None) -> None:
    assert root("b", "a").on_trial("a").goes_back_to(linked) == before


def test_a_trial_ends_when_what_was_before_it_is_gone() -> None:
    assert root("b", "a").on_trial("a").without(("a",)) == root("b")
    assert root("c", "b", "a").on_trial("a").without(("b",)) == root("c", "a").on_trial("a")


def test_the_mark_is_written_and_read(tmp_path: Path) -> None:
    _roots.write(str(tmp_path), root("b", "a").on_trial("a"))
    assert _roots.read(str(tmp_path), PATH) == root("b", "a").on_trial("a")
    assert "before_trial" not in root("b", "a").as_dict()  # images stay the same bits


def test_what_is_written_is_read(tmp_path: Path) -> None:
    _roots.write(str(tmp_path), root("b", "a", keep=3))
    assert _roots.read(str(tmp_path), PATH) == root("b", "a", keep=3)
    assert _roots.read_all(str(tmp_path)) == (root("b", "a", keep=3),)


def test_a_root_without_uses_leaves_no_file(tmp_path: Path) -> None:
    _roots.write(str(tmp_path), root("a"))
    _roots.write(str(tmp_path), root())
    assert list((tmp_path / ".roots").iterdir()) == []
    assert _roots.read(str(tmp_path), PATH) == Root(PATH)


@pytest.mark.parametrize(
    ("path", "name"),
    [("/opt/python/3.13", "%2Fopt%2Fpython%2F3.13"), ("/a%2Fb", "%2Fa%252Fb"), ("/with space", "%2Fwith space")],
)
def test_file_names_are_readable_and_never_collide(path: str, name: str) -> None:
    assert _roots.file_name(path) == name


def test_a_long_path_gets_a_digest_for_a_name() -> None:
    assert len(_roots.file_name("/" + "x" * 250)) == 64


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", " is damaged: an object was expected there"),
        ("{", " is damaged: an object was expected there"),
        ('{"keep": 1, "uses": []}', " is damaged: path should be a text"),
        ('{"path": "/x", "keep": true, "uses": []}', " is damaged: keep should be a whole number"),
        ('{"path": "/x", "keep": 1, "uses": [{}]}', ": uses[0] is damaged: entry should be a text"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / ".roots" / _roots.file_name(PATH)
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(StoreError) as caught:
        _roots.read_all(str(tmp_path))
    assert str(caught.value) == (
        f"{file}{complaint}. Remove that file: the builds stay, and only the history of its path is lost."
    )
    assert _roots.read_all(str(tmp_path), but=PATH) == ()
    assert _roots.read(str(tmp_path), PATH) == Root(PATH)  # for its own path a new history begins


@pytest.mark.parametrize("path", ["/opt/a\0b", "/opt/\ud800", "opt", "/opt/../etc"])
def test_a_path_that_none_can_be_is_damage(tmp_path: Path, path: str) -> None:
    """No file of that name could be looked at."""
    (tmp_path / ".roots").mkdir()
    file = tmp_path / ".roots" / "root"
    file.write_text(json.dumps({"path": path, "keep": 1, "uses": []}))
    with pytest.raises(StoreError) as caught:
        _roots.read_all(str(tmp_path))
    assert str(caught.value) == (
        f"{file} is damaged: path should be the absolute path of a build. Remove that file: the builds stay, and only "
        "the history of its path is lost."
    )


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noting(what: str, do: Callable[..., None]) -> Callable[..., None]:
        def note_and_do(*arguments: object) -> None:
            done.append(what)
            do(*arguments)

        return note_and_do

    monkeypatch.setattr(os, "fsync", noting("sync", os.fsync))
    monkeypatch.setattr(os, "replace", noting("rename", os.replace))
    _roots.write(str(tmp_path), root("a"))
    assert done == ["sync", "rename"]
