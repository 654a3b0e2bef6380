# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run before the module and mostly instead of it: probe the host with one shell command, decide, choose the build."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._build.options import CONSTRAINTS
from ansible_collections.standalone.python.plugins.plugin_utils._build.task import BuildTask


class ActionModule(CollectionAction):
    """`standalone.python.build` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        self._require_accepted(task_vars)
        params = self._validated(BUILD_ARGUMENTS, **CONSTRAINTS)
        return BuildTask.from_params(params, self.controller(task_vars), self.host(task_vars)).run()

    def _require_accepted(self, task_vars: dict[str, Any]) -> None:
        """Raise `InvalidName` in the loop of the role interpreter if its variables cannot be used.

        A separate task for that would cost each host time, and a template that fails shows several messages.
        """
        item = task_vars.get("interpreter__build")
        if isinstance(item, dict) and item.get("is_refused"):
            raise InvalidName(str(self._templar.template(task_vars["interpreter__refusal"])))
