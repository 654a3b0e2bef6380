# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin of `build` does where there is nothing or something to do, and in check mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")


from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from tests.support import fake_builds
from tests.support.action_host import NEW, OLD, Host, act, failure, file_name, run_on
from tests.support.fake_builds import MINOR, VERSION, FakeBuild
from tests.support.index_documents import digest_of, url_of, versions_index
from tests.support.install_specs import spec
from tests.support.small_disks import MountRefused, mounted


class TestNothingToDo:
    """One shell command; no module, no index."""

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_an_installed_build_that_answers(self, host: Host, path: Path, old: FakeBuild, check_mode: bool) -> None:
        done = run(spec(path, old))
        result = act(host, path, name=MINOR, index=["/nowhere"], check_mode=check_mode)
        assert (len(host.commands), host.modules) == (1, [])
        assert (result["changed"], result["diff"]["before"]) == (False, result["diff"]["after"])
        assert result.keys() == done.keys()
        assert {key: result[key] for key in ("build", "path", "executable", "executables", "store")} == {
            key: done[key] for key in ("build", "path", "executable", "executables", "store")
        }

    @pytest.mark.parametrize("lasts", [False, True])
    def test_damage_is_looked_at_twice(self, host: Host, path: Path, old: FakeBuild, lasts: bool) -> None:
        """Another run may have removed a build while the first command read the store."""
        run(spec(path, old))
        damaged = path.parent / ".builds" / ".roots" / "%2Fanother"
        damaged.write_text("half of a his")
        host.after_command = None if lasts else lambda: damaged.unlink(missing_ok=True)
        result = act(host, path, name=MINOR, index=["/nowhere"])
        assert (len(host.commands), host.modules, result["changed"]) == (2, [], False)
        assert [str(damaged) in warning for warning in result.get("warnings", ())] == ([True] if lasts else [])

    @pytest.mark.parametrize("given", [{}, {"store": True}, {"state": "absent"}])
    def test_a_path_by_another_name(self, host: Host, path: Path, old: FakeBuild, given: dict[str, Any]) -> None:
        """As where a parent directory moved and a link is in its place."""
        done = run(spec(path, old))
        alias = path.parent.parent / "alias"
        alias.symlink_to(path.parent)
        options = {**given, "store": str(alias / ".builds")} if given.get("store") else given
        result = act(host, alias / path.name, name=MINOR, index=["/nowhere"], **options)
        if given.get("state") == "absent":
            assert [(one["path"], one["state"]) for one in host.modules] == [(str(path), "absent")]
            return
        assert (result["changed"], host.modules) == (False, [])
        assert (result["path"], result["executable"]) == (done["path"], done["executable"])

    def test_a_path_by_the_name_of_a_bind_mount(self, host: Host, path: Path, old: FakeBuild, index: str) -> None:
        """No link shows that its store is the same."""
        run(spec(path, old))
        alias = path.parent.parent / "alias"
        try:
            with mounted(alias, "--bind", path.parent):
                assert act(host, alias / path.name, name=MINOR, index=["/nowhere"])["changed"] is False
                options = {"state": "latest", "keep": 2, "store": str(alias / ".builds"), "index": [index]}
                act(host, alias / path.name, name=MINOR, **options)
        except MountRefused as refusal:
            pytest.skip(str(refusal))
        assert [(one["path"], one["store"]) for one in host.modules] == [(str(path), str(path.parent / ".builds"))]

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_another_path_with_the_same_build(
        self, host: Host, path: Path, old: FakeBuild, index: str, is_gone: bool
    ) -> None:
        """The prefix of a build is its path, so a link that was copied is no other name."""
        run(spec(path, old))
        other = path.parent / "other" / path.name if is_gone else path.with_name("other")
        other.parent.mkdir(exist_ok=True)
        other.symlink_to(path.resolve())
        act(host, other, name=MINOR, store=str(path.parent / ".builds"), index=[index])
        assert host.modules[0]["path"] == str(other)

    def test_nothing_wanted_where_nothing_is(self, host: Host, path: Path) -> None:
        result = act(host, path, state="absent")
        assert (result["changed"], result["build"], len(host.commands), host.modules) == (False, None, 1, [])

    def test_the_newest_that_the_index_has(self, host: Host, path: Path, index: str) -> None:
        run(spec(path, fake_builds.make(path.parent / "mirror", NEW)))
        assert act(host, path, name=MINOR, state="latest", index=[index])["changed"] is False
        assert (len(host.commands), host.modules) == (1, [])

    @pytest.mark.parametrize("state", ["present", "latest"])
    @pytest.mark.parametrize("keep", [1, 2])
    def test_a_host_that_has_something_to_do_is_asked_for_the_rest(
        self, host: Host, path: Path, old: FakeBuild, index: str, state: str, keep: int
    ) -> None:
        run(spec(path, old))
        act(host, path, name=MINOR, state=state, keep=keep, index=[index])
        complete = ["omit=2" not in command for command in host.commands]
        assert complete == ([False] if (state, keep) == ("present", 1) else [False, True])
        assert len(host.modules) == len(complete) - 1

    def test_a_pinned_asset_that_is_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        assert act(host, path, asset=old.asset())["changed"] is False
        assert host.modules == []


