# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `AnsibleHost` and `AnsibleController` make of the methods that Ansible gives to action plugins."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="action plugins run on the controller")

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import shell_loader

from ansible_collections.standalone.python.plugins.module_utils._argspec import unsealed
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._ansible_host import AnsibleController, AnsibleHost
from ansible_collections.standalone.python.plugins.plugin_utils._host import CommandResult

ADDED_BY_ANSIBLE = {"uid": 0, "gid": 0, "owner": "root", "group": "root", "mode": "0777", "state": "link", "size": 9}
TASK_VARS = {"inventory_hostname": "web1", "ansible_play_hosts": ["web1", "web2"]}


class Action(CollectionAction):
    """A plugin with Ansible's ways to the host replaced by lists of what was asked of them."""

    def __init__(
        self,
        *,
        tmpdir: str | None = "/host/tmp",
        delegate_to: str | None = None,
        pipelining: bool | None = True,
        becomes_unprivileged: bool = False,
        chmod_rc: int = 0,
    ) -> None:
        task = SimpleNamespace(
            args={}, async_val=0, check_mode=True, delegate_to=delegate_to, environment=["before"],
            get_search_path=list,
        )  # fmt: skip
        shell = SimpleNamespace(tmpdir=tmpdir, join_path=os.path.join)
        connection = SimpleNamespace(_shell=shell)
        templar = SimpleNamespace(template=lambda value: value)
        super().__init__(
            task, connection, play_context=None, loader=DataLoader(), templar=templar, shared_loader_obj=None
        )
        self.asked: list[Any] = []
        self.pipelining = pipelining
        self.becomes_unprivileged = becomes_unprivileged
        self.chmod_rc = chmod_rc

    def _low_level_execute_command(self, cmd: str, *, in_data: Any, sudoable: bool) -> dict[str, Any]:
        self.asked.append((cmd, in_data, sudoable))
        return {"rc": 3, "stdout": "out", "stderr": "err", "stdout_lines": ["out"]}

    def _execute_module(self, **options: Any) -> dict[str, Any]:
        self.asked.append({**options, "environment": self._task.environment, "fetches": self.fetches})
        return {"changed": True, "rc": 0, "invocation": {"module_args": {}}, **ADDED_BY_ANSIBLE}

    def _make_tmp_path(self, *_unused: Any) -> None:
        self._connection._shell.tmpdir = "/host/made"

    def _transfer_file(self, local_path: str, remote_path: str) -> None:
        self.asked.append((local_path, remote_path))

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        assert self.pipelining is not None, "should never be called"
        return self.pipelining

    def _is_become_unprivileged(self) -> bool:
        return self.becomes_unprivileged

    def _remote_chmod(self, paths: Any, mode: str, *_unused: Any) -> dict[str, Any]:
        self.asked.append((list(paths), mode))
        return {"rc": self.chmod_rc, "stdout": "", "stderr": "chmod: not supported"}

    def _fixup_perms2(self, paths: Any, **options: Any) -> None:
        self.asked.append((paths, options))


def test_a_command() -> None:
    action = Action()
    host = AnsibleHost(action, TASK_VARS)
    assert host.run_command("id") == CommandResult(3, "out", "err")
    host.run_command("cat", input_bytes=b"x", become=False)
    assert action.asked == [("id", None, True), ("cat", b"x", False)]
    assert (host.name, host.commands_take_input) == ("web1", True)


def test_a_module_gets_its_secrets_sealed_and_its_result_is_its_own() -> None:
    action = Action()
    arguments = {"path": "/opt/python", "url_password": "s3cret", "mirror": ["https://me:s3cret@mirror.example.com"]}
    assert AnsibleHost(action, TASK_VARS).run_module("build", arguments) == {"changed": True, "rc": 0}
    (asked,) = action.asked
    assert (asked["module_name"], asked["task_vars"]) == ("standalone.python.build", TASK_VARS)
    assert "s3cret" not in str(asked)
    assert unsealed(asked["module_args"]) == arguments


def test_the_environment_and_the_proxies_are_for_one_run() -> None:
    action = Action()
    host = AnsibleHost(action, TASK_VARS)
    host.run_module("links", {"links": []}, environment={"A": "1"})
    host.run_module("build", {}, fetches=True)
    host.run_module("build", {})
    assert [(one["environment"], one["fetches"]) for one in action.asked] == [
        ([{"A": "1"}, "before"], False),
        (["before"], True),
        (["before"], False),
    ]
    assert (action._task.environment, action.fetches) == (["before"], False)


