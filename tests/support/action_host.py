# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugins of `build` and `bootstrap` on a host that is this machine: commands run, modules are written down.

What the plugin decides is seen in three places: the commands it sent, what it handed to the module, and the result.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.standalone.python.plugins.action import bootstrap
from ansible_collections.standalone.python.plugins.action import build as action
from ansible_collections.standalone.python.plugins.module_utils._http.sealed import unsealed
from tests.support.fake_builds import TARGET, VERSION

OLD, NEW = "20260101", "20260201"
MODULE_RESULT = {"changed": True, "build": {"name": "x"}, "invocation": {"module_args": {"url_password": "s3cret"}}}
ADDED_BY_ANSIBLE = {"uid": 0, "gid": 0, "owner": "root", "group": "root", "mode": "0777", "state": "link", "size": 9}


@dataclass
class Host:
    """What reached the host, with the mode of each module run, and its user's home.

    `handed` are the arguments of the modules as Ansible sees them, `modules` the same with the secrets unsealed.
    """

    home: str
    commands: list[str] = field(default_factory=list)
    modules: list[dict[str, Any]] = field(default_factory=list)
    handed: list[dict[str, Any]] = field(default_factory=list)
    check_modes: list[bool] = field(default_factory=list)
    fetching: list[bool] = field(default_factory=list)  # whether proxies of the task are for the module
    received: dict[str, bytes] = field(default_factory=dict)
    interpreters: list[str | None] = field(default_factory=list)
    pipelining: bool = True
    becomes_unprivileged: bool = False
    chmod_fails: bool = False
    readable: list[str] = field(default_factory=list)  # files that every user was allowed to read
    answer: Mapping[str, Any] = field(default_factory=lambda: {**MODULE_RESULT, **ADDED_BY_ANSIBLE})
    first_answers: list[Mapping[str, Any]] = field(default_factory=list)  # of the first module runs


class OnHost(action.ActionModule):
    """A plugin with Ansible's ways to the host replaced: what lies behind these is Ansible's own."""

    def __init__(self, host: Host, args: Mapping[str, Any], check_mode: bool) -> None:
        shell = SimpleNamespace(tmpdir="/host/tmp", join_path=os.path.join)
        super().__init__(
            task=SimpleNamespace(
                args=dict(args), async_val=0, check_mode=check_mode, action=action.MODULE, delegate_to=None
            ),
            connection=SimpleNamespace(_shell=shell, is_pipelining_enabled=lambda: host.pipelining),
            play_context=None,
            loader=None,
            templar=None,
        )
        self._load_name = action.MODULE
        self._host = host

    def _low_level_execute_command(
        self, cmd: str, *_args: Any, in_data: bytes | None = None, **_kwargs: Any
    ) -> dict[str, Any]:
        self._host.commands.append(cmd)
        done = subprocess.run(["/bin/sh", "-c", cmd], input=in_data or b"", capture_output=True, check=False)
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}

    def _execute_module(
        self, *, module_name: str, module_args: dict[str, Any], task_vars: Mapping[str, Any], **_kwargs: Any
    ) -> dict[str, Any]:
        assert module_name == "standalone.python.build"
        self._host.interpreters.append(task_vars.get("ansible_python_interpreter"))
        self._host.handed.append(dict(module_args))
        self._host.modules.append(unsealed(module_args))
        self._host.check_modes.append(self._task.check_mode)
        self._host.fetching.append(self._fetches)
        return dict(self._host.first_answers.pop(0) if self._host.first_answers else self._host.answer)

    def _remote_expand_user(self, path: str, *_args: Any, **_kwargs: Any) -> str:
        return path.replace("~", self._host.home, 1)

    def _find_needle(self, dirname: str, needle: str) -> str:
        assert dirname == "files"
        return needle

    def _transfer_file(self, local_path: str, remote_path: str) -> str:
        self._host.received[remote_path] = Path(local_path).read_bytes()
        return remote_path

    def _is_become_unprivileged(self) -> bool:
        return self._host.becomes_unprivileged

    def _remote_chmod(self, paths: Any, mode: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        assert mode == "a+rX"
        if self._host.chmod_fails:
            return {"rc": 1, "stdout": "", "stderr": "chmod: not supported"}
        self._host.readable += paths
        return {"rc": 0, "stdout": "", "stderr": ""}

    def _fixup_perms2(self, remote_paths: Any, *_args: Any, **_kwargs: Any) -> None:
        assert set(remote_paths) == {"/host/tmp", *self._host.received}


class Action(OnHost):
    """That of `build`."""


class BootstrapAction(OnHost, bootstrap.ActionModule):
    """That of `bootstrap`."""


def file_name(release: str, flavor: str = "install_only_stripped") -> str:
    return f"cpython-{VERSION}+{release}-{TARGET}-{flavor}.tar.gz"


def act(host: Host, path: Path | str, *, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    return Action(host, {"path": str(path), **args}, check_mode).run(task_vars={})


def failure(host: Host, path: Path | str, **args: Any) -> str:
    """The message of a task that failed before any module ran."""
    result = act(host, path, **args)
    assert (result["failed"], result["changed"], host.modules) == (True, False, [])
    return str(result["msg"])
