# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a lookup of this collection as a task: Ansible wraps a failure in a template in two more messages."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import lookup_loader

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._argspec import URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import ADVISORIES, read_advisories

_ARGUMENTS: dict[str, dict[str, Any]] = {
    "lookup": {"type": "str", "choices": ["advisories", "lock_content", "release"], "required": True},
    "terms": {"type": "list", "elements": "str", "required": True},
    "options": {"type": "dict", "default": {}},
    "check_only": {"type": "bool", "default": False},
}


class ActionModule(CollectionAction):
    """`standalone.python.playbook_lookup` as a task sees it."""

    _requires_connection = False

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated(_ARGUMENTS)
        if params["lookup"] == "advisories":
            return {"changed": False, "found": [self._advisories(params, task_vars)]}
        name = f"standalone.python.{params['lookup']}"
        lookup = lookup_loader.get(name, loader=self._loader, templar=self._templar)
        try:
            found = lookup.run(params["terms"], variables=task_vars, **params["options"])
        except AnsibleError as error:
            raise StandaloneError(error.message) from None
        return {"changed": False} if params["check_only"] else {"changed": False, "found": found}

    def _advisories(self, params: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The advisories as plain data, from files that are found as those of the lookups. Raises `StandaloneError`."""
        given = ArgumentSpecValidator(URL_ARGUMENTS).validate(params["options"])
        if given.error_messages:
            raise InvalidName(
                f"Cannot request advisories with these options: {' '.join(given.error_messages)}. Correct them."
            )
        files = self.controller(task_vars).files
        names = [name if "://" in name else files.find(name, ADVISORIES) for name in params["terms"]]
        options = UrlOptions.from_params(files.located_in(given.validated_parameters))
        return read_advisories(names, options=options).as_dict()