@pytest.mark.parametrize(
    ("delegate", "given", "expected"),
    [
        (None, {}, {"ansible_python_interpreter": "/p"}),
        (
            "web2",
            {"ansible_delegated_vars": {"web2": {"a": 1}, "web3": {}}},
            {"ansible_delegated_vars": {"web2": {"a": 1, "ansible_python_interpreter": "/p"}, "web3": {}}},
        ),
    ],
)
def test_the_interpreter_is_set_where_ansible_reads_it(
    delegate: str | None, given: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    action = Action(delegate_to=delegate)
    AnsibleHost(action, {**TASK_VARS, **given}).run_module("build", {}, interpreter="/p")
    assert action.asked[0]["task_vars"] == {**TASK_VARS, **expected}


VALUES = {"A": "a", "B_1": "it's $A\nb", "NONE": ""}


@pytest.mark.parametrize("path", [
    "/opt/x", "/opt/$A/$B_1", "${A}/$A", "/$NONE/${NONE}x", "/$UNSET/${UNSET}", "/$", "/$1/${1}", "/${A", "$A}", "/$$A",
])  # fmt: skip
def test_variables_of_a_path_have_the_values_that_a_module_would_see(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `os.path.expandvars`, which Ansible uses for options of the type path."""
    action, commands = Action(), []

    def run(command: str, **_options: Any) -> dict[str, Any]:
        commands.append(command)
        done = subprocess.run(
            ["/bin/sh", "-c", command], capture_output=True, text=True, check=True, env={"A": "other"}
        )
        return {"rc": 0, "stdout": f"Welcome!\n{done.stdout}", "stderr": ""}

    of_the_task = shell_loader.get("sh").env_prefix(**VALUES)
    monkeypatch.setattr(action, "_low_level_execute_command", run)
    monkeypatch.setattr(action, "_compute_environment_string", lambda: of_the_task)
    for name in ("UNSET", "1"):
        monkeypatch.delenv(name, raising=False)
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    paths = {path, "/$A/of/another/option"} if "$" in path else {path}
    assert AnsibleHost(action, TASK_VARS).expand_paths(paths) == {one: os.path.expandvars(one) for one in paths}
    assert len(commands) == ("$" in path)


@pytest.mark.parametrize(
    ("said", "path"), [("<A=" * 1_000_000, "$A/x"), ("<A=", "$A/x"), ("<A=a=A><A=b=A>", "a/x"), ("=A><A=/=A>", "//x")]
)
def test_a_host_may_answer_anything_for_a_variable(monkeypatch: pytest.MonkeyPatch, said: str, path: str) -> None:
    """At once."""
    action = Action()
    answer = {"rc": 0, "stdout": said, "stderr": ""}
    monkeypatch.setattr(action, "_low_level_execute_command", lambda *_words, **_options: answer)
    monkeypatch.setattr(action, "_compute_environment_string", str)
    assert AnsibleHost(action, TASK_VARS).expand_paths({"$A/x"}) == {"$A/x": path}


@pytest.mark.parametrize(("home", "expected"), [("/home/me", "/home/me"), ("/", "")])
def test_a_home_in_a_path_is_the_host_s(home: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked once for all paths. A user that the host does not have stays as it is written."""
    action, asked = Action(), []

    def expand(path: str) -> str:
        asked.append(path)
        return home if path == "~" else path

    monkeypatch.setattr(action, "_remote_expand_user", expand)
    paths = {
        "~": expected or "/", "~/x": f"{expected}/x", "~//y/~": f"{expected}//y/~", "~gone/z": "~gone/z", "/~": "/~",
    }  # fmt: skip
    assert AnsibleHost(action, TASK_VARS).expand_paths(paths) == paths
    assert sorted(asked) == ["~", "~gone"]


@pytest.mark.parametrize(("tmpdir", "used"), [("/host/tmp", "/host/tmp"), (None, "/host/made")])
def test_a_file_goes_to_the_temporary_directory_of_the_task(tmpdir: str | None, used: str) -> None:
    action = Action(tmpdir=tmpdir)
    assert AnsibleHost(action, TASK_VARS).send_file("/x.tar.gz") == f"{used}/archive"
    assert action.asked == [("/x.tar.gz", f"{used}/archive"), ((used, f"{used}/archive"), {"execute": False})]


@pytest.mark.parametrize(
    ("becomes_unprivileged", "pipelining", "is_for_all"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_another_user_may_read_it(becomes_unprivileged: bool, pipelining: bool, is_for_all: bool) -> None:
    """Without pipelining the directory holds modules too, so Ansible's own ways have to do."""
    action = Action(becomes_unprivileged=becomes_unprivileged, pipelining=pipelining)
    AnsibleHost(action, TASK_VARS).send_file("/x.tar.gz")
    handed = ["/host/tmp", "/host/tmp/archive"]
    assert action.asked[1] == ((handed, "a+rX") if is_for_all else (tuple(handed), {"execute": False}))


def test_a_host_without_room_for_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_action: Action, _local: str, remote: str) -> None:
        raise AnsibleError(f"Failed to transfer file to '{remote}': [Errno 28] No space left on device")

    monkeypatch.setattr(Action, "_transfer_file", full)
    with pytest.raises(StoreError) as error:
        AnsibleHost(Action(), TASK_VARS).send_file("/x.tar.gz")
    assert str(error.value) == (
        "Cannot send an archive to /host/tmp/archive: No space left on device. Nothing was installed. Free some space "
        "in the temporary directory of Ansible on that host, set remote_tmp to another one, or set delivery to pull."
    )

    def lost(_action: Action, _local: str, _remote: str) -> None:
        raise AnsibleConnectionFailure("lost")

    monkeypatch.setattr(Action, "_transfer_file", lost)
    with pytest.raises(AnsibleConnectionFailure):  # which makes the host unreachable
        AnsibleHost(Action(), TASK_VARS).send_file("/x.tar.gz")


def test_another_user_may_not_read_it() -> None:
    action = Action(becomes_unprivileged=True, chmod_rc=1)
    with pytest.raises(StoreError) as error:
        AnsibleHost(action, TASK_VARS).send_file("/x.tar.gz")
    assert str(error.value) == (
        "Cannot let the user who installs read /host/tmp/archive: 'chmod: not supported'. Nothing was installed. "
        "Set remote_tmp to a directory in which chmod works, or delivery to pull."
    )


def test_the_controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("requests\n")
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_MIRROR", "https://mirror.example.com")
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE", "1h")
    controller = AnsibleController(Action(), {**TASK_VARS, "ansible_python_interpreter": "/usr/bin/python3.12"})
    assert (controller.check_mode, controller.host_count, controller.is_delegated) == (True, 2, False)
    assert controller.files.read(controller.files.find(str(file), "file")) == "requests\n"
    assert (controller.has_module("copy"), controller.has_module("a.b.c")) == (True, False)
    assert controller.default_addresses("mirror") == ["https://mirror.example.com"]
    assert controller.default_max_age_s() == 60 * 60
    assert controller.default_exclude() == ()
    configured, discoverable = controller.module_interpreters()
    assert configured == "/usr/bin/python3.12"
    assert "/usr/bin/python3" in discoverable
    assert AnsibleController(Action(delegate_to="web2"), TASK_VARS).is_delegated


@pytest.mark.parametrize(
    ("build_module_command", "interpreter"),
    [
        (lambda _env, shebang, _cmd: shlex.quote(shebang.removeprefix("#!")), "/a b/python3"),
        (lambda _env, shebang, _cmd: shebang.removeprefix("#!"), "'/a b/python3'"),  # before ansible-core 2.17
    ],
)
def test_an_interpreter_with_a_space_is_one_word(build_module_command: Any, interpreter: str) -> None:
    action = Action()
    action._connection._shell.build_module_command = build_module_command
    AnsibleHost(action, TASK_VARS).run_module("build", {}, interpreter="/a b/python3")
    assert action.asked[0]["task_vars"]["ansible_python_interpreter"] == interpreter


@pytest.mark.parametrize(("of_action", "of_connection"), [(True, None), (False, None), (None, True), (None, False)])
def test_whether_commands_take_input(of_action: bool | None, of_connection: bool | None) -> None:
    """The connection knows since ansible-core 2.19, the action before."""
    action = Action(pipelining=of_action)
    if of_connection is not None:
        action._connection.is_pipelining_enabled = lambda: of_connection
    assert AnsibleHost(action, TASK_VARS).commands_take_input is (of_connection if of_action is None else of_action)


def test_commands_take_no_input_with_mitogen_and_an_older_ansible_core() -> None:
    assert AnsibleHost(Action(pipelining=None), TASK_VARS).commands_take_input is False
