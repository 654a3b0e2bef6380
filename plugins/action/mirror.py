# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve the declared entries to pinned assets and run the module with them, once."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.task import CONSTRAINTS, MirrorTask


class ActionModule(CollectionAction):
    """`standalone.python.mirror` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated(MIRROR_ARGUMENTS, **CONSTRAINTS)
        return MirrorTask(params, self.controller(task_vars), self.host(task_vars)).run()
