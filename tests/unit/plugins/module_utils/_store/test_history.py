# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.module_utils._store import history as _history
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory, Roots
from tests.support.installed_builds import history
from tests.support.receipts import receipt

PATH = "/opt/python/3.13"


def root(*entries: str, keep: int = 1) -> PathHistory:
    return PathHistory(PATH, keep, tuple(HistoryEntry(entry, "2026-01-01T00:00:00Z") for entry in entries))


def entries(one: PathHistory) -> list[str]:
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
def test_a_switch_puts_the_entry_first_and_only_there(before: PathHistory, entry: str, after: list[str]) -> None:
    assert entries(before.switched(entry, "now")) == after


@pytest.mark.parametrize(("keep", "kept"), [(0, "c"), (1, "cb"), (2, "cba"), (9, "cba")])
def test_keep_counts_earlier_builds(keep: int, kept: str) -> None:
    assert root("c", "b", "a", keep=keep).kept == tuple(kept)


@pytest.mark.parametrize(("before", "kept"), [("a", "cba"), ("b", "cb"), ("c", "cb"), (None, "cb")])
def test_a_path_keeps_its_fallback(before: str | None, kept: str) -> None:
    assert root("c", "b", "a").with_fallback(before).kept == tuple(kept)


@pytest.mark.parametrize(
    ("linked", "before"),
    [("b", "a"), ("a", None), (None, None)],  # the history is written before the link is switched
)
def test_the_link_says_whether_the_build_is_provisional(linked: str | None, before: str | None) -> None:
    assert root("b", "a").with_fallback("a").active_fallback(linked) == before


def test_a_provisional_state_ends_when_the_fallback_is_gone() -> None:
    assert root("b", "a").with_fallback("a").without(("a",)) == root("b")
    assert root("c", "b", "a").with_fallback("a").without(("b",)) == root("c", "a").with_fallback("a")


def test_the_mark_is_written_and_read(tmp_path: Path) -> None:
    _history.write(str(tmp_path), root("b", "a").with_fallback("a"))
    assert history(str(tmp_path), PATH) == root("b", "a").with_fallback("a")
    assert "fallback" not in root("b", "a").as_dict()  # images stay the same bits


def test_what_is_written_is_read(tmp_path: Path) -> None:
    _history.write(str(tmp_path), root("b", "a", keep=3))
    assert history(str(tmp_path), PATH) == root("b", "a", keep=3)
    assert _history.read_all(str(tmp_path)) == Roots((root("b", "a", keep=3),))


def test_a_root_without_uses_leaves_no_file(tmp_path: Path) -> None:
    _history.write(str(tmp_path), root("a"))
    _history.write(str(tmp_path), root())
    assert list((tmp_path / ".roots").iterdir()) == []
    assert history(str(tmp_path), PATH) == PathHistory(PATH)


@pytest.mark.parametrize(
    ("path", "name"),
    [("/opt/python/3.13", "%2Fopt%2Fpython%2F3.13"), ("/a%2Fb", "%2Fa%252Fb"), ("/with space", "%2Fwith space")],
)
def test_file_names_are_readable_and_never_collide(path: str, name: str) -> None:
    assert _history.file_name(path) == name


def test_a_long_path_gets_a_digest_for_a_name() -> None:
    assert len(_history.file_name("/" + "x" * 250)) == 64


USES = [{"entry": "a", "since": "2026"}]
GOOD = {"path": PATH, "keep": 1, "uses": USES}
DAMAGED = {
    "empty": ("", " is damaged: an object was expected there."),
    "broken off": ('{"path"', " is damaged: an object was expected there."),
    "no text": (b"\xff\xfe", " is damaged: an object was expected there."),
    "a NUL": (b'{"path": "/x\0"}', " is damaged: an object was expected there."),
    "nested too deep": ("[" * 100_000, " is damaged: an object was expected there."),
    "a key twice": ('{"keep": 1, "keep": 2}', " is damaged: an object was expected there."),
    "no path": ({**GOOD, "path": None}, " is damaged: path should be a text."),
    "no number": ({**GOOD, "keep": True}, " is damaged: keep should be a whole number."),
    "a negative number": ({**GOOD, "keep": -1}, " is damaged: keep should be a number that can be."),
    "a huge number": ({**GOOD, "keep": 2**63}, " is damaged: keep should be a number that can be."),
    "no entry": ({**GOOD, "uses": [{}]}, ": uses[0] is damaged: entry should be a text."),
    "nothing about a build that was left": ({**GOOD, "left": [{}]}, ": left[0] is damaged: build should be a text."),
    "a build left for two lines": (
        {**GOOD, "left": [{"build": "a", "since": "", "reason": "x\ny"}]},
        ": left[0] is damaged: reason should be printable.",
    ),
    "more about a build that was left": (
        {**GOOD, "left": [{"build": "a", "since": "", "reason": "", "by": "me"}]},
        ": left[0] is damaged: 'by' is unknown there.",
    ),
    "no uses": ({**GOOD, "uses": []}, " is damaged: uses should be at least one build, and each once."),
    "a build twice": (
        {**GOOD, "uses": USES * 2},
        " is damaged: uses should be at least one build, and each once.",
    ),
    "another place": (
        {**GOOD, "uses": [{"entry": "../x", "since": ""}]},
        " is damaged: uses should be builds in the store.",
    ),
    "an unknown key": ({**GOOD, "kept": 1}, " is damaged: 'kept' is unknown there."),
    "another seal": (
        {**GOOD, "seal": "0" * 64},
        " is damaged: its content is not the content that its seal was made for.",
    ),
    "another path": (
        {**GOOD, "path": "/opt/python/3.12"},
        " is damaged: it holds the history of /opt/python/3.12, which belongs to another name.",
    ),
    **{
        f"the path {path!r}": (
            {**GOOD, "path": path},
            " is damaged: path should be the absolute path of a build.",
        )
        for path in ("/opt/a\0b", "/opt/\ud800", "opt", "/opt/../etc")
    },
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    content, complaint = DAMAGED[name]
    file = tmp_path / ".roots" / _history.file_name(PATH)
    file.parent.mkdir()
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else rendered(content))
    (damage,) = _history.read_all(str(tmp_path)).damage
    assert str(damage) == (
        f"{file}{complaint} Nothing is pruned from the store meanwhile. Run standalone.python.build for {PATH}: it "
        "writes the file again, from the link and the receipts of its builds."
    )
    assert (damage.file, damage.path, damage.entry) == (str(file), PATH, None)


