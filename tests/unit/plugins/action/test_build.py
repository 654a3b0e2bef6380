# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin on a host that is this machine: the probe really runs, and the module's run is written down.

What the plugin decides is seen in three places: the commands it sent, what it handed to the module, and the result.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.errors import AnsibleActionFail

from ansible_collections.standalone.python.plugins.action import build as action
from ansible_collections.standalone.python.plugins.module_utils._install import run
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, VERSION, FakeBuild
from tests.support.index_documents import digest_of, url_of, versions_index
from tests.unit.orders import order

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the made-up builds are for x86-64")

OLD, NEW = "20260101", "20260201"
MODULE_RESULT = {"changed": True, "build": {"name": "x"}, "invocation": {"module_args": {"url_password": "s3cret"}}}
ADDED_BY_ANSIBLE = {"uid": 0, "gid": 0, "owner": "root", "group": "root", "mode": "0777", "state": "link", "size": 9}


@dataclass
class Host:
    """What reached the host, and its user's home."""

    home: str
    commands: list[str] = field(default_factory=list)
    modules: list[dict[str, Any]] = field(default_factory=list)
    received: dict[str, bytes] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=lambda: {**MODULE_RESULT, **ADDED_BY_ANSIBLE})


class Action(action.ActionModule):
    """The plugin with Ansible's ways to the host replaced: what lies behind these is Ansible's own."""

    def __init__(self, host: Host, args: Mapping[str, Any], check_mode: bool) -> None:
        shell = SimpleNamespace(tmpdir="/host/tmp", join_path=os.path.join)
        super().__init__(
            task=SimpleNamespace(args=dict(args), async_val=0, check_mode=check_mode, action=action.MODULE),
            connection=SimpleNamespace(_shell=shell),
            play_context=None,
            loader=None,
            templar=None,
        )
        self._load_name = action.MODULE
        self._host = host

    def _low_level_execute_command(self, cmd: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        self._host.commands.append(cmd)
        done = subprocess.run(["/bin/sh", "-c", cmd], capture_output=True, text=True, check=False)
        return {"rc": done.returncode, "stdout": done.stdout, "stderr": done.stderr}

    def _execute_module(self, *, module_name: str, module_args: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        assert module_name == "standalone.python.build"
        self._host.modules.append(module_args)
        return dict(self._host.answer)

    def _remote_expand_user(self, path: str, *_args: Any, **_kwargs: Any) -> str:
        return path.replace("~", self._host.home, 1)

    def _find_needle(self, dirname: str, needle: str) -> str:
        assert dirname == "files"
        return needle

    def _transfer_file(self, local_path: str, remote_path: str) -> str:
        self._host.received[remote_path] = Path(local_path).read_bytes()
        return remote_path

    def _fixup_perms2(self, remote_paths: Any, *_args: Any, **_kwargs: Any) -> None:
        assert set(remote_paths) == {"/host/tmp", *self._host.received}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "controller home"))
    for name in ("UV_PYTHON_INSTALL_MIRROR", "UV_ASTRAL_MIRROR_URL", "UV_PYTHON_DOWNLOADS_JSON_URL"):
        monkeypatch.delenv(name, raising=False)
    return Host(str(tmp_path / "home"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "opt" / MINOR


@pytest.fixture
def old(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", OLD)


@pytest.fixture
def index(tmp_path: Path) -> str:
    """Two releases of the version that these tests know a build of."""
    file = tmp_path / "index.ndjson"
    file.write_bytes(versions_index(file_name(OLD), file_name(NEW)))
    return str(file)


def file_name(release: str, flavor: str = "install_only_stripped") -> str:
    return f"cpython-{VERSION}+{release}-{fake_builds.TARGET}-{flavor}.tar.gz"


def act(host: Host, path: Path | str, *, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    return Action(host, {"path": str(path), **args}, check_mode).run(task_vars={})


def failure(host: Host, path: Path | str, **args: Any) -> str:
    """The message of a task that failed before any module ran."""
    result = act(host, path, **args)
    assert (result["failed"], result["changed"], host.modules) == (True, False, [])
    return str(result["msg"])


class TestNothingToDo:
    """One shell command; no module, no index."""

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_an_installed_build_that_answers(self, host: Host, path: Path, old: FakeBuild, check_mode: bool) -> None:
        done = run(order(path, old))
        result = act(host, path, name=MINOR, index=["/nowhere"], check_mode=check_mode)
        assert (len(host.commands), host.modules) == (1, [])
        assert (result["changed"], result["diff"]["before"]) == (False, result["diff"]["after"])
        assert result.keys() == done.keys()
        assert {key: result[key] for key in ("build", "path", "executable", "executables", "store")} == {
            key: done[key] for key in ("build", "path", "executable", "executables", "store")
        }

    def test_nothing_wanted_where_nothing_is(self, host: Host, path: Path) -> None:
        result = act(host, path, state="absent")
        assert (result["changed"], result["build"], len(host.commands), host.modules) == (False, None, 1, [])

    def test_the_newest_that_the_index_has(self, host: Host, path: Path, index: str) -> None:
        run(order(path, fake_builds.make(path.parent / "mirror", NEW)))
        assert act(host, path, name=MINOR, state="latest", index=[index])["changed"] is False
        assert (len(host.commands), host.modules) == (1, [])

    def test_a_pinned_asset_that_is_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        assert act(host, path, asset=old.asset())["changed"] is False
        assert host.modules == []


class TestModule:
    """Something to do is one module run more, with all that it needs and nothing that is the controller's."""

    def test_a_name_becomes_a_pinned_asset(self, host: Host, path: Path, index: str) -> None:
        result = act(
            host, path, name=MINOR, index=index, min_age="1d", keep=3, mirror="https://mirror.example.com",
            health_imports=["ssl"], timeout="5",
        )  # fmt: skip
        name = file_name(NEW)
        assert host.modules == [
            {
                "name": MINOR,
                "state": "present",
                "path": str(path),
                "cpu_level": "baseline",
                "prerelease": False,
                "mirror": ["https://mirror.example.com"],
                "asset": {
                    "name": name[: -len(".tar.gz")],
                    "version": VERSION,
                    "release": NEW,
                    "target": fake_builds.TARGET,
                    "flavor": "install_only_stripped",
                    "build_options": "",
                    "url": url_of(name),
                    "sha256": digest_of(name),
                    "prerelease": False,
                },
                "keep": 3,
                "compile_bytecode": True,
                "externally_managed": True,
                "verify": "quick",
                "health_imports": ["ssl"],
                "adopt": False,
                "timeout": 5,
                "validate_certs": True,
                "use_proxy": True,
                "headers": {},
                "force_basic_auth": False,
            }
        ]
        assert len(host.commands) == 1
        assert result == {"changed": True, "build": {"name": "x"}}

    def test_an_asset_is_handed_on_without_a_name(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset())
        assert host.modules[0]["asset"] == {**old.asset(), "prerelease": False}
        assert "name" not in host.modules[0]

    def test_a_removal_needs_no_name_and_no_index(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        act(host, path, state="absent")
        assert host.modules[0]["state"] == "absent"
        assert "asset" not in host.modules[0]

    def test_what_looks_changed_is_looked_at_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        act(host, path, name=MINOR, verify="full", index=["/nowhere"])
        act(host, path, name=MINOR, verify="full", index=["/nowhere"], check_mode=True)
        assert [("asset" in module, module["verify"]) for module in host.modules] == [(False, "full")] * 2

    def test_latest_moves_to_a_newer_rebuild(self, host: Host, path: Path, old: FakeBuild, index: str) -> None:
        run(order(path, old))
        act(host, path, name=MINOR, state="latest", index=[index])
        assert host.modules[0]["asset"]["release"] == NEW

    def test_a_digest_chooses_and_is_not_handed_on(self, host: Host, path: Path, index: str) -> None:
        checksum = f"sha256:{digest_of(file_name(NEW))}"
        act(host, path, name=f"{VERSION}+{NEW}", index=[index], checksum=checksum)
        assert host.modules[0]["asset"]["sha256"] == digest_of(file_name(NEW))
        assert "checksum" not in host.modules[0]
        assert "checksum" in failure(Host(host.home), path, name=VERSION, index=[index], checksum="0" * 64)

    @pytest.mark.parametrize("option", ["path", "dest"])
    def test_the_path_has_two_names(self, host: Host, path: Path, old: FakeBuild, option: str) -> None:
        Action(host, {option: str(path), "asset": old.asset()}, check_mode=False).run(task_vars={})
        assert host.modules[0]["path"] == str(path)
        assert "dest" not in host.modules[0]

    def test_home_is_the_hosts_and_variables_are_nobodys(self, host: Host, old: FakeBuild) -> None:
        act(host, "~/py", store="~/builds", asset=old.asset())
        assert (host.modules[0]["path"], host.modules[0]["store"]) == (f"{host.home}/py", f"{host.home}/builds")
        act(host, f"{host.home}/$HOME/py", asset=old.asset())
        assert host.modules[1]["path"] == f"{host.home}/$HOME/py"

    @pytest.mark.parametrize(
        ("environment", "option", "mirrors"),
        [
            ({}, None, []),
            ({"UV_PYTHON_INSTALL_MIRROR": "https://uv.example.com"}, None, ["https://uv.example.com"]),
            (
                {"UV_PYTHON_INSTALL_MIRROR": "https://uv.example.com"},
                ["https://m", "file:///m"],
                ["https://m", "file:///m"],
            ),
        ],
    )
    def test_mirrors_are_the_tasks_or_uvs(
        self, host: Host, path: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch,
        environment: dict[str, str], option: list[str] | None, mirrors: list[str],
    ) -> None:  # fmt: skip
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        args: dict[str, Any] = {"mirror": option} if option else {}
        act(host, path, asset=old.asset(), **args)
        assert host.modules[0]["mirror"] == mirrors

    def test_failure_on_the_host_is_handed_back(self, host: Host, path: Path, old: FakeBuild) -> None:
        host.answer = {"failed": True, "msg": "There is not enough space.", "invocation": {}}
        assert act(host, path, asset=old.asset()) == {"failed": True, "msg": "There is not enough space."}


class TestArchive:
    def test_it_is_checked_here_and_sent(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum=f"sha256:{old.sha256}")
        assert host.received == {"/host/tmp/archive": old.archive.read_bytes()}
        assert host.modules[0]["archive"] == "/host/tmp/archive"
        assert host.modules[0]["asset"] == {**old.asset(), "url": "", "prerelease": False}
        assert "name" not in host.modules[0]

    def test_another_content_is_not_sent(self, host: Host, path: Path, old: FakeBuild) -> None:
        told = failure(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum="0" * 64)
        assert str(old.archive) in told
        assert old.sha256 in told
        assert host.received == {}

    def test_one_on_the_host_is_left_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, name=f"{VERSION}+{OLD}", archive="~/py.tar.gz", remote_src=True, checksum=old.sha256)
        assert host.modules[0]["archive"] == "~/py.tar.gz"
        assert host.received == {}

    def test_check_mode_sends_nothing(self, host: Host, path: Path, old: FakeBuild) -> None:
        params = {"name": f"{VERSION}+{OLD}", "archive": str(old.archive), "checksum": old.sha256}
        result = act(host, path, check_mode=True, **params)
        assert (result["changed"], result["build"]["name"]) == (True, old.name)
        assert (host.received, host.modules) == ({}, [])


class TestCheckMode:
    def test_an_installation_is_foreseen_without_the_module(self, host: Host, path: Path, index: str) -> None:
        result = act(host, path, name=MINOR, index=[index], check_mode=True)
        assert (result["changed"], result["build"]["release"], result["previous"]) == (True, NEW, None)
        assert (len(host.commands), host.modules) == (1, [])
        assert not path.parent.exists()

    def test_an_upgrade_is_foreseen(self, host: Host, path: Path, old: FakeBuild, index: str) -> None:
        run(order(path, old))
        result = act(host, path, name=MINOR, state="latest", index=[index], check_mode=True)
        assert (result["build"]["release"], result["previous"]["release"]) == (NEW, OLD)
        assert host.modules == []

    def test_a_removal_is_foreseen(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        result = act(host, path, state="absent", check_mode=True)
        assert (result["changed"], result["build"], result["pruned"]) == (True, None, [old.name])


class TestRefusal:
    """Before anything is sent to the host, or before the module is."""

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            ({}, "state is present but any of the following are missing: name, asset"),
            ({"state": "latest"}, "state is latest but any of the following are missing: name, asset"),
            ({"name": "3.13", "asset": {}}, "name|asset"),
            ({"name": "3.13", "archive": "/x"}, "missing parameter(s) required by 'archive': checksum"),
            (
                {"name": "3.13", "state": "newest"},
                "value of state must be one of: present, latest, absent, got: newest",
            ),
            (
                {"name": "3.13", "versoin": "3.13"},
                "Unsupported parameters for (standalone.python.build) module: versoin",
            ),
            ({"name": "3.13", "keep": "many"}, "argument 'keep' is of type"),
        ],
    )
    def test_options_that_do_not_go_together(self, host: Host, path: Path, args: dict[str, Any], message: str) -> None:
        with pytest.raises(AnsibleActionFail) as caught:
            act(host, path, **args)
        assert message in str(caught.value)
        assert (host.commands, host.modules) == ([], [])

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            ({"path": "python"}, "path is 'python', which is relative. Write it from the root: path: /opt/python/3.13"),
            (
                {"path": "/installs/x"},
                "path is '/installs/x', but paths that begin with /install cannot be told from the prefix that builds "
                "were made with. Choose another place, such as /opt/python/3.13.",
            ),
            ({"path": "/opt/x", "name": "3.1"}, "There is no build of Python 3.1."),
            ({"path": "/opt/x", "keep": -1}, "keep is -1, but it counts builds: write 0 or more."),
        ],
    )
    def test_what_cannot_be_is_refused_at_once(self, host: Host, args: dict[str, Any], message: str) -> None:
        assert failure(host, args.pop("path"), **{"name": "3.13", **args}).startswith(message)
        assert host.commands == []

    def test_a_foreign_directory_is_refused_from_afar(self, host: Host, path: Path) -> None:
        path.mkdir(parents=True)
        assert failure(host, path, name=MINOR, index=["/nowhere"]).startswith(
            f"There is already something at {path}: a directory that this collection did not make."
        )

    def test_what_the_host_cannot_run_is_refused_with_the_reason(self, host: Host, path: Path, old: FakeBuild) -> None:
        name = old.name.replace("x86_64", "s390x")
        asset = {**old.asset(), "name": name, "target": "s390x-unknown-linux-gnu"}
        told = failure(host, path, asset=asset)
        assert told.startswith(
            f"{name} needs Linux with 64-bit s390x programs, but this host is Linux with 64-bit x86_64"
        )

    def test_a_version_that_the_index_has_not(self, host: Host, path: Path, index: str) -> None:
        assert "2.7" in failure(host, path, name="2.7", index=[index])

    def test_an_index_that_cannot_be_read(self, host: Host, path: Path, tmp_path: Path) -> None:
        assert str(tmp_path / "gone") in failure(host, path, name=MINOR, index=[str(tmp_path / "gone")])

    def test_a_host_that_does_not_answer(self, host: Host, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = {"rc": 1, "stdout": "This account is not available.\n", "stderr": ""}
        monkeypatch.setattr(Action, "_low_level_execute_command", lambda self, cmd: answer)
        assert failure(host, path, name=MINOR).startswith(
            "The host did not answer the probe: /bin/sh ended with 1 and printed 'This account is not available.'."
        )


SECRETS = {
    "url_username": "me",
    "url_password": "s3cret",
    "headers": {"Authorization": "Bearer s3cret"},
    "mirror": ["https://me:s3cret@mirror.example.com"],
}


@pytest.mark.parametrize("check_mode", [False, True])
def test_credentials_reach_the_module_and_no_result(host: Host, path: Path, index: str, check_mode: bool) -> None:
    result = act(host, path, name=MINOR, index=[index], check_mode=check_mode, **SECRETS)
    assert "s3cret" not in str(result)
    assert "s3cret" not in "".join(host.commands)
    assert [{option: module[option] for option in SECRETS} for module in host.modules] == [SECRETS] * (not check_mode)
