# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two machines of a task as plain interfaces, so that the code of tasks knows nothing of Ansible's plugins.

`_ansible_host.py` implements both for an action plugin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ._controller_files import ControllerFiles
from ._resolve.exclusion import Exclusion


class CommandResult(NamedTuple):
    """What a shell command on the host printed, and its exit status."""

    rc: int
    stdout: str
    stderr: str


class Host(Protocol):
    """The managed host, as the user of the task. `name` is its name in the inventory."""

    @property
    def name(self) -> str:
        """The host's name in the inventory."""

    @property
    def commands_take_input(self) -> bool:
        """Whether a command can have input, as with pipelining."""

    def run_command(self, command: str, *, input_bytes: bytes | None = None, become: bool = True) -> CommandResult:
        """Run a command by the host's `/bin/sh`."""

    def run_module(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        fetches: bool = False,
        interpreter: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The result of this collection's module `name`, as the host returned it.

        Only a run that `fetches` gets the task's proxies. `interpreter` is the Python that runs the module, None for
        the one that Ansible chooses. Variables that the task sets itself outrank those of `environment`.
        """

    def send_file(self, path: str) -> str:
        """Send a file of the controller; its path on the host, where it stays until the task ends."""

    def expand_paths(self, paths: Collection[str]) -> dict[str, str]:
        """Each path with the variables and the home of the host's user, as an option of a module of type `path` has it.

        One question to the host is for all of them, so ask once for a task.
        """


class Controller(Protocol):
    """The machine that Ansible runs on. `check_mode` is the task's; `host_count` the number of hosts of the run."""

    @property
    def check_mode(self) -> bool:
        """Whether the task must not change anything."""

    @property
    def host_count(self) -> int:
        """The number of hosts that run this task."""

    @property
    def is_delegated(self) -> bool:
        """Whether another host than the one in the inventory does the task."""

    @property
    def files(self) -> ControllerFiles:
        """The files of this machine that the task can name."""

    def has_module(self, name: str) -> bool:
        """Whether Ansible finds a module by its full name, so that its collection is installed on this machine."""

    def module_interpreters(self) -> tuple[str | None, Sequence[str]]:
        """The interpreter of modules that is configured, and those that Ansible looks for when none is."""

    def default_addresses(self, option: str) -> list[str]:
        """The default of `index` or `mirror`, from a variable, the environment or ansible.cfg; empty without one."""

    def default_exclude(self) -> tuple[Exclusion, ...]:
        """The default of `exclude`; empty without one. Raises `InvalidName`."""

    def default_max_age_s(self) -> int:
        """The default of `index_max_age` in seconds, found likewise; 0 without one. Raises `InvalidName`."""
