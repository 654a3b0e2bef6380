# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of hosts as a task on the controller sees them, evaluated only when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible import errors
from jinja2 import TemplateError, TemplateSyntaxError

from .settings import Unresolvable

# Variables that Ansible itself sets for each host, so a difference does not show where a variable is from.
_OF_ANSIBLE = {"inventory_hostname", "inventory_hostname_short", "group_names", "groups", "hostvars", "omit", "vars"}

# How a template fails. Before ansible-core 2.19 what it calls may fail in its own way.
_FAILURES = (errors.AnsibleError, TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# How a template says that it has no value. Before ansible-core 2.19 it returns the value of `omit` instead.
_OMITTED = getattr(errors, "AnsibleValueOmittedError", ())

Template = Callable[[Any, Mapping[str, Any]], Any]  # a value, and the variables that it may refer to


class HostVariables(Mapping[str, Any]):
    """The variables of one host; `raw` has the templates as they were written. Reading one raises `Unresolvable`."""

    def __init__(self, raw: Mapping[str, Any], template: Template) -> None:
        self.raw = raw
        self._template = template

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts that the host's answers set, unchanged."""
        facts = self.raw.get("ansible_facts")
        return facts if isinstance(facts, Mapping) else {}

    def __getitem__(self, name: str) -> Any:
        value = self.raw[name]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        try:
            found = self._template(value, self.raw)
        except _OMITTED:
            return None
        except _FAILURES as error:
            raise Unresolvable(_brief(error), may_work_later=not _is_syntax_error(error)) from None
        return None if isinstance(found, str) and found == self.raw.get("omit") else found

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)


def variables_of_hosts(task_vars: Mapping[str, Any], template: Template) -> dict[str, HostVariables]:
    """Host -> variables, for all hosts of the play.

    `hostvars` lacks the variables of the play itself, such as the `vars` of an import_playbook. They are found by
    comparing the variables of this task with `hostvars` for the same host.
    """
    hostvars = task_vars["hostvars"]
    here = hostvars.raw_get(task_vars["inventory_hostname"])
    of_the_play = {
        name: value
        for name, value in task_vars.items()
        if name not in _OF_ANSIBLE and not name.startswith("ansible_") and (name not in here or here[name] != value)
    }
    shared = {"hostvars": hostvars}
    return {
        host: HostVariables({**hostvars.raw_get(host), **shared, **of_the_play}, template)
        for host in task_vars["ansible_play_hosts_all"]
    }


def _is_syntax_error(error: BaseException) -> bool:
    """Whether it comes from a template that no value can make right."""
    cause = error.__cause__ or error.__context__
    return isinstance(error, TemplateSyntaxError) or (cause is not None and _is_syntax_error(cause))


def _brief(error: Exception) -> str:
    return str(getattr(error, "message", error)).partition("\n")[0]
