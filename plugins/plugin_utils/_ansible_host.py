# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`Host` and `Controller` of an action plugin's task, by Ansible's own means."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.loader import module_loader

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    MIRROR_ARGUMENTS,
    sealed,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError

from ._controller_files import ControllerFiles
from ._defaults import default_exclude, default_max_age_s, default_of
from ._host import CommandResult
from ._module_result import own_results
from ._options import VARIABLE
from ._probe.answer import printed
from ._resolve.exclusion import Exclusion

# The argument specs of the modules that read sealed arguments.
_SEALED = {"build": BUILD_ARGUMENTS, "mirror": MIRROR_ARGUMENTS}


# In a failed transfer, whose whole message has two long paths twice.
_CAUSES = re.compile("No space left on device|Disk quota exceeded|Read-only file system|Permission denied")


class AnsibleHost:
    """The managed host, reached by the methods that Ansible gives to the plugin `action`."""

    def __init__(self, action: Any, task_vars: Mapping[str, Any]) -> None:
        self._action = action
        self._task_vars = task_vars

    @property
    def name(self) -> str:
        """The host's name in the inventory."""
        return str(self._task_vars.get("inventory_hostname"))

    @property
    def commands_take_input(self) -> bool:
        """Whether pipelining is on, so that a command can have input."""
        connection = self._action._connection
        if hasattr(connection, "is_pipelining_enabled"):
            return bool(connection.is_pipelining_enabled())
        try:  # before ansible-core 2.19
            return bool(self._action._is_pipelining_enabled("new"))
        except AssertionError:  # from mitogen, which has another way
            return False

    def run_command(self, command: str, *, input_bytes: bytes | None = None, become: bool = True) -> CommandResult:
        """Run a command by the host's `/bin/sh`."""
        answer = self._action._low_level_execute_command(command, in_data=input_bytes, sudoable=become)
        return CommandResult(answer["rc"], answer["stdout"], answer["stderr"])

    def run_module(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        fetches: bool = False,
        interpreter: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The module's result without the keys that are not its own. Secrets among the arguments are sealed."""
        handed = sealed(arguments, _SEALED[name]) if name in _SEALED else dict(arguments)
        with self._environment(environment or {}, fetches=fetches):
            result = self._action._execute_module(
                module_name=f"standalone.python.{name}",
                module_args=handed,
                task_vars=self._variables(interpreter),
            )
        return own_results(result)

    def send_file(self, path: str) -> str:
        """Send a file to the task's temporary directory, where the user who runs the module may read it.

        With pipelining, that directory holds nothing but such files, which are no secrets. So if another user without
        privileges runs the module, everyone may read them. Without pipelining the directory gets the module too, and
        Ansible's own ways to hand a file to one user have to do. Raises `StoreError`.
        """
        action, shell = self._action, self._action._connection._shell
        if shell.tmpdir is None:
            action._make_tmp_path()
        remote = str(shell.join_path(shell.tmpdir, "archive"))
        try:
            action._transfer_file(path, remote)
        except AnsibleConnectionFailure:
            raise
        except AnsibleError as error:
            known = _CAUSES.search(str(error.message))
            said = known[0] if known else printed("", str(error.message))
            raise StoreError(
                f"Cannot send an archive to {remote}: {said}. Nothing was installed. Free some space in the temporary "
                "directory of Ansible on that host, set remote_tmp to another one, or set delivery to pull."
            ) from None
        if self.commands_take_input and action._is_become_unprivileged():
            self._let_all_read(shell.tmpdir, remote)
        else:
            action._fixup_perms2((shell.tmpdir, remote), execute=False)  # saves the call that would make it executable
        return remote

    def _let_all_read(self, directory: str, file: str) -> None:
        answer = self._action._remote_chmod((directory, file), "a+rX")
        if answer["rc"] != 0:
            raise StoreError(
                f"Cannot let the user who installs read {file}: {printed(answer['stdout'], answer['stderr'])}. "
                "Nothing was installed. Set remote_tmp to a directory in which chmod works, or delivery to pull."
            )

    def expand_paths(self, paths: Collection[str]) -> dict[str, str]:
        """Each path with the variables and the home of the host's user, as an option of a module of type `path` has it.

        A variable that is not set stays as it is written. The host is asked once for all variables, and once for each
        home.
        """
        names = {found["name"] for path in paths for found in VARIABLE.finditer(path)}
        values = self._values_of(names) if names else {}
        expanded = {path: VARIABLE.sub(lambda found: values.get(found["name"], found[0]), path) for path in paths}
        users = {path.partition("/")[0] for path in expanded.values() if path.startswith("~")}
        homes = {user: str(self._action._remote_expand_user(user)).rstrip("/") for user in sorted(users)}
        return {path: _at_home(text, homes) for path, text in expanded.items()}

    def _values_of(self, names: Collection[str]) -> dict[str, str]:
        """The variables that are set there, also by the task's own `environment`."""
        script = "; ".join(
            f'[ -z "${{{name}+set}}" ] || printf "%s" "<{name}=" "${name}" "={name}>"' for name in sorted(names)
        )
        environment = str(self._action._compute_environment_string())
        said = self.run_command(f"{environment} /bin/sh -c {shlex.quote(script)}".strip()).stdout
        found = {name: said.partition(f"<{name}=")[2].partition(f"={name}>") for name in names}
        return {name: value for name, (value, end, _rest) in found.items() if end}

    def _variables(self, interpreter: str | None) -> dict[str, Any]:
        """The task's variables with the interpreter of modules, where they are read: a delegate has its own."""
        if interpreter is None:
            return dict(self._task_vars)
        by_us = {"ansible_python_interpreter": self._shell_word(interpreter)}
        delegate = self._action._task.delegate_to
        if not delegate:
            return {**self._task_vars, **by_us}
        delegated = self._task_vars["ansible_delegated_vars"]
        return {
            **self._task_vars,
            "ansible_delegated_vars": {**delegated, delegate: {**delegated[delegate], **by_us}},
        }

    def _shell_word(self, path: str) -> str:
        """The path as Ansible wants it: before ansible-core 2.17 the shell of the host splits it into words."""
        if shlex.quote(path) == path or "'" in self._action._connection._shell.build_module_command("", "#!a b", ""):
            return path
        return shlex.quote(path)

    @contextmanager
    def _environment(self, variables: Mapping[str, str], *, fetches: bool) -> Iterator[None]:
        """Set the environment of the module that runs meanwhile."""
        task = self._action._task
        before = task.environment if variables else None
        if variables:
            task.environment = [dict(variables), *(before or [])]
        self._action.fetches = fetches
        try:
            yield
        finally:
            self._action.fetches = False
            if variables:
                task.environment = before


class AnsibleController:
    """The machine that runs the plugin `action`."""

    def __init__(self, action: Any, task_vars: Mapping[str, Any]) -> None:
        self._action = action
        self._task_vars = task_vars

    @property
    def check_mode(self) -> bool:
        """Whether the task must not change anything."""
        return bool(self._action._task.check_mode)

    @property
    def host_count(self) -> int:
        """The number of hosts that run this task."""
        return len(self._task_vars.get("ansible_play_hosts", ()))

    @property
    def is_delegated(self) -> bool:
        """Whether another host than the one in the inventory does the task."""
        return bool(self._action._task.delegate_to)

    @property
    def files(self) -> ControllerFiles:
        """The files of this machine that the task can name."""
        action = self._action
        return ControllerFiles(action._loader, action._task.get_search_path(), self._task_vars)

    def has_module(self, name: str) -> bool:
        """Whether Ansible finds a module by its full name, so that its collection is installed on this machine."""
        return bool(module_loader.has_plugin(name))

    def module_interpreters(self) -> tuple[str | None, Sequence[str]]:
        """The interpreter of modules that is configured, and those that Ansible looks for when none is."""
        setting = constants.config.get_config_value("INTERPRETER_PYTHON", variables=self._task_vars)
        discoverable = constants.config.get_config_value("INTERPRETER_PYTHON_FALLBACK", variables=self._task_vars)
        return self._action._templar.template(setting), discoverable

    def default_addresses(self, option: str) -> list[str]:
        """The default of `index` or `mirror`; empty without one."""
        return default_of(option, self._task_vars, self._action._templar)

    def default_exclude(self) -> tuple[Exclusion, ...]:
        """The default of `exclude`; empty without one. Raises `InvalidName`."""
        return default_exclude(self._task_vars, self._action._templar)

    def default_max_age_s(self) -> int:
        """The default of `index_max_age` in seconds; 0 without one. Raises `InvalidName`."""
        return default_max_age_s(self._task_vars, self._action._templar)


def _at_home(path: str, homes: Mapping[str, str]) -> str:
    user, slash, rest = path.partition("/")
    return f"{homes[user]}{slash}{rest}" or "/" if user in homes else path


def trusted(template: str) -> str:
    """The template as ansible-core 2.19 and later wants one that no user wrote."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return template
    marked: str = trust_as_template(template)
    return marked
