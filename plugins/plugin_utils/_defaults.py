# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults of `index`, `index_max_age` and `mirror`: a variable, the environment or ansible.cfg, in this order.

Ansible reads these itself for a lookup, from the same definitions in its documentation, but not for an action plugin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants

from ._options import age_seconds
from ._resolve.exclusion import Exclusion, parse_exclude

_PLUGIN = ("action", "standalone.python.build")


def _definition(option: str, **kind: str) -> dict[str, Any]:
    return {
        **kind,
        "env": [{"name": f"ANSIBLE_STANDALONE_PYTHON_{option.upper()}"}],
        "ini": [{"section": "standalone_python", "key": option}],
        "vars": [{"name": f"standalone_python_{option}"}],
    }


DEFINITIONS: dict[str, dict[str, Any]] = {
    "index": _definition("index", type="list", elements="str"),
    "index_max_age": _definition("index_max_age", type="str"),
    "exclude": _definition("exclude", type="raw"),
    "mirror": _definition("mirror", type="list", elements="str"),
}


def default_of(option: str, task_vars: Mapping[str, Any], templar: Any) -> list[str]:
    """The addresses in order; an empty list when nothing names any. `templar` renders a variable with a template."""
    return [str(address) for address in _found(option, task_vars, templar) or ()]


def default_max_age_s(task_vars: Mapping[str, Any], templar: Any) -> int:
    """The default of `index_max_age` in seconds, found likewise; 0 when nothing gives one. Raises `InvalidName`."""
    return age_seconds(_found("index_max_age", task_vars, templar), "standalone_python_index_max_age")


def default_exclude(task_vars: Mapping[str, Any], templar: Any) -> tuple[Exclusion, ...]:
    """The default of `exclude`, found likewise. Raises `InvalidName`."""
    return parse_exclude(_found("exclude", task_vars, templar), "standalone_python_exclude")


def _found(option: str, task_vars: Mapping[str, Any], templar: Any) -> Any:
    plugin_type, name = _PLUGIN
    constants.config.initialize_plugin_configuration_definitions(plugin_type, name, DEFINITIONS)
    variable = DEFINITIONS[option]["vars"][0]["name"]
    variables = {variable: templar.template(task_vars[variable])} if variable in task_vars else {}
    return constants.config.get_config_value(option, plugin_type=plugin_type, plugin_name=name, variables=variables)
