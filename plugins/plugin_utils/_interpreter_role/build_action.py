# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action of `build` does in the loop of the role `interpreter`, whose variables have most of its options.

The rest of this package is imported there alone, since other tasks do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError

from .._action import CollectionAction
from .._build.task import RequireLinks
from .findings import WOULD_CHANGE


class RoleBuildAction(CollectionAction):
    """An action that may run in that loop, for an item of it."""

    def _take_from_role(self, task_vars: dict[str, Any]) -> RequireLinks | None:
        """In the loop, add the options that the variables of the role set, and return `require_links` of the task.

        Raises `InvalidName` if the variables cannot be used. A separate task for that would cost each host time, and a
        template that fails shows several messages.
        """
        item = task_vars.get("interpreter__build")
        if not isinstance(item, dict):
            return None
        from .options import TAKES_OPTIONS, build_options

        if item.get("is_refused"):
            raise InvalidName(str(self._templar.template(task_vars["interpreter__refusal"])))
        if TAKES_OPTIONS not in task_vars:
            return None
        self._add_options(*build_options(item, task_vars), task_vars)
        return partial(self._require_links, item, task_vars)

    @staticmethod
    def _counted(result: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The result; of a task of the role that only compares, as no change, since Ansible counts those it shows."""
        if "interpreter__compares" not in task_vars:
            return result
        return {**result, "changed": False, WOULD_CHANGE: result.get("changed", False)}

    def _require_links(self, item: dict[str, Any], task_vars: dict[str, Any], report: Mapping[str, Any]) -> None:
        """Raise `StoreError` if this user may install the build and not make it available as the role does next."""
        from .._links.options import LINKS_INFO_ARGUMENTS
        from .._links.task import LinksTask
        from .options import interpreter_linked, links_options

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
