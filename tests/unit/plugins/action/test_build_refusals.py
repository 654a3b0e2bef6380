# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin of `build` refuses, hands over, and keeps to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.errors import AnsibleActionFail

from ansible_collections.standalone.python.plugins.plugin_utils._host import CommandResult
from tests.support.action_host import OLD, Host, act, failure
from tests.support.fake_builds import MINOR, VERSION, FakeBuild


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

    def test_an_empty_name_says_nothing(self, host: Host, path: Path) -> None:
        assert failure(host, path, name="") == (
            f"Cannot install a build at {path}: its name is empty. Give a name, such as 3.13, or an asset."
        )

    def test_a_foreign_directory_is_refused_from_afar(self, host: Host, path: Path) -> None:
        path.mkdir(parents=True)
        assert failure(host, path, name=MINOR, index=["/nowhere"]).startswith(
            f"There is already something at {path}: a directory that this collection did not make."
        )

    def test_what_the_host_cannot_run_is_refused_with_the_reason(self, host: Host, path: Path, old: FakeBuild) -> None:
        name = old.name.replace("x86_64", "s390x")
        asset = {**old.asset(), "name": name, "target": "s390x-unknown-linux-gnu"}
        said = failure(host, path, asset=asset)
        assert said.startswith(
            f"{name} needs Linux with 64-bit s390x programs, but this host is Linux with 64-bit x86_64"
        )

    def test_a_version_that_the_index_has_not(self, host: Host, path: Path, index: str) -> None:
        assert "2.7" in failure(host, path, name="2.7", index=[index])

    def test_an_index_that_cannot_be_read(self, host: Host, path: Path, tmp_path: Path) -> None:
        assert str(tmp_path / "gone") in failure(host, path, name=MINOR, index=[str(tmp_path / "gone")])

    def test_a_host_that_does_not_answer(self, host: Host, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = CommandResult(1, "This account is not available.\n", "")
        monkeypatch.setattr(Host, "run_command", lambda _self, _command: answer)
        assert failure(host, path, name=MINOR).startswith(
            "Cannot probe the host: /bin/sh ended with 1 and printed 'This account is not available.'."
        )


class TestArchive:
    def test_it_is_checked_here_and_sent(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum=f"sha256:{old.sha256}")
        assert host.received == {"/host/tmp/archive": old.archive.read_bytes()}
        assert host.modules[0]["archive"] == "/host/tmp/archive"
        assert host.modules[0]["asset"] == {**old.asset(), "url": "", "prerelease": False}
        assert "name" not in host.modules[0]

    def test_another_content_is_not_sent(self, host: Host, path: Path, old: FakeBuild) -> None:
        said = failure(host, path, name=f"{VERSION}+{OLD}", archive=str(old.archive), checksum="0" * 64)
        assert str(old.archive) in said
        assert old.sha256 in said
        assert host.received == {}

    def test_one_on_the_host_is_left_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, name=f"{VERSION}+{OLD}", archive="~/py.tar.gz", remote_src=True, checksum=old.sha256)
        assert host.modules[0]["archive"] == "~/py.tar.gz"
        assert host.received == {}

    def test_check_mode_sends_nothing(self, host: Host, path: Path, old: FakeBuild) -> None:
        params = {"name": f"{VERSION}+{OLD}", "archive": str(old.archive), "checksum": old.sha256}
        result = act(host, path, check_mode=True, **params)
        assert (result["changed"], result["build"]["name"]) == (True, old.name)
        assert (host.received, host.fetching) == ({}, [False])


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
    given = [{option: module[option] for option in SECRETS if option in module} for module in host.modules]
    assert given == [{} if check_mode else SECRETS]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("vrify", "standalone.python.build has no option vrify. Did you mean verify? See ansible-doc "
         "standalone.python.build."),
        ("qqq", "standalone.python.build has no option qqq. See ansible-doc standalone.python.build."),
    ],
)  # fmt: skip
def test_an_unknown_option_gets_the_nearest(host: Host, path: Path, option: str, message: str) -> None:
    assert failure(host, path, name=MINOR, **{option: "full"}) == message
