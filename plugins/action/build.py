# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run before the module and mostly instead of it: probe the host with one shell command, decide, choose the build."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._build.options import CONSTRAINTS
from ansible_collections.standalone.python.plugins.plugin_utils._build.task import BuildTask


class ActionModule(CollectionAction):
    """`standalone.python.build` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        item = task_vars.get("interpreter__build")
        if isinstance(item, dict):
            self._take_from_role(item, task_vars)
        params = self._validated(BUILD_ARGUMENTS, **CONSTRAINTS)
        task = BuildTask.from_params(params, self.controller(task_vars), self.host(task_vars))
        if isinstance(item, dict) and "interpreter__takes_options" in task_vars:
            task.require_links = partial(self._require_links, item, task_vars)
        return task.run()

    def _take_from_role(self, item: dict[str, Any], task_vars: dict[str, Any]) -> None:
        """In the loop of the role interpreter, add the options that its variables set.

        Raises `InvalidName` if the variables cannot be used. A separate task for that would cost each host time, and a
        template that fails shows several messages.
        """
        from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.options import (
            TAKES_OPTIONS,
            build_options,
        )

        if item.get("is_refused"):
            raise InvalidName(str(self._templar.template(task_vars["interpreter__refusal"])))
        if TAKES_OPTIONS in task_vars:
            self._add_options(*build_options(item, task_vars), task_vars)

    def _require_links(self, item: dict[str, Any], task_vars: dict[str, Any], report: Mapping[str, Any]) -> None:
        """Raise `StoreError` if this user may install the build and not make it available as the role does next."""
        from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.options import (
            interpreter_linked,
            links_options,
        )
        from ansible_collections.standalone.python.plugins.plugin_utils._links.options import LINKS_INFO_ARGUMENTS
        from ansible_collections.standalone.python.plugins.plugin_utils._links.task import LinksTask

        own = self._task.args
        try:
            self._task.args = {"builds": interpreter_linked([{**report, "interpreter__build": item}], [item])}
            self._add_options(*links_options(task_vars), task_vars)
            params = self._validated(LINKS_INFO_ARGUMENTS)
        finally:
            self._task.args = own
        found = LinksTask.from_params(params, self.controller(task_vars), self.host(task_vars)).run()
        if found.get("unwritable"):
            raise StoreError(f"{found['unwritable']} No build was installed.")
