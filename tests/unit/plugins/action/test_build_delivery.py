# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brings the archive to the host: the host itself, the controller, or the controller where the host cannot."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._install import run
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.unit.action_host import NEW, Host, act
from tests.unit.orders import order

REMOTE = "/host/tmp/archive"


@pytest.fixture
def address(tmp_path: Path, old: FakeBuild) -> str:
    return (tmp_path / "mirror").as_uri()


def wanted(build: FakeBuild) -> dict[str, Any]:
    """What the module answers that may not or cannot fetch the archive."""
    return {"failed": True, "msg": "The host got nowhere.", "archive_wanted": build.sha256}


class TestPush:
    def test_the_archive_is_sent_before_the_module_runs(
        self, host: Host, path: Path, old: FakeBuild, address: str
    ) -> None:
        result = act(host, path, asset=old.asset(), mirror=address, delivery="push")
        assert result == {"changed": True, "build": {"name": "x"}}
        assert host.received == {REMOTE: old.archive.read_bytes()}
        (module,) = host.modules
        assert (module["archive"], module["delivery"], module["asset"]["sha256"]) == (REMOTE, "push", old.sha256)

    def test_the_next_host_gets_it_from_the_cache(
        self, host: Host, path: Path, old: FakeBuild, address: str, tmp_path: Path
    ) -> None:
        act(host, path, asset=old.asset(), mirror=address, delivery="push")
        content = old.archive.read_bytes()
        shutil.rmtree(tmp_path / "mirror")
        next_host = Host(host.home)
        act(next_host, path, asset=old.asset(), mirror=address, delivery="push")
        assert next_host.received == {REMOTE: content}

    def test_a_build_in_the_store_needs_none(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(order(path, old))
        run(order(path, fake_builds.make(path.parent / "mirror", NEW)))
        act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="push")
        assert (len(host.modules), host.received) == (1, {})

    def test_one_that_drifted_is_sent_again(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        run(order(path, old))
        host.first_answers = [wanted(old)]
        act(host, path, name=fake_builds.MINOR, verify="full", mirror=address, delivery="push", index="/nowhere")
        assert host.received == {REMOTE: old.archive.read_bytes()}
        assert [module.get("archive") for module in host.modules] == [None, REMOTE]
        assert host.modules[1]["asset"]["sha256"] == old.sha256

    def test_an_archive_that_is_nowhere(self, host: Host, path: Path, old: FakeBuild) -> None:
        result = act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="push")
        assert result["msg"].startswith("On the controller: The archive could not be downloaded. file:///nowhere/")
        assert (result["failed"], host.modules, host.received) == (True, [], {})

    @pytest.mark.parametrize("delivery", ["push", "auto"])
    def test_check_mode_fetches_nothing_and_reports_the_same(
        self, host: Host, path: Path, old: FakeBuild, delivery: str
    ) -> None:
        pulled = act(host, path, asset=old.asset(), mirror="file:///nowhere", check_mode=True)
        assert (
            act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery=delivery, check_mode=True) == pulled
        )
        assert (host.modules, host.received) == ([], {})


class TestAuto:
    def test_a_host_that_pulls_is_left_alone(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="auto")
        assert ([module["delivery"] for module in host.modules], host.received) == (["auto"], {})

    def test_the_controller_stands_in(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        host.first_answers = [wanted(old)]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="auto")["changed"] is True
        assert host.received == {REMOTE: old.archive.read_bytes()}
        assert [module.get("archive") for module in host.modules] == [None, REMOTE]

    def test_other_failures_are_handed_back(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        host.first_answers = [{"failed": True, "msg": "The digest is not the expected one."}]
        result = act(host, path, asset=old.asset(), mirror=address, delivery="auto")
        assert (result["msg"], host.received) == ("The digest is not the expected one.", {})

    def test_both_reasons_are_told(self, host: Host, path: Path, old: FakeBuild) -> None:
        host.first_answers = [wanted(old)]
        told = act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="auto")["msg"]
        assert told.startswith("The host got nowhere. On the controller: The archive could not be downloaded.")

    def test_what_nobody_knows_cannot_be_sent(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        """Another run may have changed the host between the first look and the module."""
        host.first_answers = [{**wanted(old), "archive_wanted": "0" * 64}]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="auto")["msg"] == "The host got nowhere."
