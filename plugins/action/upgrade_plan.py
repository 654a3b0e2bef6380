# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a host has and decide what the playbook `upgrade` does on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.upgrade import UpgradeSpec, plan_upgrade
from ansible_collections.standalone.python.plugins.plugin_utils._host import Host

_ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "store": {"type": "str"},
    "assets": {"type": "list", "elements": "dict", "required": True},
    "allow_minor_change": {"type": "bool", "default": False},
}
# What the result has of that of `build_info`; the only fact is the interpreter that Ansible discovered. A failure has
# its cause too, and nothing that the playbook could read as a decision.
_PASSED_ON = ("ansible_facts", "warnings", "deprecations")
_OF_FAILURE = (*_PASSED_ON, "failed", "msg", "rc", "exception", "module_stdout", "module_stderr")


class ActionModule(CollectionAction):
    """`standalone.python.upgrade_plan` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        started = time.time()
        params = self._validated(_ARGUMENTS)
        host = self.host(task_vars)
        spec = UpgradeSpec.from_params({**params, **_expanded(params, host)})
        info = host.run_module("build_info", {"stores": [spec.store]})
        if info.get("failed"):
            return {key: info[key] for key in _OF_FAILURE if key in info}
        passed_on = {key: info[key] for key in _PASSED_ON if key in info}
        return {**passed_on, "changed": False, "started": started, **plan_upgrade(info, spec)}


def _expanded(params: Mapping[str, Any], host: Host) -> dict[str, str]:
    """The paths among the options, as the modules on the host read them."""
    given = {name: str(params[name]) for name in ("path", "store") if params[name]}
    expanded = host.expand_paths([*given.values()])
    return {name: expanded[path] for name, path in given.items()}
