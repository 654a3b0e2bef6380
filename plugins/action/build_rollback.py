# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module of this name and drop everything from its result that it does not return."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import OwnModule
from ansible_collections.standalone.python.plugins.plugin_utils._build.sboms import with_sboms


class ActionModule(OwnModule):
    """`standalone.python.build_rollback` as a task sees it."""

    _options = ("from_build", "reason", "paths", "path", "stores", "store", "root", "lock_timeout")
    _returns = "results"

    def _completed(self, result: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        host, root = self.host(task_vars), self._task.args.get("root")
        return {**result, "results": [with_sboms(one, host, root) for one in result["results"]]}
