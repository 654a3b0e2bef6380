# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults of `index`, `index_max_age` and `mirror`: a variable, the environment or ansible.cfg, in this order.

Ansible reads these itself for a lookup, from the same definitions in its documentation, but not for an action plugin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

from ._options import addresses, age_seconds, nearest
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


PREFIX = "standalone_python_"
FOREIGN = f"{PREFIX}foreign_variables"  # names, or patterns, of variables that belong to something else
_KNOWN = {option: f"{PREFIX}{option}" for option in (*DEFINITIONS, FOREIGN.removeprefix(PREFIX))}


def misspelt(name: str) -> str | None:
    """The variable of this collection that is probably meant by another name with its prefix; else None."""
    rest = name.removeprefix(PREFIX)
    close = None if rest == name or rest in _KNOWN else nearest(rest, _KNOWN, cutoff=0.75)
    return _KNOWN[close] if close else None


def require_known_variables(variables: Mapping[str, Any]) -> None:
    """Raise `InvalidName` for a variable so close to one of this collection that it must be misspelt."""
    for name in sorted(name for name in variables if str(name).startswith(PREFIX)):
        meant = misspelt(name)
        if meant and not is_foreign(name, variables.get(FOREIGN)):
            raise InvalidName(
                f"{name} is no variable of this collection. Did you mean {meant}? Rename it, or list it in {FOREIGN} "
                "if it belongs to something else."
            )


def is_foreign(name: str, patterns: Any) -> bool:
    """Whether a variable is listed as that of something else, in a list or a single text."""
    listed = patterns if isinstance(patterns, (list, tuple, set)) else [patterns] if patterns else []
    return any(fnmatchcase(name, str(one)) for one in listed)


def default_of(option: str, task_vars: Mapping[str, Any], templar: Any) -> list[str]:
    """The addresses in order; an empty list when nothing names any. `templar` renders a variable with a template."""
    return addresses(_found(option, task_vars, templar))


def default_max_age_s(task_vars: Mapping[str, Any], templar: Any) -> int:
    """The default of `index_max_age` in seconds, found likewise; 0 when nothing gives one. Raises `InvalidName`."""
    return age_seconds(_found("index_max_age", task_vars, templar), "standalone_python_index_max_age")


def default_exclude(task_vars: Mapping[str, Any], templar: Any) -> tuple[Exclusion, ...]:
    """The default of `exclude`, found likewise. Raises `InvalidName`."""
    return parse_exclude(_found("exclude", task_vars, templar), "standalone_python_exclude")


def _found(option: str, task_vars: Mapping[str, Any], templar: Any) -> Any:
    require_known_variables(task_vars)
    plugin_type, name = _PLUGIN
    constants.config.initialize_plugin_configuration_definitions(plugin_type, name, DEFINITIONS)
    variables = rendered([DEFINITIONS[option]["vars"][0]["name"]], task_vars, templar)
    return constants.config.get_config_value(option, plugin_type=plugin_type, plugin_name=name, variables=variables)


def rendered(names: Iterable[str], variables: Mapping[str, Any], templar: Any) -> dict[str, Any]:
    """Those variables of the names that are set, with their templates worked out, as Ansible does for no lookup."""
    found = {}
    for name in (name for name in names if name in variables):
        try:
            found[name] = templar.template(variables[name])
        except AnsibleError as error:  # which does not say where
            words = " ".join(str(error.message).split()).rstrip(".")
            raise InvalidName(f"Cannot read the variable {name}: {words}. Correct its template.") from error
    return found
