# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where index and mirror are when a task does not say: a variable, the environment or ansible.cfg, in this order.

Ansible reads these by itself for a lookup, from the same definitions in its documentation, and not for an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants

_PLUGIN = ("action", "standalone.python.build")

DEFINITIONS: dict[str, dict[str, Any]] = {
    option: {
        "type": "list",
        "elements": "str",
        "env": [{"name": f"ANSIBLE_STANDALONE_PYTHON_{option.upper()}"}],
        "ini": [{"section": "standalone_python", "key": option}],
        "vars": [{"name": f"standalone_python_{option}"}],
    }
    for option in ("index", "mirror")
}


def default_of(option: str, task_vars: Mapping[str, Any], templar: Any) -> list[str]:
    """The places in order, none when nothing names any. `templar` renders the variable, which may be a template."""
    plugin_type, name = _PLUGIN
    constants.config.initialize_plugin_configuration_definitions(plugin_type, name, DEFINITIONS)
    variable = DEFINITIONS[option]["vars"][0]["name"]
    variables = {variable: templar.template(task_vars[variable])} if variable in task_vars else {}
    found = constants.config.get_config_value(option, plugin_type=plugin_type, plugin_name=name, variables=variables)
    return [str(place) for place in found or ()]
