# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module returns the same with and without secrets, though Ansible overwrites secrets in results, and logs none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="modules use ansible-core")

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    MIRROR_ARGUMENTS,
    sealed,
)
from ansible_collections.standalone.python.plugins.modules import build, mirror
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.servers import serve

RunModule = Callable[..., dict[str, Any]]

# Each is part of what modules return: of paths, names, key words, verdicts, digests, numbers, and of the seal itself.
SECRETS = ["python", "1", "p", "/", "passed", "20260101", "null", "eyJ", "changed"]


@pytest.fixture
def made(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", "20260101")


def mirror_of(made: FakeBuild) -> Path:
    return made.archive.parents[1]


def with_secret(secret: str) -> dict[str, Any]:
    return {"url_username": secret, "url_password": secret, "headers": {"X-Tenant": secret, secret: "1"}}


def returned(result: dict[str, Any]) -> str:
    """What a playbook sees of the result, without what no two runs have in common."""
    return json.dumps({**result, "invocation": None, "timings": None}, sort_keys=True)


@pytest.mark.parametrize("check_mode", [True, False])
def test_of_build(run_module: RunModule, made: FakeBuild, tmp_path: Path, check_mode: bool) -> None:
    path = tmp_path / "opt" / MINOR
    options = {
        "path": str(path),
        "asset": made.asset(),
        "compile_bytecode": False,
        "mirror": [mirror_of(made).as_uri()],
    }

    def outcome(**secrets: Any) -> tuple[str, str]:
        shutil.rmtree(path.parent, ignore_errors=True)
        handed = sealed({**options, **secrets}, BUILD_ARGUMENTS)
        failing = sealed({**options, **secrets, "mirror": ["file:///nowhere/python"]}, BUILD_ARGUMENTS)
        failure = run_module(build, **failing) if not check_mode else {}
        return returned(run_module(build, check_mode=check_mode, **handed)), returned(failure)

    plain = outcome()
    assert json.loads(plain[0])["executable"] == f"{path}/bin/python{MINOR}"
    for secret in SECRETS:
        assert outcome(**with_secret(secret)) == plain, secret


def test_of_mirror(run_module: RunModule, made: FakeBuild, tmp_path: Path) -> None:
    path = tmp_path / "srv"
    options = {"path": str(path), "assets": [made.asset()], "mirror": [mirror_of(made).as_uri()]}

    def outcome(**secrets: Any) -> str:
        shutil.rmtree(path, ignore_errors=True)
        return returned(run_module(mirror, **sealed({**options, **secrets}, MIRROR_ARGUMENTS)))

    plain = outcome()
    assert json.loads(plain)["changed"]
    for secret in SECRETS:
        assert outcome(**with_secret(secret)) == plain, secret


def test_a_host_logs_no_secret(
    run_module: RunModule, made: FakeBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    with serve(mirror_of(made)) as server:
        with_login = server.url.replace("//", "//user:s3cret@")
        secrets = {
            **with_secret("s3cret"),
            "mirror": [with_login],
            "asset": {**made.asset(), "url": made.asset()["url"]},
        }
        options = {"path": str(tmp_path / "opt" / MINOR), "compile_bytecode": False, **secrets}
        result = run_module(build, **sealed(options, BUILD_ARGUMENTS))
        assert not result.get("failed"), result
        assert any("authorization" in request.headers or "x-tenant" in request.headers for request in server.requests)
    assert logged
    assert "s3cret" not in "".join(logged) + json.dumps(result)
