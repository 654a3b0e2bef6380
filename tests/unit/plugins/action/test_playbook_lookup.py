# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `playbook_lookup`: a lookup as a task, whose failure is one message."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.errors import AnsibleLookupError

from ansible_collections.standalone.python.plugins.action import playbook_lookup

PLAYBOOKS = Path(__file__).resolve().parents[4] / "playbooks"


class Lookup:
    """A lookup that fails for the term `bad`."""

    def run(self, terms: list[str], variables: dict[str, Any], **options: Any) -> list[Any]:
        if "bad" in terms:
            raise AnsibleLookupError("The index /x could not be read: no such file.")
        return [terms, variables, options]


class Loader:
    """What finds lookups by their full names."""

    def get(self, name: str, **_more: Any) -> Lookup:
        assert name == "standalone.python.release"
        return Lookup()


def act(monkeypatch: pytest.MonkeyPatch, **options: Any) -> dict[str, Any]:
    monkeypatch.setattr(playbook_lookup, "lookup_loader", Loader())
    args = {"lookup": "release", **options}
    task = SimpleNamespace(args=args, async_val=0, check_mode=False, action="standalone.python.playbook_lookup")
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    action = playbook_lookup.ActionModule(
        task, connection, play_context=None, loader=None, templar=None, shared_loader_obj=None
    )
    return dict(action.run(task_vars={"x": 1}))


def test_the_result_has_the_values_unless_only_a_check_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"terms": ["3.13"], "options": {"index": "bundled"}}
    assert act(monkeypatch, **options)["found"] == [["3.13"], {"x": 1}, {"index": "bundled"}]
    assert "found" not in act(monkeypatch, **options, check_only=True)


def test_a_failure_is_the_message_of_the_lookup_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    result = act(monkeypatch, terms=["bad"])
    assert (result["failed"], result["msg"]) == (True, "The index /x could not be read: no such file.")
