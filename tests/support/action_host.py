# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugins of `build` and `bootstrap` on a host that is this machine: commands run, modules are written down.

What a task decides is seen in three places: the commands it sent, what it handed to the module, and the result.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible.parsing.dataloader import DataLoader

from ansible_collections.standalone.python.plugins.action import bootstrap
from ansible_collections.standalone.python.plugins.action import build as action
from ansible_collections.standalone.python.plugins.plugin_utils._host import CommandResult
from tests.support.fake_builds import TARGET, VERSION

OLD, NEW = "20260101", "20260201"
MODULE_RESULT = {"changed": True, "build": {"name": "x"}}


@dataclass
class Host:
    """The `Host` of a task, with what reached it and its user's home. The first module runs give `first_answers`."""

    home: str
    name: str = "web1"
    commands_take_input: bool = True
    commands: list[str] = field(default_factory=list)
    modules: list[dict[str, Any]] = field(default_factory=list)
    fetching: list[bool] = field(default_factory=list)  # whether proxies of the task are for the module
    received: dict[str, bytes] = field(default_factory=dict)
    interpreters: list[str | None] = field(default_factory=list)
    environments: list[Mapping[str, str]] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=lambda: MODULE_RESULT)
    first_answers: list[Mapping[str, Any]] = field(default_factory=list)
    after_command: Callable[[], object] | None = None  # what another run does then

    def run_command(self, command: str, *, input_bytes: bytes | None = None, become: bool = True) -> CommandResult:
        self.commands.append(command)
        done = subprocess.run(["/bin/sh", "-c", command], input=input_bytes or b"", capture_output=True, check=False)
        if self.after_command:
            self.after_command()
        return CommandResult(done.returncode, done.stdout.decode(), done.stderr.decode())

    def run_module(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        fetches: bool = False,
        interpreter: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        assert name == "build"
        self.modules.append(dict(arguments))
        self.fetching.append(fetches)
        self.interpreters.append(interpreter)
        self.environments.append(environment or {})
        return dict(self.first_answers.pop(0) if self.first_answers else self.answer)

    def send_file(self, path: str) -> str:
        self.received["/host/tmp/archive"] = Path(path).read_bytes()
        return "/host/tmp/archive"

    def expand_paths(self, paths: Collection[str]) -> dict[str, str]:
        return {path: path.replace("~", self.home, 1).replace("$HOME", self.home) for path in paths}


def run_on(
    host: Host, args: Mapping[str, Any], *, check_mode: bool = False, bootstraps: bool = False, **task_vars: Any
) -> dict[str, Any]:
    """The result of a task of `build` or `bootstrap` with these options."""
    name = f"standalone.python.{'bootstrap' if bootstraps else 'build'}"
    task = SimpleNamespace(args=dict(args), async_val=0, check_mode=check_mode, action=name, get_search_path=list)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    kind = (bootstrap if bootstraps else action).ActionModule
    plugin = kind(task, connection, play_context=None, loader=DataLoader(), templar=None, shared_loader_obj=None)
    plugin._load_name = name
    plugin.host = lambda _task_vars: host
    result: dict[str, Any] = plugin.run(task_vars=task_vars)
    return result


def file_name(release: str, flavor: str = "install_only_stripped") -> str:
    return f"cpython-{VERSION}+{release}-{TARGET}-{flavor}.tar.gz"


def act(host: Host, path: Path | str, *, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    return run_on(host, {"path": str(path), **args}, check_mode=check_mode)


def bootstrap_on(host: Host, path: Path | str, *, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    return run_on(host, {"path": str(path), **args}, check_mode=check_mode, bootstraps=True)


def failure(host: Host, path: Path | str, **args: Any) -> str:
    """The message of a task that failed before any module ran."""
    result = act(host, path, **args)
    assert (result["failed"], result["changed"], host.modules) == (True, False, [])
    return str(result["msg"])
