# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run instead of a module: one shell command probes the host, and this plugin decides the rest."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.options import (
    TAKES_OPTIONS,
    links_options,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.options import LINKS_INFO_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._links.task import LinksTask


class ActionModule(CollectionAction):
    """`standalone.python.links_info` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        if TAKES_OPTIONS in task_vars:
            self._add_options(*links_options(task_vars), task_vars)
        params = self._validated(LINKS_INFO_ARGUMENTS)
        return LinksTask.from_params(params, self.controller(task_vars), self.host(task_vars)).run()
