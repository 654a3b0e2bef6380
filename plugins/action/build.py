# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run before the module and mostly instead of it: probe the host with one shell command, decide, choose the build."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._build.options import CONSTRAINTS
from ansible_collections.standalone.python.plugins.plugin_utils._build.task import BuildTask
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.build_action import RoleBuildAction


class ActionModule(RoleBuildAction):
    """`standalone.python.build` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        require_links = self._take_from_role(task_vars)
        params = self._validated(BUILD_ARGUMENTS, **CONSTRAINTS)
        task = BuildTask.from_params(params, self.controller(task_vars), self.host(task_vars))
        task.require_links = require_links
        return self._counted(task.run(), task_vars)
