# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import builtins
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sigstore", reason="sigstore-python is not installed, without which provenance is not checked")

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import Bundle
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import (
    Policy,
    ProvenanceError,
    require_attested,
    require_library,
)
from tests.support.locks import asset, stripped
from tests.support.sigstore_instance import SigstoreInstance

ASSET = asset(stripped("3.13.5+20250723"))
OURS = "https://github.com/example/builds"
IDENTITY = "https://github.com/astral-sh/python-build-standalone/.github/workflows/release.yml@refs/heads/main"
OTHER_DIGEST = "0" * 64
SIGSTORE = SigstoreInstance()
STRANGER = SigstoreInstance()

Attest = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> str:
    file = tmp_path / "trusted_root.json"
    file.write_text(SIGSTORE.trusted_root())
    return str(file)


def attested(**changes: Any) -> str:
    return SIGSTORE.bundle([OTHER_DIGEST, ASSET.sha256], **changes)


def check(policy: Policy, *contents: str) -> None:
    require_attested(ASSET, [Bundle(content, "/b.json") for content in contents], policy, pytest.fail)


@pytest.mark.parametrize(
    ("policy", "contents"),
    [
        ({}, [attested()]),
        ({}, [attested(workflow=".github/workflows/linux.yml@refs/heads/main"), attested()]),
        (
            {"repository": OURS, "workflow": "b.yml@refs/tags/1"},
            [attested(repository=OURS, workflow="b.yml@refs/tags/1")],
        ),
        ({"repository": f"{OURS}/"}, [attested(repository=OURS)]),
        ({"issuer": "https://id.example.com"}, [attested(issuer="https://id.example.com")]),
    ],
)
def test_a_build_of_whom_the_policy_names_passes(root: str, policy: dict[str, str], contents: list[str]) -> None:
    check(Policy.from_params({**policy, "trusted_root": root}), *contents)


UNPROVEN = f"The bundle /b.json does not show that {ASSET.file_name} was built by {IDENTITY}: "


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (attested(repository=OURS), f"{UNPROVEN}Certificate's SANs do not match"),
        (attested(workflow=".github/workflows/x.yml@refs/heads/main"), f"{UNPROVEN}Certificate's SANs do not match"),
        (attested(workflow=".github/workflows/release.yml@refs/heads/x"), f"{UNPROVEN}Certificate's SANs do not match"),
        (attested(issuer="https://id.example.com"), f"{UNPROVEN}Certificate's OIDCIssuerV2 does not match"),
        (STRANGER.bundle([ASSET.sha256]), UNPROVEN),
        (attested().replace('"payload": "ey', '"payload": "ez'), f"{UNPROVEN}DSSE: invalid signature."),
        ("", f"{UNPROVEN}failed to load bundle"),
        ("[]", f"{UNPROVEN}failed to load bundle"),
        (json.dumps({**json.loads(attested()), "verificationMaterial": {}}), f"{UNPROVEN}failed to load bundle"),
        (
            SIGSTORE.bundle([OTHER_DIGEST]),
            f"The bundle /b.json is genuine, but of 1 other files: none has the digest {ASSET.sha256} of "
            f"{ASSET.file_name}. Get the bundle that belongs to the archive, and find out whether the archive was "
            "exchanged.",
        ),
        (
            attested(predicate="https://example.com/other"),
            "The bundle /b.json is genuine, but says nothing about how anything was built.",
        ),
    ],
)
def test_anything_else_is_reported(root: str, content: str, message: str) -> None:
    with pytest.raises(ProvenanceError) as error:
        check(Policy(trusted_root=root), content)
    assert str(error.value).startswith(message)


def test_a_repository_that_only_used_the_workflow_of_another_is_not_it(root: str) -> None:
    policy = Policy(repository=OURS, workflow="b.yml@refs/heads/main", trusted_root=root)
    borrowed = attested(repository=OURS, workflow="b.yml@refs/heads/main", source="https://github.com/example/other")
    with pytest.raises(ProvenanceError, match="OIDCSourceRepositoryURI does not match"):
        check(policy, borrowed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "could not be read: No such file or directory. Provenance was not checked; write the file with"),
        (b"\xff", "could not be read: it is no text."),
    ],
)
def test_a_trusted_root_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "root"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ProvenanceError) as error:
        Policy(trusted_root=str(file)).fingerprint()
    assert str(error.value).startswith(f"The trusted root {file} {message}")


@pytest.mark.parametrize(
    "content", ["", "{}", '{"mediaType": "x"}', SIGSTORE.trusted_root().replace('"tlogs": [{', '"tlogs": [], "x": [{')]
)
def test_a_trusted_root_that_is_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "root"
    file.write_text(content)
    with pytest.raises(ProvenanceError, match=f"^The trusted root {file} cannot be used: "):
        check(Policy(trusted_root=str(file)), attested())


def test_the_keys_of_the_public_instance_are_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ProvenanceError) as error:
        check(Policy(), attested())
    assert str(error.value).startswith(UNPROVEN)


@pytest.mark.parametrize("place", [".", "tuf", "link", "file"])
def test_a_trusted_root_that_another_user_can_have_written_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    """Offline, sigstore-python believes what is in its cache, whatever its origin."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    cache = tmp_path / "sigstore-python" / "tuf" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    cache.mkdir(parents=True)
    forged = cache / "trusted_root.json"
    forged.write_text(SIGSTORE.trusted_root())
    check(Policy(), attested())  # the forged root vouches for whatever its maker signed
    if place == "link":
        forged.rename(tmp_path / "forged")
        forged.symlink_to(tmp_path / "forged")
    else:
        (forged if place == "file" else tmp_path / "sigstore-python" / place).chmod(0o777)
    warnings: list[str] = []
    with pytest.raises(ProvenanceError, match="does not show that"):
        require_attested(ASSET, [Bundle(attested(), "/b.json")], Policy(), warnings.append)
    (warning,) = warnings
    assert warning.startswith("Cannot use the cache of sigstore-python: ")
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path)


def test_no_relative_directory_is_a_cache_of_sigstore(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_names: "relative/sigstore-python")  # older ones do
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    warnings: list[str] = []
    with pytest.raises(ProvenanceError, match="does not show that"):
        require_attested(ASSET, [Bundle(attested(), "/b.json")], Policy(), warnings.append)
    assert [warning.split(".")[0] for warning in warnings] == [
        "Cannot use the cache of sigstore-python: relative/sigstore-python is no absolute path"
    ]


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "null", "[]", '{"dsseEnvelope": 1}'])
def test_a_bundle_that_is_none_is_an_error(root: str, content: str) -> None:
    with pytest.raises(ProvenanceError, match="does not show that"):
        check(Policy(trusted_root=root), content)


def test_the_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_sigstore(name: str, *rest: Any) -> Any:
        if name.startswith("sigstore"):
            raise ImportError("No module named 'sigstore'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_sigstore)
    with pytest.raises(ProvenanceError) as error:
        require_library()
    assert str(error.value) == (
        "verify_provenance needs the Python package sigstore, which the Python that runs Ansible does not have (No "
        f"module named 'sigstore'). Run {sys.executable} -m pip install sigstore, or leave out verify_provenance."
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"repo": "x"}, "provenance has no repo. Correct or leave it out."),
        ({"repository": "example/builds"}, "provenance names the repository 'example/builds' and the workflow"),
        ({"workflow": "release.yml"}, "provenance names the repository 'https://github.com/astral-sh/python-"),
    ],
)
def test_what_is_no_policy_is_refused(params: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidName) as error:
        Policy.from_params(params)
    assert str(error.value).startswith(message)
