# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin of `bootstrap` does: the first two commands really run, the module is written down."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support.action_host import OLD, Host, act, bootstrap_on
from tests.support.fake_builds import MINOR, TARGET, VERSION, FakeBuild
from tests.support.index_documents import index_of
from tests.support.install_specs import spec
from tests.support.probe_runs import age

VANISHED = {"failed": True, "rc": 127, "msg": "The module interpreter was not found."}


def failure(host: Host, path: Path, **args: Any) -> str:
    result = bootstrap_on(host, path, **args)
    assert (result["failed"], result["changed"]) == (True, False)
    return str(result["msg"])


def staging(path: Path) -> Path:
    return path.parent / ".builds" / ".staging"


@pytest.fixture
def mirrors(tmp_path: Path) -> list[str]:
    return [(tmp_path / "mirror").as_uri()]


class TestFirstRun:
    def test_the_interpreter_of_the_archive_runs_the_module_with_it(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str]
    ) -> None:
        result = bootstrap_on(host, path, asset=old.asset(), mirror=mirrors)
        (module,), (program,) = host.modules, host.interpreters
        assert len(host.commands) == 2
        assert program is not None
        assert Path(program).parent.parent == staging(path)
        assert Path(module["archive"]).read_bytes() == old.archive.read_bytes()
        assert Path(module["archive"]).parent == Path(program).parent
        assert module["asset"] == {**old.asset(), "prerelease": False}
        assert result == {"changed": True, "build": {"name": "x"}}

    def test_the_temporary_interpreter_goes_with_its_first_use(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str]
    ) -> None:
        bootstrap_on(host, path, asset=old.asset(), mirror=mirrors)
        assert os.waitstatus_to_exitcode(os.system(f"'{host.interpreters[0]}' -c 'import sys; sys.exit(7)'")) == 7
        assert list(staging(path).iterdir()) == []

    def test_without_pipelining_the_archive_goes_as_a_file(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str]
    ) -> None:
        host.commands_take_input = False
        message = failure(host, path, asset=old.asset(), mirror=mirrors)
        assert message.startswith("Cannot read the archive /host/tmp/archive: it is gone")  # since nobody puts it there
        assert host.received == {"/host/tmp/archive": old.archive.read_bytes()}
        assert list(staging(path).iterdir()) == []

    def test_an_archive_of_the_tasks_own(self, host: Host, path: Path, old: FakeBuild) -> None:
        bootstrap_on(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum=old.sha256)
        assert Path(host.modules[0]["archive"]).read_bytes() == old.archive.read_bytes()

    def test_check_mode_foresees_it(self, host: Host, path: Path, index: str) -> None:
        result = bootstrap_on(host, path, name=f"{VERSION}+{OLD}", index=[index], check_mode=True)
        assert (result["changed"], result["build"]["release"], len(host.commands)) == (True, OLD, 2)
        assert not path.parent.exists()

    @pytest.mark.parametrize("check_mode", [False, True])
    @pytest.mark.parametrize("lacking", ["tar", "gzip"])
    def test_check_mode_refuses_what_the_run_refuses(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str], tmp_path: Path, lacking: str,
        check_mode: bool, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in {"tar", "gzip", "id", "ls", "mkdir", "rm", "cat", "tr", "uname", "od", "df", "readlink"} - {
            lacking
        }:
            (programs / name).symlink_to(shutil.which(name) or "")
        monkeypatch.setenv("PATH", str(programs))
        result = bootstrap_on(host, path, asset=old.asset(), mirror=mirrors, check_mode=check_mode)
        assert result["msg"] == (
            f"This host has no {lacking}, which unpacks the archive. Install it by the package manager. Nothing was "
            "installed."
        )
        assert (result["failed"], host.modules, path.parent.exists()) == (True, [], False)

    def test_check_mode_refuses_a_store_that_others_may_change(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str]
    ) -> None:
        store = path.parent / ".builds"
        store.mkdir(parents=True)
        store.chmod(0o777)
        result = bootstrap_on(host, path, asset=old.asset(), mirror=mirrors, check_mode=True)
        assert result["msg"].startswith(f"{store} may be written to by others.")

    def test_a_second_try_when_another_run_swept_the_interpreter(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str]
    ) -> None:
        host.answer = VANISHED
        assert "does not start" in failure(host, path, asset=old.asset(), mirror=mirrors)
        assert len(host.modules) == 2


class TestWhatIsThere:
    def test_a_build_that_answers_is_one_command(self, host: Host, path: Path, old: FakeBuild) -> None:
        done = run(spec(path, old))
        result = bootstrap_on(host, path, name=MINOR, index=["/nowhere"])
        assert (result["changed"], result["build"], len(host.commands), host.modules) == (False, done["build"], 1, [])

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_what_an_earlier_run_left_is_swept_by_the_build_itself(
        self, host: Host, path: Path, old: FakeBuild, check_mode: bool
    ) -> None:
        run(spec(path, old))
        (staging(path) / "bootstrap-0-1").mkdir(parents=True)
        bootstrap_on(host, path, name=MINOR, check_mode=check_mode)
        assert host.interpreters == [] if check_mode else [f"{path}/bin/python{MINOR}"]

    def test_what_looks_changed_is_judged_by_an_interpreter_from_the_archive(
        self, host: Host, path: Path, old: FakeBuild, mirrors: list[str], tmp_path: Path
    ) -> None:
        run(spec(path, old))
        age(path / "lib" / f"python{MINOR}" / "os.py")
        index = tmp_path / "index_of_one.ndjson"
        index.write_bytes(index_of(old.asset()))
        bootstrap_on(host, path, name=MINOR, mirror=mirrors, index=[str(index)])
        assert "bootstrap-" in str(host.interpreters[0])
        assert host.modules[0]["asset"]["sha256"] == old.sha256
        assert Path(host.modules[0]["archive"]).read_bytes() == old.archive.read_bytes()

    def test_check_mode_does_not_judge_it(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        age(path / "lib" / f"python{MINOR}" / "os.py")
        assert bootstrap_on(host, path, name=MINOR, check_mode=True)["changed"] is False
        assert host.modules == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"flavor": "full"}, "is published as .tar.zst only"),
            ({"version": "3.8.20", "name": f"cpython-3.8.20+{OLD}-{TARGET}-install_only"}, "need Python 3.9 or newer"),
        ],
    )
    def test_builds_that_cannot_serve(
        self, host: Host, path: Path, old: FakeBuild, changes: dict[str, str], words: str
    ) -> None:
        message = failure(host, path, asset={**old.asset(), **changes})
        assert words in message
        assert "Bootstrap the host with another build, then install this one" in message
        assert not path.parent.exists()

    def test_an_archive_that_is_no_gzip(self, host: Host, path: Path, old: FakeBuild) -> None:
        old.archive.write_bytes(b"\x28\xb5\x2f\xfd")
        checksum = hashlib.sha256(b"\x28\xb5\x2f\xfd").hexdigest()
        message = failure(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum=checksum)
        assert "is no .tar.gz" in message
        assert len(host.commands) == 1

    def test_options_that_only_build_has(self, host: Host, path: Path) -> None:
        message = bootstrap_on(host, path, name=MINOR, state="latest")["msg"]
        assert message == (
            "standalone.python.bootstrap has no option state. See ansible-doc standalone.python.bootstrap."
        )


def test_build_names_the_interpreter_that_does_not_start(host: Host, path: Path, old: FakeBuild) -> None:
    host.answer = VANISHED
    assert act(host, path, asset=old.asset())["msg"] == VANISHED["msg"]