def test_a_file_whose_path_nobody_knows_is_named(tmp_path: Path) -> None:
    (tmp_path / ".roots").mkdir()
    (tmp_path / ".roots" / "strange").write_text("")
    (damage,) = _history.read_all(str(tmp_path)).damage
    assert damage.path is None
    assert damage.remedy.startswith("Remove it: the builds stay, and the next run for its path writes the history")


def test_a_flipped_bit_is_damage_even_where_all_is_plausible(tmp_path: Path) -> None:
    """`keep` 0 for 1 would let a build go that is kept."""
    _history.write(str(tmp_path), root("b", "a", keep=1))
    file = tmp_path / ".roots" / _history.file_name(PATH)
    file.write_text(file.read_text().replace('"keep": 1', '"keep": 0'))
    (damage,) = _history.read_all(str(tmp_path)).damage
    assert "is not the content that its seal was made for" in damage.found


MAKE: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a directory": lambda file: file.mkdir(),
    "a symbolic link": lambda file: file.symlink_to("/dev/null"),
    "a socket": lambda file: socket.socket(socket.AF_UNIX).bind(os.path.relpath(file)),
}


@pytest.mark.parametrize("kind", MAKE)
def test_only_a_regular_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The other paths are read as before, and the file's own path gets a new one, but never through a link."""
    monkeypatch.chdir(tmp_path)  # the name of a socket has to be short
    _history.write(str(tmp_path), root("a")._replace(path="/other"))
    file = tmp_path / ".roots" / _history.file_name(PATH)
    MAKE[kind](file)
    found = _history.read_all(str(tmp_path))
    assert [one.path for one in found.sound] == ["/other"]
    assert [one.found for one in found.damage] == [f"{file} is damaged: it is {kind}, and should be a regular file."]
    _history.write(str(tmp_path), root("a"))
    assert history(str(tmp_path), PATH) == root("a")


def test_a_directory_with_something_in_it_stays(tmp_path: Path) -> None:
    file = tmp_path / ".roots" / _history.file_name(PATH)
    (file / "precious").mkdir(parents=True)
    with pytest.raises(StoreError) as caught:
        _history.write(str(tmp_path), root("a"))
    assert str(caught.value) == (
        f"Cannot write {file}: a directory with something in it is there. Move it away and run again."
    )
    assert (file / "precious").is_dir()


@pytest.mark.parametrize("path", [PATH, "/a%2Fb", "/with space", "/%25"])
def test_a_name_shows_its_path(path: str) -> None:
    assert _history.path_of(_history.file_name(path)) == path


@pytest.mark.parametrize("name", ["strange", "0" * 64, "%2Fa%2", "%252Fa", "%2f"])
def test_a_name_without_one(name: str) -> None:
    assert _history.path_of(name) is None


def test_a_history_is_rebuilt_from_link_and_receipts() -> None:
    stored = {
        "current": receipt(PATH)._replace(installed_at="2026-02-01T00:00:00Z"),
        "newer": receipt(PATH)._replace(installed_at="2026-03-01T00:00:00Z"),
        "older": receipt(PATH)._replace(installed_at="2026-01-01T00:00:00Z"),
        "other": receipt("/other"),
    }
    found = _history.rebuilt(PATH, "current", stored)
    assert entries(found) == ["current", "newer", "older"]
    assert found.kept == ("current", "newer", "older")
    assert entries(_history.rebuilt(PATH, None, stored)) == ["newer", "current", "older"]
    assert _history.rebuilt("/nobody", None, stored) == PathHistory("/nobody")


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noting(what: str, do: Callable[..., None]) -> Callable[..., None]:
        def note_and_do(*arguments: object) -> None:
            done.append(what)
            do(*arguments)

        return note_and_do

    monkeypatch.setattr(os, "fsync", noting("sync", os.fsync))
    monkeypatch.setattr(os, "replace", noting("rename", os.replace))
    _history.write(str(tmp_path), root("a"))
    assert done == ["sync", "rename"]
