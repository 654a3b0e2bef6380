# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`build` for a host without a usable Python. `_bootstrap/task.py` describes how."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.task import (
    BOOTSTRAP_ARGUMENTS,
    BootstrapTask,
)
from ansible_collections.standalone.python.plugins.plugin_utils._build.options import CONSTRAINTS


class ActionModule(CollectionAction):
    """`standalone.python.bootstrap` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        self._validated(BOOTSTRAP_ARGUMENTS, required_one_of=[("name", "asset")])
        params = self._validated(BUILD_ARGUMENTS, **CONSTRAINTS)  # with the defaults of the options that only build has
        return BootstrapTask.from_params(params, self.controller(task_vars), self.host(task_vars)).run()
