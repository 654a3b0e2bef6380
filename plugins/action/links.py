# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pass the module what it cannot know on the host: the date that the controller sets for files in images."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._links.links import LINKS_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._build.image import exported_epoch


class ActionModule(CollectionAction):
    """`standalone.python.links` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated(LINKS_ARGUMENTS)
        environment = exported_epoch(TargetRoot.of(params["root"]))
        return self.host(task_vars).run_module("links", self._task.args, environment=environment)
