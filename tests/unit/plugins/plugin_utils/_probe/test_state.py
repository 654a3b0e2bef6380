# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._store import history
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from ansible_collections.standalone.python.plugins.plugin_utils._probe import probe as _probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import Probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.state import state_of
from tests.support.receipts import asset, named, receipt

PATH, STORE = "/opt/python/3.13", "/opt/python/.builds"
NOW, OLD = named(receipt(PATH), "now"), named(receipt(PATH, asset("3.13.4", "20250604")), "old")
ROOT = PathHistory(PATH, 2, (HistoryEntry("now", "2026-02-01T00:00:00Z"), HistoryEntry("old", "2026-01-01T00:00:00Z")))
NOTHING = _probe.parse(
    "standalone-python-probe 1\nkind=absent\nnearest_to_path=/\nnearest_to_store=/\nstandalone-python-probe end\n"
)
LINKED = replace(NOTHING, path_kind="link", link_target=".builds/now", target_exists=True, entry="now")


def state(probe: Probe) -> State:
    return state_of(probe, PATH, STORE)


def test_nothing_there() -> None:
    assert state(NOTHING) == State("absent", PathHistory(PATH))


def test_an_installed_build_with_its_history() -> None:
    probe = replace(
        LINKED,
        receipts={"now": NOW.as_dict(), "old": OLD.as_dict()},
        roots={history.file_name(PATH): ROOT.as_dict()},
        newer="lib/os.py",
        running={"old": (7,)},
        has_litter=True,
    )
    assert state(probe) == State(
        kind="link",
        root=ROOT,
        link_target=".builds/now",
        entry="now",
        receipt=NOW,
        suspicious="lib/os.py",
        stored={"now": NOW, "old": OLD},
        running={"old": (7,)},
        has_litter=True,
    )


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {**NOW.as_dict(), "files": "many"},
        {**NOW.as_dict(), "asset": {"name": "../x"}},
        {**NOW.as_dict(), "asset": asset().as_dict()},
    ],
    ids=["no JSON", "empty", "no number", "no asset", "of another entry"],
)
def test_a_receipt_that_makes_no_sense_is_damage(content: dict[str, Any] | None) -> None:
    found = state(replace(LINKED, receipts={"now": content}))
    assert (found.entry, found.receipt, found.stored) == ("now", None, {})
    assert [(damage.file, damage.entry) for damage in found.damage] == [(f"{STORE}/now/.build.json", "now")]


@pytest.mark.parametrize(
    "content", [None, {}, {"path": PATH, "keep": "1", "uses": []}, {**ROOT.as_dict(), "path": "/opt/python/3.12"}]
)
def test_a_root_that_makes_no_sense_is_rebuilt(content: dict[str, Any] | None) -> None:
    file = history.file_name(PATH)
    receipts = {"now": NOW.as_dict(), "old": OLD.as_dict()}
    found = state(replace(LINKED, receipts=receipts, roots={file: content}))
    assert [use.entry for use in found.root.uses] == ["now", "old"]
    assert [(damage.file, damage.path) for damage in found.damage] == [(f"{STORE}/.roots/{file}", PATH)]


def test_the_root_of_another_path_is_looked_at() -> None:
    path = "/opt/python/other"
    receipts, file = {"now": NOW.as_dict(), "old": OLD.as_dict()}, history.file_name(path)
    good = {history.file_name(PATH): ROOT.as_dict()}
    for content, problem in (
        (None, "is damaged: it does not hold what was written there."),
        ({**ROOT.as_dict(), "path": path}, "is damaged: it names now, which was made for /opt/python/3.13 by its"),
    ):
        found = state(replace(LINKED, receipts=receipts, roots={**good, file: content}))
        assert (found.root, found.is_root_damaged) == (ROOT, False)
        (damage,) = found.damage
        assert (damage.path, problem in damage.found) == (path, True)


def test_roots_that_are_no_directory_are_damage() -> None:
    (damage,) = state(replace(NOTHING, has_roots=False)).damage
    assert damage.found == f"{STORE}/.roots is damaged: it should be a directory."


@pytest.mark.parametrize(
    ("target", "exists", "entry"),
    [
        (".builds/gone", False, "gone"),
        ("/opt/python/.builds/gone", False, "gone"),
        ("../python/.builds/gone", False, "gone"),
        (".builds/gone/", False, "gone"),
        (".builds/gone/bin", False, None),
        ("elsewhere/gone", False, None),
        ("/usr/bin/python3", True, None),
    ],
)
def test_a_dangling_link_still_names_its_build(target: str, exists: bool, entry: str | None) -> None:
    found = state(replace(LINKED, link_target=target, target_exists=exists, entry=None))
    assert (found.kind, found.entry, found.link_target) == ("link", entry, target)
