# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When `build` and `bootstrap` have an attestation checked: before the host gets it, and only for what changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sigstore", reason="sigstore-python is not installed, without which provenance is not checked")
pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.action_host import NEW, OLD, Host, act, bootstrap_on, failure
from tests.support.fake_builds import VERSION, FakeBuild
from tests.support.index_documents import index_of
from tests.support.install_specs import spec
from tests.support.sigstore_instance import SigstoreInstance

SIGSTORE = SigstoreInstance()


@pytest.fixture
def options(tmp_path: Path, old: FakeBuild) -> dict[str, Any]:
    """With a mirror on the controller that has no bundle yet."""
    root = tmp_path / "trusted_root.json"
    root.write_text(SIGSTORE.trusted_root())
    return {
        "verify_provenance": True,
        "provenance": {"trusted_root": str(root)},
        "mirror": [old.archive.parents[1].as_uri()],
    }


def attest(build: FakeBuild, digest: str = "") -> None:
    bundle = build.archive.with_name(f"{build.archive.name}.sigstore.json")
    bundle.write_text(SIGSTORE.bundle([digest or build.sha256]))


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_build_with_an_attestation_is_installed(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any], check_mode: bool
) -> None:
    attest(old)
    result = act(host, path, asset=old.asset(), check_mode=check_mode, **options)
    assert result["changed"]
    assert {"verify_provenance", "provenance"} & {option for module in host.modules for option in module} == set()


@pytest.mark.parametrize("check_mode", [False, True])
def test_one_without_is_refused_before_the_module_runs(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any], check_mode: bool
) -> None:
    assert "there is no bundle at file://" in failure(host, path, asset=old.asset(), check_mode=check_mode, **options)
    attest(old, "0" * 64)
    assert f"none has the digest {old.sha256}" in failure(
        host, path, asset=old.asset(), check_mode=check_mode, **options
    )


def test_an_archive_on_the_controller_has_its_bundle_beside_it(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any]
) -> None:
    local = {"name": f"{VERSION}+{OLD}", "archive": str(old.archive), "checksum": old.sha256}
    options = {**options, "mirror": ["file:///nowhere"]}
    assert f"no bundle at {old.archive}.sigstore.json" in failure(host, path, **local, **options)
    attest(old)
    act(host, path, **local, **options)
    assert list(host.received.values()) == [old.archive.read_bytes()]


def test_what_is_there_is_not_checked_again(host: Host, path: Path, old: FakeBuild, options: dict[str, Any]) -> None:
    run(spec(path, old))
    result = act(host, path, asset=old.asset(), **options)
    assert (result["changed"], len(host.commands), host.modules) == (False, 1, [])


def test_one_in_the_store_is_checked_before_a_switch(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any]
) -> None:
    new = fake_builds.make(old.archive.parents[1], NEW)
    run(spec(path, old))
    run(spec(path, new))
    index = path.parent / "index.ndjson"
    index.write_bytes(index_of(old.asset()))
    back = {"name": f"{VERSION}+{OLD}", "state": "present", "index": [str(index)], **options}
    assert f"The provenance of {old.archive.name} cannot be checked" in failure(host, path, **back)
    attest(old)
    act(host, path, **back)
    assert len(host.modules) == 1


def test_a_policy_that_is_none_is_reported(host: Host, path: Path, old: FakeBuild, options: dict[str, Any]) -> None:
    options = {**options, "provenance": {"workflow": "release.yml"}}
    assert "Write the repository's https:// address" in failure(host, path, asset=old.asset(), **options)


def test_a_policy_that_nobody_would_look_at_is_reported(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any]
) -> None:
    options = {**options, "verify_provenance": False}
    assert failure(host, path, asset=old.asset(), **options) == (
        "provenance says who must have made the build, but verify_provenance is false, so nobody would look. Set "
        "verify_provenance: true, or leave provenance out."
    )
    assert host.commands == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_bootstrap_sends_only_what_has_an_attestation(
    host: Host, path: Path, old: FakeBuild, options: dict[str, Any], check_mode: bool
) -> None:
    refused = bootstrap_on(host, path, asset=old.asset(), check_mode=check_mode, **options)
    assert (refused["failed"], len(host.commands), host.modules) == (True, 1, [])
    assert "there is no bundle at file://" in refused["msg"]
    attest(old)
    assert bootstrap_on(host, path, asset=old.asset(), check_mode=check_mode, **options)["changed"]
    assert {"verify_provenance", "provenance"} & {option for module in host.modules for option in module} == set()
