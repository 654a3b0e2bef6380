# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module of this name, drop what it does not return, and add the components that the table knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._action import OwnModule
from ansible_collections.standalone.python.plugins.plugin_utils._components.table import completed
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import HostAnswer


class ActionModule(OwnModule):
    """`standalone.python.build_info` as a task sees it."""

    _options = ("paths", "path", "stores", "store", "root", "verify", "environments")
    _returns = "builds"

    def _require_sound(self, result: Mapping[str, Any]) -> None:
        for build in HostAnswer.parse(result).builds:
            build.pids()
            build.drift()
            build.components()
            build.processes()

    def _completed(self, result: dict[str, Any]) -> dict[str, Any]:
        builds = [
            {**found.answer, "components": completed(found.asset.build, found.components())}
            for found in HostAnswer.parse(result).builds
        ]
        return {**result, "builds": builds}
