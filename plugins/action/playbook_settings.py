# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the variables of a playbook of this collection, on the controller, for all hosts at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible.plugins.loader import lookup_loader
from ansible.utils.vars import load_extra_vars

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._before_fork import load_filters_and_tests
from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.host_variables import variables_of_hosts
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.settings import Fleet, checked
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import playbooks, spec_of

load_filters_and_tests()  # every playbook begins with this action, and uses filters for each host


class ActionModule(CollectionAction):
    """`standalone.python.playbook_settings` as a task sees it."""

    _requires_connection = False

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        arguments = {"playbook": {"type": "str", "choices": playbooks(), "required": True}}
        params = self._validated(arguments)
        spec = spec_of(params["playbook"])
        variables = variables_of_hosts(task_vars, self._templated)
        fleet = Fleet(
            variables=variables,
            facts={host: one.facts for host, one in variables.items()},
            files={host: self._files_of(one.raw) for host, one in variables.items()},
            matching=lambda pattern: self._hosts_matching(pattern, task_vars),
            extra=set(load_extra_vars(self._loader)),
            contradiction=_contradiction_in(spec.role) if spec.role else lambda _values: None,
        )
        run = checked(spec, fleet)
        result = {"changed": False, "hosts": run.hosts, "waves": run.waves, "paths": run.paths, "count": len(run.names)}
        return {**result, "warnings": list(run.warnings)} if run.warnings else result

    def _files_of(self, variables: Mapping[str, Any]) -> ControllerFiles:
        return ControllerFiles(self._loader, self._task.get_search_path(), variables)

    def _templated(self, value: Any, variables: Mapping[str, Any]) -> Any:
        return self._templar.copy_with_new_env(available_variables=variables).template(value)

    def _hosts_matching(self, pattern: Any, task_vars: Mapping[str, Any]) -> set[str]:
        """The hosts by Ansible's own lookup, which ignores --limit; the hosts of this play are within the limit."""
        lookup = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        return set(lookup.run(pattern if isinstance(pattern, list) else [pattern], variables=dict(task_vars)))


def _contradiction_in(role: str) -> Callable[[Mapping[str, Any]], str | None]:
    # Here, since playbooks without a role need none of what it imports.
    from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.contradictions import (
        contradiction,
    )

    return partial(contradiction, role)
