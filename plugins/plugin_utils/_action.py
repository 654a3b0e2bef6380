# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base classes of this collection's action plugins: the only place where an error becomes the task's failure.

Everything of a host's answer that Ansible shows is made readable here too, whatever the host sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.standalone.python.plugins.module_utils._argspec import has_secret_url
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from ._ansible_host import AnsibleController, AnsibleHost, trusted
from ._before_fork import find_connections_and_shells, read_fields_of_results, render_a_template
from ._console import readable_data
from ._fleet.answer import DamagedAnswer
from ._host import Controller, Host
from ._module_result import interpreter_failure, own_results, readable_output, unexpected_failure
from ._options import (
    ADDRESSES,
    GROUP,
    URL_FILES,
    addresses,
    of_other_modules,
    require_finite,
    require_known,
    require_plain_in_root,
)

# The keys of a result that Ansible shows; the rest is data, which stays as the host returned it.
_SHOWN = ("msg", "warnings", "deprecations", "diff", "exception", "module_stdout", "module_stderr")
_STREAMS = ("module_stdout", "module_stderr")
_HOST_PATHS = ("archive", *URL_FILES)

find_connections_and_shells()
read_fields_of_results()
render_a_template()  # the arguments of each task are templates, and those of each host are rendered in a new process


class CollectionAction(ActionBase):
    """An action plugin that does its work in `_outcome`; a `StandaloneError` raised there fails the task."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = True
    fetches = False  # whether the current module run fetches anything on the host

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task's result, as Ansible asks for it; a `StandaloneError` becomes a failed result with its message."""
        if self._task.async_val:
            return {
                "failed": True,
                "changed": False,
                "msg": f"Cannot run {self._task.action} with async: the controller checks and completes the answer of "
                "the host, which async leaves out. Leave out async; `forks` says how many hosts run side by side.",
            }
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            return presentable({**result, **self._outcome(task_vars or {})})
        except StandaloneError as error:
            return presentable({**result, "failed": True, "changed": False, "msg": str(error)})

    def _execute_module(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Ansible's own method; a failure of the interpreter itself names it, and what it printed.

        An error that the module does not catch is a message, too.
        """
        result: dict[str, Any] = super()._execute_module(*args, **kwargs)
        message = interpreter_failure(result, self._used_interpreter) or unexpected_failure(result)
        if message is None:
            return result
        traces = {"exception", *(name for name in _STREAMS if "Traceback (" in str(result.get(name)))}
        return {**{name: value for name, value in result.items() if name not in traces}, "msg": message}

    def _parse_returned_data(self, res: Mapping[str, Any], *profile: Any) -> Any:
        """As Ansible's own method, which shows a module's warnings as soon as it reads them; here they are readable."""
        return super()._parse_returned_data({**res, "stdout": readable_output(res["stdout"])}, *profile)

    def _compute_environment_string(self, raw_environment_out: dict[str, Any] | None = None) -> str:
        """The environment on the module's command line, without the variables that only a run that fetches needs."""
        environment: dict[str, Any] = {}
        whole: str = super()._compute_environment_string(environment)
        kept = environment if self.fetches else without_proxies(environment)
        if raw_environment_out is not None:
            raw_environment_out.clear()
            raw_environment_out.update(kept)
        return whole if kept == environment else str(self._connection._shell.env_prefix(**kept))

    def _validated(self, arguments: Mapping[str, Any], **constraints: Any) -> dict[str, Any]:
        """The task's options by the argument spec. Raises Ansible's error.

        A path on the host stays as it is: the controller's home and variables do not apply to it.
        """
        self._require_known(arguments)
        as_text = {name: {**arguments[name], "type": "str"} for name in _HOST_PATHS if name in arguments}
        _unused, params = self.validate_argument_spec({**arguments, **as_text}, **constraints)
        given = {name: addresses(params[name]) or None for name in ADDRESSES if name in arguments}
        return {**params, **given}

    def _add_options(
        self, values: Mapping[str, Any], templates: Mapping[str, str], task_vars: Mapping[str, Any]
    ) -> None:
        """Add options to the task: values, which can have templates of users in them, and templates of ours."""
        rendered = self._templar.template({**values, **{name: trusted(text) for name, text in templates.items()}})
        omitted = task_vars.get("omit")  # before ansible-core 2.19 a text, which stays in what is rendered
        given = {name: value for name, value in rendered.items() if omitted is None or value != omitted}
        self._task.args.update(given)  # in place, as below

    def _require_known(self, arguments: Mapping[str, Any]) -> None:
        """Raise `InvalidName` for infinity, and for an option that the module does not have, with the nearest one.

        One that the action group sets for others of its modules is left out.
        """
        defaults = [one[GROUP] for one in getattr(self._task, "module_defaults", None) or () if GROUP in one]
        surplus = (
            of_other_modules(self._task.args, arguments, map(self._templar.template, defaults)) if defaults else ()
        )
        for name in surplus:
            # In place: of a new object Ansible knows no origin, so its errors would show all of it, secrets included.
            del self._task.args[name]
        given = {name: value for name, value in self._task.args.items() if not name.startswith("_")}
        require_known(given, arguments, self._task.action, self._task.action)
        for name, value in given.items():
            require_finite(value, name)

    def host(self, task_vars: Mapping[str, Any]) -> Host:
        """The managed host of this task."""
        return AnsibleHost(self, task_vars)

    def controller(self, task_vars: Mapping[str, Any]) -> Controller:
        """This machine, as this task sees it."""
        return AnsibleController(self, task_vars)

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The task's result. Raises a `StandaloneError` when there is none."""
        raise NotImplementedError


class OwnModule(CollectionAction):
    """Run the module of the same name and keep only the keys of its result that this module returns."""

    _options: tuple[str, ...]  # of the module, with their aliases
    _returns: str  # a list that is in every answer

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        self._require_known({name: {} for name in self._options})
        paths = {name: value for name, value in self._task.args.items() if name.startswith(("path", "store"))}
        require_plain_in_root(paths, self._task.args.get("root"))
        result = own_results(self._execute_module(task_vars=task_vars))
        if not (result.get("failed") or result.get("skipped")):
            self._require_sound(result)
            return self._completed(result, task_vars)
        return result

    def _completed(self, result: dict[str, Any], _task_vars: dict[str, Any]) -> dict[str, Any]:
        """The sound result, with what only the controller knows."""
        return result

    def _require_sound(self, result: Mapping[str, Any]) -> None:
        """Raise `DamagedAnswer` for a result that the module never returns."""
        if not isinstance(result.get(self._returns), list):
            raise DamagedAnswer(
                f"The host answered something else than this module: {self._returns} should be a list. See which "
                "interpreter runs modules there, and whether that host is what it should be."
            )


def without_proxies(environment: Mapping[str, Any]) -> dict[str, Any]:
    """The variables without proxies and without addresses that hold a login or a token."""
    return {
        name: value
        for name, value in environment.items()
        if not name.lower().endswith("_proxy") and not has_secret_url(value)
    }


def presentable(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result, without characters that a terminal would obey or hide in the keys that Ansible shows."""
    return {name: readable_data(value) if name in _SHOWN else value for name, value in result.items()}
