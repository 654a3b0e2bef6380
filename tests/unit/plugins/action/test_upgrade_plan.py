# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `upgrade_plan`: one module run on the host, and what of its answer counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.action import upgrade_plan
from tests.support.audited_fleets import STORE, build, host, newest

SETTINGS = {"owner": None, "group": None, "externally_managed": True}
OLDER = host(build("3.13.5", "20250723", sha256="1" * 64, **SETTINGS))
OLDER["paths"][0]["keep"] = 1


class Action(upgrade_plan.ActionModule):
    """The plugin with a host that gives this answer."""

    def __init__(self, args: dict[str, Any], answer: dict[str, Any]) -> None:
        task = SimpleNamespace(args=args, async_val=0, check_mode=False, action="standalone.python.upgrade_plan")
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
        super().__init__(task, connection, play_context=None, loader=None, templar=None, shared_loader_obj=None)
        self._load_name = "upgrade_plan"
        self._answer = answer
        self.modules: list[tuple[str, dict[str, Any]]] = []

    def _remote_expand_user(self, path: str, sudoable: bool = True, pathsep: str | None = None) -> str:
        return {"~": "/opt"}[path]

    def _execute_module(self, *, module_name: str, module_args: dict[str, Any], **_more: Any) -> dict[str, Any]:
        self.modules.append((module_name, module_args))
        return dict(self._answer)


def act(answer: dict[str, Any], **options: Any) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    action = Action({"name": "3.13", "assets": newest()["3.13"], **options}, answer)
    return action.run(task_vars={}), action.modules


def test_one_module_run_is_all_that_the_decision_needs() -> None:
    facts = {"upgrade_mirror": "https://evil.example.com", "discovered_interpreter_python": "/usr/bin/python3"}
    result, modules = act({**OLDER, "ansible_facts": facts, "warnings": ["Old."], "action": "absent"})
    assert modules == [("standalone.python.build_info", {"stores": [STORE]})]
    assert (result["action"], result["changed"], result["warnings"]) == ("upgrade", False, ["Old."])
    assert result["ansible_facts"] == {"discovered_interpreter_python": "/usr/bin/python3"}
    assert result["previous"] == OLDER["builds"][0]["name"]


def test_a_path_in_a_home_is_that_of_the_user_on_the_host() -> None:
    result, modules = act(OLDER, path="~/python/3.13")
    assert modules == [("standalone.python.build_info", {"stores": [STORE]})]
    assert (result["action"], result["path"], result["store"]) == ("upgrade", "/opt/python/3.13", STORE)
    _result, modules = act(OLDER, path="~/python/3.13", store="~/builds")
    assert modules == [("standalone.python.build_info", {"stores": ["/opt/builds"]})]


@pytest.mark.parametrize(
    ("answer", "options", "message", "runs"),
    [
        ({"failed": True, "msg": "Could not read /opt."}, {}, "Could not read /opt.", 1),
        ({"paths": []}, {}, "The host gave no answer.", 1),
        (
            OLDER,
            {"name": "latest"},
            "Cannot upgrade to latest: that name does not say at which path. Set upgrade_path.",
            0,
        ),
    ],
)
def test_a_host_without_a_decision_fails(
    answer: dict[str, Any], options: dict[str, Any], message: str, runs: int
) -> None:
    result, modules = act(answer, **options)
    assert (result["failed"], result["msg"], len(modules)) == (True, message, runs)


def test_a_host_that_fails_decides_nothing() -> None:
    decision = {"action": "upgrade", "path": "/srv", "previous": "x", "asset": {"name": "y"}, "skipped": True}
    result, _modules = act({"failed": True, "msg": "No.", "rc": 1, **decision})
    assert result == {"failed": True, "msg": "No.", "rc": 1}
