# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brings the archive to the host: the host itself, the controller, or the controller where the host cannot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Prepared
from ansible_collections.standalone.python.plugins.module_utils._errors import NoSource
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._json import SEAL, rendered
from ansible_collections.standalone.python.plugins.module_utils._mirror.index_files import versions_index
from ansible_collections.standalone.python.plugins.plugin_utils._archives import cache
from ansible_collections.standalone.python.plugins.plugin_utils._archives.prepared import PackedArchive
from ansible_collections.standalone.python.plugins.plugin_utils._build import delivery, sources
from ansible_collections.standalone.python.plugins.plugin_utils._probe import probe
from tests.support import fake_builds, index_documents
from tests.support.action_host import NEW, OLD, Host, act, bootstrap_on, run_on
from tests.support.fake_builds import VERSION, FakeBuild
from tests.support.install_specs import spec
from tests.support.prepared_copies import asset_with_copy, place_of, prepare
from tests.support.servers import serve

REMOTE = "/host/tmp/archive"
DIGESTS = Prepared("1" * 64, "2" * 64)


@pytest.fixture
def address(tmp_path: Path, old: FakeBuild) -> str:
    return (tmp_path / "mirror").as_uri()


def wanted(build: FakeBuild) -> dict[str, Any]:
    """What the module answers that may not or cannot fetch the archive."""
    needed = {"sha256": build.sha256, "build": build.name}
    return {"changed": False, "msg": "The host got nowhere.", "archive_needed": needed}


NOWHERE = {"failed": True, "changed": False, "msg": "The host got nowhere."}


def index_of(build: FakeBuild, directory: Path) -> str:
    file = directory / "fake_index.ndjson"
    file.write_bytes(index_documents.index_of(build.asset()))
    return str(file)


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
        run(spec(path, old))
        run(spec(path, fake_builds.make(path.parent / "mirror", NEW)))
        act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="push")
        assert (len(host.modules), host.received) == (1, {})

    def test_one_that_drifted_is_sent_again(
        self, host: Host, path: Path, old: FakeBuild, address: str, tmp_path: Path
    ) -> None:
        run(spec(path, old))
        host.first_answers = [wanted(old)]
        act(
            host,
            path,
            name=fake_builds.MINOR,
            verify="full",
            mirror=address,
            delivery="push",
            index=index_of(old, tmp_path),
        )
        assert host.received == {REMOTE: old.archive.read_bytes()}
        assert [module.get("archive") for module in host.modules] == [None, REMOTE]
        assert host.modules[1]["asset"]["sha256"] == old.sha256

    def test_a_host_that_cannot_read_the_repacked_one_gets_the_published_one(
        self, host: Host, path: Path, old: FakeBuild, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy"
        copy.write_bytes(b"repacked")
        monkeypatch.setattr(delivery, "prepared_copy", lambda *_, **__: PackedArchive(str(copy), DIGESTS))
        host.first_answers = [wanted(old)]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="push")["changed"] is True
        assert [module.get("checksum") for module in host.modules] == [DIGESTS.sha256, None]
        assert [module["asset"].get("prepared") for module in host.modules] == [DIGESTS._asdict(), None]
        assert host.received == {REMOTE: old.archive.read_bytes()}

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
        assert (host.fetching, host.received) == ([False, False], {})


