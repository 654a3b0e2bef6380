# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project in docs/project, which AWX, Semaphore and pipelines run: its lock request, and an upgrade that drains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import HOST_PYTHONS, NEW, OLD
from tests.integration.playbooks import QUICK, REPOSITORY, Played, Player
from tests.support.sample_indexes import versions_ndjson
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Behaviour, serve, status

PROJECT = REPOSITORY / "docs" / "project"
BRANCH = "renew-the-python-lock"
HOOK = '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort > "$GIT_DIR/options"\n'
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


class Project:
    """A clone of the project with sample builds, and the repository that it pushes to."""

    def __init__(self, directory: Path, mirror: SampleMirror) -> None:
        self.directory, self.remote = directory / "fleet", directory / "fleet.git"
        self.player = Player(self.directory, list(HOST_PYTHONS.values())[-1])
        self.mirror = mirror
        self.index = directory / "index.ndjson"
        self.minor = mirror.samples[0].version.rpartition(".")[0]
        shutil.copytree(PROJECT, self.directory)
        self.git("init", "--quiet", "--bare", str(self.remote))
        self.git("-C", str(self.remote), "config", "receive.advertisePushOptions", "true")
        hook = self.remote / "hooks" / "pre-receive"
        hook.write_text(HOOK)
        hook.chmod(0o755)
        self.git("init", "--quiet", "--initial-branch=main")
        self.publish(OLD)
        self.lock(request_forge="none", request_branch="main")  # the first commit
        self.git("fetch", "--quiet", str(self.remote), "main")
        self.git("reset", "--quiet", "--hard", "FETCH_HEAD")

    def git(self, *arguments: str) -> str:
        where = self.directory if self.directory.is_dir() else None
        command = ["git", *arguments]
        done = subprocess.run(
            command, cwd=where, env={**os.environ, **GIT}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self, *releases: str) -> None:
        chosen = [sample for sample in self.mirror.samples if sample.spec.release in releases]
        self.index.write_text(versions_ndjson(chosen))

    def lock(self, *arguments: str, env: dict[str, str] | None = None, **variables: Any) -> Played:
        given = {
            "lock_names": self.minor,
            "lock_targets": self.mirror.samples[0].spec.target,
            "lock_index": str(self.index),
            "lock_mirror": self.mirror.directory.as_uri(),
            "request_url": str(self.remote),
            **variables,
        }
        return self.run("lock.yml", given, *arguments, env=env)

    def run(self, name: str, variables: dict[str, Any], *arguments: str, env: dict[str, str] | None = None) -> Played:
        environment = {**GIT, **(env or {})}
        file = self.directory / name
        played = self.player.play(file, *arguments, variables=variables, env=environment, cwd=self.directory)
        assert played.rc == 0, played.output
        return played

    def pushed(self, what: str) -> str:
        return self.git("--git-dir", str(self.remote), "log", "-1", f"--format={what}", BRANCH).strip()

    def has_request(self) -> bool:
        return BRANCH in self.git("--git-dir", str(self.remote), "branch", "--list")


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
    assert f"+{OLD} → " in project.pushed("%b")
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
            project.git("switch", "--quiet", "main")
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
    with serve(script={f"/{what}/localhost": status(200) for what in ("drain", "enable")}) as server:
        balancer = {"balancer_url": server.url}
        project.run("upgrade.yml", {**given, **balancer}, env={"BALANCER_TOKEN": "t0ken"})
    assert NEW in place.resolve().name
    assert [(one.method, one.path) for one in server.requests] == [
        ("POST", "/drain/localhost"),
        ("POST", "/enable/localhost"),
    ]
    assert {one.headers["authorization"] for one in server.requests} == {"Bearer t0ken"}


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