class TestBuildOfAnotherMachine:
    """What is installed has to run on the host, as what is chosen."""

    @pytest.fixture
    def foreign(self, path: Path) -> FakeBuild:
        build = fake_builds.make(path.parent / "mirror", NEW, target="aarch64-unknown-linux-gnu")
        run(spec(path, build))
        return build

    @pytest.mark.parametrize("options", [{}, {"state": "latest"}, {"verify": "full"}])
    @pytest.mark.parametrize("check_mode", [False, True])
    def test_it_is_replaced(
        self, host: Host, path: Path, index: str, foreign: FakeBuild, options: dict[str, Any], check_mode: bool
    ) -> None:
        result = act(host, path, name=MINOR, index=index, check_mode=check_mode, **options)
        if check_mode:
            assert (result["changed"], result["previous"]["name"]) == (True, foreign.name)
            assert result["build"]["target"] == fake_builds.TARGET
            assert "but this host is Linux with 64-bit x86_64" in result["diff"]["before"]["does not run here"]
            assert [module["delivery"] for module in host.modules] == ["push"]  # it looks, and fetches nothing
        else:
            (module,) = host.modules
            assert module["asset"]["target"] == fake_builds.TARGET
            said = HostPlatform.from_dict(module["host_platform"])  # so that the module judges as the plugin did
            assert said.objection_to(Asset.from_dict(foreign.asset()).build)

    @pytest.mark.parametrize("state", ["present", "latest"])
    def test_where_the_index_has_none_for_the_host_it_is_no_answer(
        self, host: Host, path: Path, foreign: FakeBuild, tmp_path: Path, state: str
    ) -> None:
        (tmp_path / "foreign.ndjson").write_bytes(versions_index(foreign.archive.name))
        message = failure(host, path, name=MINOR, state=state, index=[str(tmp_path / "foreign.ndjson")])
        assert fake_builds.TARGET in message

    def test_with_its_target_it_stays(self, host: Host, path: Path, foreign: FakeBuild) -> None:
        result = act(host, path, name=MINOR, target=foreign.target, index=["/nowhere"])
        assert (result["changed"], result["build"]["name"], host.modules) == (False, foreign.name, [])

    def test_a_task_cannot_say_what_the_host_is(self, host: Host, path: Path) -> None:
        for internal in ({"host_platform": {"os": "linux"}}, {"archive_on_request": True}):
            assert "standalone.python.build has no option" in failure(host, path, name=MINOR, **internal)