class TestAuto:
    def test_a_host_that_pulls_is_left_alone(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="auto")
        assert ([module["delivery"] for module in host.modules], host.received) == (["auto"], {})

    def test_the_controller_sends_it_instead(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        host.first_answers = [wanted(old)]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="auto")["changed"] is True
        assert host.received == {REMOTE: old.archive.read_bytes()}
        assert [module.get("archive") for module in host.modules] == [None, REMOTE]

    def test_other_failures_are_handed_back(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        host.first_answers = [{"failed": True, "msg": "The digest is not the expected one."}]
        result = act(host, path, asset=old.asset(), mirror=address, delivery="auto")
        assert (result["msg"], host.received) == ("The digest is not the expected one.", {})

    def test_both_reasons_are_reported(self, host: Host, path: Path, old: FakeBuild) -> None:
        host.first_answers = [wanted(old)]
        said = act(host, path, asset=old.asset(), mirror="file:///nowhere", delivery="auto")["msg"]
        assert said.startswith("The host got nowhere. On the controller: The archive could not be downloaded.")

    def test_a_failure_asks_for_nothing(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        host.first_answers = [{**wanted(old), "failed": True}]
        result = act(host, path, asset=old.asset(), mirror=address, delivery="auto")
        assert (result["failed"], result["msg"], len(host.modules)) == (True, "The host got nowhere.", 1)

    def test_what_nobody_knows_cannot_be_sent(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        """Another run may have changed the host between the first look and the module."""
        host.first_answers = [{**wanted(old), "archive_needed": {"sha256": "0" * 64, "build": old.name}}]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="auto") == NOWHERE


LOGIN = {
    "url_username": "me",
    "url_password": "s3cret",
    "headers": {"X-Token": "t0ken"},
    "client_cert": "/host/cert",
    "client_key": "/host/key",
    "force_basic_auth": True,
}
FETCHING = {*LOGIN, "mirror", "timeout", "validate_certs", "ca_path", "use_proxy"}


class TestWhatAModuleRunGets:
    """Only what that run needs: what fetches nothing gets no login, no mirror and no address with a secret in it."""

    def test_a_host_that_fetches_from_a_mirror_gets_the_login(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset(), mirror="https://mirror.example", **LOGIN)
        (module,) = host.modules
        assert {option: module[option] for option in LOGIN} == LOGIN
        assert module["mirror"] == ["https://mirror.example"]

    def test_so_does_one_that_fetches_from_the_assets_own_server(self, host: Host, path: Path, old: FakeBuild) -> None:
        act(host, path, asset=old.asset("https://house.example/a.tar.gz?token=t0p"), **LOGIN)
        (module,) = host.modules
        assert {option: module[option] for option in LOGIN} == LOGIN
        assert module["asset"]["url"].endswith("token=t0p")

    @pytest.mark.parametrize("delivery", ["pull", "auto"])
    def test_none_is_for_public_servers(self, host: Host, path: Path, old: FakeBuild, delivery: str) -> None:
        act(host, path, asset=old.asset(), delivery=delivery, **LOGIN)
        (module,) = host.modules
        assert LOGIN.keys().isdisjoint(module)

    @pytest.mark.parametrize(
        "way", ["push", "archive", "remote archive", "auto", "absent", "switch", "inspect", "keep"]
    )
    def test_a_run_that_fetches_nothing_gets_nothing_to_fetch_with(
        self, host: Host, path: Path, old: FakeBuild, address: str, way: str
    ) -> None:
        if way in ("absent", "switch", "inspect", "keep"):
            run(spec(path, old))
        if way in ("switch", "keep"):
            run(spec(path, fake_builds.make(path.parent / "mirror", NEW)))
        if way == "auto":
            host.first_answers = [wanted(old)]
        local = {"name": f"{fake_builds.VERSION}+{OLD}", "archive": str(old.archive), "checksum": old.sha256}
        secret = old.asset("https://me:s3cret@house.example/a.tar.gz?token=t0p")
        args: dict[str, dict[str, Any]] = {
            "push": {"asset": old.asset(), "delivery": "push"},
            "archive": local,
            "remote archive": {**local, "remote_src": True},
            "auto": {"asset": old.asset(), "delivery": "auto"},
            "absent": {"state": "absent"},
            "switch": {"asset": secret, "mirror": []},
            "inspect": {"asset": secret, "mirror": [], "verify": "full"},
            "keep": {"name": fake_builds.MINOR, "keep": 0},
        }
        act(host, path, **{"mirror": address, **LOGIN, **args[way]})
        assert host.modules
        assert FETCHING.isdisjoint(host.modules[-1])
        assert host.fetching[-1] is False
        assert not any(secret in repr(host.modules[-1]) for secret in ("s3cret", "t0ken", "t0p"))

    @pytest.mark.parametrize("way", ["push", "auto", "bootstrap"])
    def test_a_run_with_an_archive_that_was_sent_gets_no_address_with_a_secret(
        self, host: Host, path: Path, old: FakeBuild, way: str
    ) -> None:
        host.first_answers = [wanted(old)] if way == "auto" else []
        with serve(old.archive.parent) as server:
            secret = old.asset(f"http://me:s3cret@127.0.0.1:{server.port}/{old.archive.name}?token=t0p")
            if way == "bootstrap":
                bootstrap_on(host, path, asset=secret, **LOGIN)
            else:
                act(host, path, asset=secret, delivery=way, **LOGIN)
        assert host.modules[-1]["archive"] == REMOTE or way == "bootstrap"
        assert not any(secret in repr(host.modules[-1]) for secret in ("s3cret", "t0ken", "t0p"))

    def test_bootstrap_fetches_nothing_on_the_host(self, host: Host, path: Path, old: FakeBuild, address: str) -> None:
        bootstrap_on(host, path, asset=old.asset(), mirror=address, **LOGIN)
        assert FETCHING.isdisjoint(host.modules[-1])


class TestAHostThatLies:
    """What a host says, in a receipt or a module's answer, never makes this controller fetch, nor send a login."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The addresses that the controller fetches archives from."""
        addresses: list[str] = []

        def fetch(urls: Sequence[str], **_options: Any) -> None:
            addresses.extend(urls)
            raise NoSource("Nothing is fetched in this test.", is_hopeless=True)

        monkeypatch.setattr(cache, "fetch", fetch)
        return addresses

    def forged(self, path: Path, build: FakeBuild, **asset: str) -> dict[str, Any]:
        """A build whose receipt was written by a user of the host, and what the host then asks for."""
        run(spec(path, build))
        receipt = path / ".build.json"
        content = json.loads(receipt.read_text())
        content["asset"].update(asset)
        receipt.write_text(rendered({key: value for key, value in content.items() if key != SEAL}))
        needed = {"sha256": content["asset"]["sha256"], "build": build.name}
        return {"changed": False, "msg": "Send it.", "archive_needed": needed}

    @pytest.mark.parametrize("delivery", ["pull", "push", "auto"])
    @pytest.mark.parametrize("address", ["https://evil.example/x.tar.gz", "file:///etc/shadow"])
    @pytest.mark.parametrize("digest", [None, "0" * 64])
    def test_its_address_and_digest_are_not_used(
        self, host: Host, path: Path, old: FakeBuild, tmp_path: Path, asked: list[str], delivery: str, address: str,
        digest: str | None,
    ) -> None:  # fmt: skip
        answer = self.forged(path, old, url=address, **({"sha256": digest} if digest else {}))
        host.first_answers = [answer, answer, answer]
        index = index_of(old, tmp_path)
        result = act(host, path, name=fake_builds.MINOR, verify="full", delivery=delivery, index=index, **LOGIN)
        assert result["failed"]
        assert not any("evil" in url or "shadow" in url for url in asked)
        assert "evil" not in repr(host.modules)
        assert "shadow" not in repr(host.modules)
        if digest:
            assert asked == []
            assert result["msg"] == (
                f"{old.name} at {path} changed since it was installed and cannot be installed again: it is "
                f"{VERSION}+{OLD} with the digest {old.sha256} by the index, and it is {VERSION}+{OLD} with the digest "
                f"{digest} by its receipt on the host. Addresses and digests that a host has are not used to fetch "
                "anything. Set `index` to one that has this build, or give `asset`, or `archive` and `checksum`."
            )
        if delivery == "pull":
            assert asked == []

    def test_with_pull_nothing_is_fetched_even_of_what_was_resolved(
        self, host: Host, path: Path, old: FakeBuild, address: str, asked: list[str]
    ) -> None:
        host.first_answers = [wanted(old), wanted(old)]
        assert act(host, path, asset=old.asset(), mirror=address) == NOWHERE
        assert (asked, host.received) == ([], {})

    def test_with_pull_a_changed_build_is_fetched_by_the_host_from_where_the_index_says(
        self, host: Host, path: Path, old: FakeBuild, tmp_path: Path, asked: list[str]
    ) -> None:
        host.first_answers = [self.forged(path, old, url="https://evil.example/x.tar.gz")]
        index = index_of(old, tmp_path)
        act(host, path, name=fake_builds.MINOR, verify="full", mirror="https://mirror.example", index=index, **LOGIN)
        assert host.fetching == [False, True]
        looking, fetching = host.modules
        assert FETCHING.isdisjoint(looking)
        assert fetching["asset"]["url"] == old.asset()["url"]
        assert {option: fetching[option] for option in LOGIN} == LOGIN
        assert (fetching["delivery"], asked, host.received) == ("pull", [], {})

    def test_another_build_of_the_store_is_not_sent(
        self, host: Host, path: Path, old: FakeBuild, address: str, asked: list[str], tmp_path: Path
    ) -> None:
        """The order pins another one, so the host has no reason to ask for it."""
        run(spec(path, old))
        new = fake_builds.make(tmp_path / "mirror", NEW)
        host.first_answers = [wanted(old)]
        result = act(host, path, asset=new.asset(), mirror=address, delivery="auto", index=index_of(old, tmp_path))
        assert (result, asked, host.received) == (NOWHERE, [], {})

    def test_of_two_releases_with_the_same_bytes_the_one_that_is_asked_for_is_fetched(
        self, host: Host, path: Path, old: FakeBuild, address: str, tmp_path: Path
    ) -> None:
        """The other one is in the store, too, and comes first there."""
        archive = tmp_path / old.archive.name.replace(OLD, NEW)
        shutil.copy(old.archive, archive)
        twin = replace(old, archive=archive, name=old.name.replace(OLD, NEW), release=NEW)
        run(spec(path, old))
        run(spec(path, twin))
        host.first_answers = [wanted(twin)]
        args = {"name": fake_builds.MINOR, "verify": "full", "delivery": "pull", "index": index_of(twin, tmp_path)}
        act(host, path, mirror=address, **args)
        assert [module.get("asset", {}).get("release") for module in host.modules] == [None, NEW]

    @pytest.mark.parametrize("needed", [None, 5, ["x"], {"sha256": 1}, {"sha256": "f" * 64}, "", "f" * 64, True])
    def test_a_request_for_nothing_that_there_is_never_looks_like_success(
        self, host: Host, path: Path, old: FakeBuild, address: str, needed: Any
    ) -> None:
        host.first_answers = [{**wanted(old), "archive_needed": needed}]
        result = act(host, path, asset=old.asset(), mirror=address, delivery="auto")
        assert (result, host.received) == (NOWHERE, {})
        host.answer = {"changed": True, "archive_needed": needed}
        result = bootstrap_on(host, path, asset=old.asset(), mirror=address)
        assert (result["failed"], result["msg"]) == (True, f"The host asks for an archive that {path} does not need.")

    def test_an_archive_that_was_sent_is_not_asked_for_again(
        self, host: Host, path: Path, old: FakeBuild, address: str
    ) -> None:
        host.first_answers = [wanted(old), wanted(old)]
        assert act(host, path, asset=old.asset(), mirror=address, delivery="auto") == NOWHERE
        assert len(host.modules) == 2

    @pytest.mark.parametrize("step", ["switch", "inspect"])
    @pytest.mark.parametrize("url", ["https://evil.example/x.tar.gz", "file:///etc/shadow"])
    def test_bootstrap_runs_no_archive_of_a_hosts_choice(
        self, host: Host, path: Path, old: FakeBuild, asked: list[str], tmp_path: Path, step: str, url: str
    ) -> None:
        self.forged(path, old, url=url, sha256="1" * 64)
        if step == "switch":
            run(spec(path, fake_builds.make(tmp_path / "mirror", NEW)))
        args = {"name": f"{fake_builds.VERSION}+{OLD}", "verify": "full", "index": [index_of(old, tmp_path)], **LOGIN}
        result = bootstrap_on(host, path, **args)
        assert "Addresses and digests that a host has are not used" in result["msg"]
        assert (asked, host.modules, len(host.commands)) == ([], [], 1)

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_a_build_that_no_index_has_is_not_repaired_and_check_mode_says_so(
        self, host: Host, path: Path, old: FakeBuild, tmp_path: Path, check_mode: bool
    ) -> None:
        run(spec(path, old))
        host.answer = {"changed": True, "drift": {"changed": ["x"]}}
        if not check_mode:
            host.first_answers = [wanted(old)]
        index = index_of(fake_builds.make(tmp_path / "mirror", NEW), tmp_path)
        result = act(host, path, name=fake_builds.MINOR, verify="full", index=index, check_mode=check_mode)
        assert result["msg"].startswith(
            f"{old.name} at {path} changed since it was installed and cannot be installed again: "
        )


class TestPreparedCopies:
    """A host gets the copy that an index names, by pull and by push, unless the task asks for more than an index."""

    @pytest.fixture
    def prepared(self, old: FakeBuild) -> Prepared:
        return prepare(old)

    @pytest.fixture
    def named(self, old: FakeBuild, prepared: Prepared, address: str, tmp_path: Path) -> dict[str, Any]:
        """Options of a task that gets its asset from the index of a mirror with copies."""
        index = tmp_path / "python-build-standalone.ndjson"
        index.write_text(versions_index([Asset.from_dict(asset_with_copy(old, prepared))]))
        return {"name": f"{VERSION}+{OLD}", "index": str(index), "mirror": address}

    def offered(self, host: Host) -> list[Any]:
        return [module["asset"].get("prepared") for module in host.modules]

    @pytest.mark.parametrize("delivery", ["pull", "auto"])
    def test_a_host_that_fetches_gets_its_digests(
        self, host: Host, path: Path, named: dict[str, Any], prepared: Prepared, delivery: str
    ) -> None:
        act(host, path, **named, delivery=delivery)
        assert self.offered(host) == [prepared._asdict()]

    @pytest.mark.parametrize("why", ["a digest of the task", "no mirror", "nothing reads it", "provenance"])
    def test_the_archive_alone_is_offered(
        self, host: Host, path: Path, old: FakeBuild, named: dict[str, Any], monkeypatch: pytest.MonkeyPatch, why: str
    ) -> None:
        if why == "a digest of the task":
            named["checksum"] = old.sha256
        elif why == "no mirror":
            named["mirror"] = []
        elif why == "provenance":
            named["verify_provenance"] = True
            monkeypatch.setattr(sources, "require_provenance", lambda *_: None)
        else:
            parse = probe.parse
            monkeypatch.setattr(probe, "parse", lambda *a, **o: replace(parse(*a, **o), zstandard=()))
        act(host, path, **named)
        assert self.offered(host) == [None]

    def test_an_asset_of_the_task_has_its_copy(
        self, host: Host, path: Path, old: FakeBuild, prepared: Prepared, address: str
    ) -> None:
        act(host, path, asset=asset_with_copy(old, prepared), mirror=address)
        assert self.offered(host) == [prepared._asdict()]

    def test_the_controller_sends_the_copy_of_the_mirror(
        self, host: Host, path: Path, old: FakeBuild, named: dict[str, Any], prepared: Prepared
    ) -> None:
        content = place_of(old).read_bytes()
        old.archive.unlink()
        act(host, path, **named, delivery="push")
        assert host.received == {REMOTE: content}
        assert self.offered(host) == [prepared._asdict()]
        assert host.modules[0]["checksum"] == prepared.sha256
        assert host.modules[0]["asset"]["sha256"] == old.sha256

    def test_the_archive_is_sent_where_the_mirror_has_no_copy(
        self, host: Host, path: Path, old: FakeBuild, named: dict[str, Any]
    ) -> None:
        place_of(old).unlink()
        act(host, path, **named, delivery="push")
        assert (host.received, self.offered(host)) == ({REMOTE: old.archive.read_bytes()}, [None])

    def test_many_hosts_get_one_that_the_controller_makes(
        self, host: Host, path: Path, old: FakeBuild, address: str
    ) -> None:
        options = {"path": str(path), "asset": old.asset(), "mirror": address, "delivery": "push"}
        run_on(host, options, ansible_play_hosts=["one"] * delivery._MANY_HOSTS)
        (offered,) = self.offered(host)
        assert offered["members_sha256"] == prepare(old).members_sha256
        assert host.modules[0]["checksum"] == offered["sha256"]
