# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project in docs/project, which AWX, Semaphore and pipelines run: its lock request, and an upgrade that drains."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import NEW, OLD
from tests.integration.playbooks import QUICK
from tests.integration.projects import BRANCH, GIT, PROJECT, Project
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Answering, Behaviour, serve, status


@pytest.fixture
def project(tmp_path: Path, releases: SampleMirror) -> Project:
    return Project(tmp_path, releases)


def make_key(directory: Path) -> tuple[Path, Path]:
    """A signing key, and the file of allowed signers that has it."""
    key, allowed = directory / "key", directory / "allowed"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed.write_text(f"lock@localhost {key.with_suffix('.pub').read_text()}")
    return key, allowed


def test_gitlab_gets_a_request_with_what_the_lock_brings(project: Project, tmp_path: Path) -> None:
    project.lock()
    assert not project.has_request()
    project.publish(OLD, NEW)
    project.lock("--check")
    assert not project.has_request()
    key, allowed = make_key(tmp_path)
    project.lock(env={"REQUEST_SIGNING_KEY": str(key)})
    assert NEW not in (project.directory / "python.lock.yml").read_text()  # until the request is merged
    brings = project.pushed("%b")
    assert brings.startswith(f"- `{project.minor}` (`")  # what comes from outside is no markup
    assert f"+{OLD} → " in brings
    assert (project.remote / "options").read_text().splitlines() == [
        "GIT_PUSH_OPTION_0=merge_request.create",
        "GIT_PUSH_OPTION_1=merge_request.target=main",
        "GIT_PUSH_OPTION_2=merge_request.title=Renew the Python lock",
        "GIT_PUSH_OPTION_COUNT=3",
    ]
    signed = ["-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", "HEAD"]
    project.git("fetch", "--quiet", str(project.remote), BRANCH)
    project.git("checkout", "--quiet", "--force", "FETCH_HEAD")
    project.git(*signed)
    assert NEW in (project.directory / "python.lock.yml").read_text()


def json_of(content: Any) -> Behaviour:
    return status(200, {"Content-Type": "application/json"}, json.dumps(content).encode())


def test_github_gets_a_request_and_later_a_new_text(project: Project) -> None:
    api, token = "/repos/ops/fleet", {"REQUEST_TOKEN": "t0ken"}
    answers = [json_of([]), json_of({}), json_of([{"number": 7}])]
    project.publish(OLD, NEW)
    with serve(script={f"{api}/pulls": answers, f"{api}/pulls/7": json_of({})}) as server:
        for _week in range(2):
            project.lock(env=token, request_forge="github", request_api=f"{server.url}{api}")
            assert project.git("branch", "--show-current") == "main\n"
    found, opened, found_again, renewed = server.requests
    assert found.path == found_again.path == f"{api}/pulls?state=open&head=ops:{BRANCH}"
    assert (opened.method, opened.path) == ("POST", f"{api}/pulls")
    assert (renewed.method, renewed.path) == ("PATCH", f"{api}/pulls/7")
    assert {one.headers["authorization"] for one in server.requests} == {"Bearer t0ken"}
    first, second = json.loads(opened.body), json.loads(renewed.body)
    assert f"+{OLD} → " in first["body"]
    assert first == {**second, "head": BRANCH, "base": "main"}
    assert second["title"] == project.pushed("%s") == "Renew the Python lock"


def test_an_upgrade_drains_its_host(project: Project) -> None:
    place = project.directory.parent / "opt" / project.minor
    shared = {"interpreter_name": project.minor, "interpreter_path": str(place)}
    shared |= {"interpreter_alternatives": "none", "interpreter_profile": False}
    shared |= {f"interpreter_{option}": value for option, value in QUICK.items()}
    given = {
        **shared,
        "standalone_python_mirror": project.mirror.directory.as_uri(),
        "upgrade_name": project.minor,
        "upgrade_path": str(place),
        "upgrade_health_command": "true",
        "upgrade_restart_services": [],
        "upgrade_build_options": QUICK,
    }
    project.run("install.yml", given)
    project.publish(OLD, NEW)
    project.lock(request_forge="none")
    project.git("merge", "--quiet", BRANCH)
    arguments: list[bytes] = []

    def note(answering: Answering) -> None:
        arguments.append(subprocess.run(["ps", "-A", "-ww", "-o", "args"], capture_output=True, check=True).stdout)
        status(200)(answering)

    with serve(script={f"/{what}/localhost": note for what in ("drain", "enable")}) as server:
        balancer = {"balancer_url": server.url}
        project.run("upgrade.yml", {**given, **balancer}, env={"BALANCER_TOKEN": "t0ken"})
    assert NEW in place.resolve().name
    assert [(one.method, one.path) for one in server.requests] == [
        ("POST", "/drain/localhost"),
        ("POST", "/enable/localhost"),
    ]
    assert {one.headers["authorization"] for one in server.requests} == {"Bearer t0ken"}
    assert [b"t0ken" in one for one in arguments] == [False, False]


def test_git_gets_the_token_from_the_environment() -> None:
    (_lock, request) = yaml.safe_load((PROJECT / "lock.yml").read_text())
    command = ["git", "-c", "credential.helper=", "-c", f"credential.helper={request['vars']['request__login']}"]
    done = subprocess.run(
        [*command, "credential", "fill"],
        input="protocol=https\nhost=gitlab.example.com\n\n",
        env={**os.environ, **GIT, "REQUEST_TOKEN": "t0ken"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"username=token", "password=t0ken"} <= set(done.stdout.splitlines())