class TestModule:
    """Something to do is one module run more, with all that it needs and nothing that is the controller's."""

    def test_a_name_becomes_a_pinned_asset(self, host: Host, path: Path, index: str) -> None:
        result = act(
            host, path, name=MINOR, index=index, min_age="1d", keep=3, mirror="https://mirror.example.com",
            health_imports=["ssl"], timeout="5",
        )  # fmt: skip
        name = file_name(NEW)
        (module,) = host.modules
        platform = module.pop("host_platform")
        assert (platform["os"], platform["arch"], platform["bits"]) == ("linux", "x86_64", 64)
        assert HostPlatform.from_dict(platform).objection_to(Asset.from_dict(module["asset"]).build) is None
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
                "delivery": "pull",
                "keep": 3,
                "compile_bytecode": True,
                "externally_managed": True,
                "verify": "quick",
                "health_imports": ["ssl"],
                "adopt": False,
                "provisional": False,
                "allow_minor_change": False,
                "timeout": 5,
                "min_rate": 1024,
                "lock_timeout": 900,
                "validate_certs": True,
                "use_proxy": True,
                "headers": {},
                "force_basic_auth": False,
                "archive_on_request": True,
                "use_netrc": True,
            }
        ]
        assert len(host.commands) == 1
        assert result == {"changed": True, "build": {"name": "x"}}

    def test_an_asset_is_handed_on_without_a_name(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset())
        assert host.modules[0]["asset"] == {**old.asset(), "prerelease": False}
        assert "name" not in host.modules[0]

    def test_a_removal_needs_no_name_and_no_index(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        act(host, path, state="absent")
        assert host.modules[0]["state"] == "absent"
        assert "asset" not in host.modules[0]

    def test_what_looks_changed_is_looked_at_there(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        act(host, path, name=MINOR, verify="full", index=["/nowhere"])
        act(host, path, name=MINOR, verify="full", index=["/nowhere"], check_mode=True)
        assert [("asset" in module, module["verify"]) for module in host.modules] == [(False, "full")] * 2

    def test_latest_moves_to_a_newer_rebuild(self, host: Host, path: Path, old: FakeBuild, index: str) -> None:
        run(spec(path, old))
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
        run_on(host, {option: str(path), "asset": old.asset()})
        assert host.modules[0]["path"] == str(path)
        assert "dest" not in host.modules[0]

    def test_home_and_variables_are_the_hosts(self, host: Host, old: FakeBuild) -> None:
        act(host, "~/py", store="~/builds", asset=old.asset())
        assert (host.modules[0]["path"], host.modules[0]["store"]) == (f"{host.home}/py", f"{host.home}/builds")
        act(host, "$HOME/py", asset=old.asset())
        assert host.modules[1]["path"] == f"{host.home}/py"

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
        host.answer = {"failed": True, "msg": "There is not enough space."}
        assert act(host, path, asset=old.asset()) == {"failed": True, "msg": "There is not enough space."}

    def test_words_of_the_host_in_an_error_are_readable(self, host: Host, path: Path, old: FakeBuild) -> None:
        host.answer = {"changed": False, "msg": "It is \x1b[2Jneeded.", "archive_needed": {"sha256": "0" * 64}}
        assert act(host, path, asset=old.asset())["msg"] == "It is \\x1b[2Jneeded."


class TestCheckMode:
    def test_what_the_module_refuses_is_refused(self, host: Host, path: Path, index: str) -> None:
        host.answer = {"failed": True, "msg": "There is no user \x1b[2Japp.", "module_stderr": "\x1b[2J", "rc": 1}
        result = act(host, path, name=MINOR, index=[index], check_mode=True)
        assert result == {"failed": True, "msg": "There is no user \\x1b[2Japp.", "module_stderr": "\\x1b[2J", "rc": 1}

    def test_an_interpreter_may_still_come(self, host: Host, path: Path, index: str) -> None:
        host.answer = {"failed": True, "rc": 127, "msg": "not found"}
        assert act(host, path, name=MINOR, index=[index], check_mode=True)["changed"] is True

    def test_an_installation_is_foreseen(self, host: Host, path: Path, index: str) -> None:
        result = act(host, path, name=MINOR, index=[index], check_mode=True)
        assert (result["changed"], result["build"]["release"], result["previous"]) == (True, NEW, None)
        assert (len(host.commands), len(host.modules), host.fetching) == (1, 1, [False])
        assert not path.parent.exists()

    def test_an_upgrade_is_foreseen(self, host: Host, path: Path, old: FakeBuild, index: str) -> None:
        run(spec(path, old))
        result = act(host, path, name=MINOR, state="latest", index=[index], check_mode=True)
        assert (result["build"]["release"], result["previous"]["release"]) == (NEW, OLD)

    def test_a_removal_is_foreseen(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        result = act(host, path, state="absent", check_mode=True)
        assert (result["changed"], result["build"], result["pruned"]) == (True, None, [old.name])
