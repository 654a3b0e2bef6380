# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module of this name, drop what it does not return, and add the components that the table knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import OwnModule
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import HostAnswer
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.described import FACTS, described, facts_of


class ActionModule(OwnModule):
    """`standalone.python.build_info` as a task sees it."""

    _options = ("paths", "path", "stores", "store", "root", "verify", "environments", "sbom", "gather_facts")
    _returns = "builds"

    def _require_sound(self, result: Mapping[str, Any]) -> None:
        for build in HostAnswer.parse(result).builds:
            build.pids()
            build.drift()
            build.components()
            build.processes()

    def _completed(self, result: dict[str, Any], _task_vars: dict[str, Any]) -> dict[str, Any]:
        answer = HostAnswer.parse(result)
        builds = [described(found, self._task.args.get("sbom")) for found in answer.builds]
        if not boolean(self._task.args.get("gather_facts") or False):
            return {**result, "builds": builds}
        facts = {**result.get("ansible_facts", {}), FACTS: facts_of(answer)}
        return {**result, "builds": builds, "ansible_facts": facts}
