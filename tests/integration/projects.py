# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clone of docs/project with sample builds, and the repository that its lock request is pushed to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.conftest import OLD, USUAL_PYTHON
from tests.integration.playbooks import REPOSITORY, Played, Player
from tests.support.sample_indexes import versions_ndjson
from tests.support.sample_mirror import SampleMirror

PROJECT = REPOSITORY / "docs" / "project"
BRANCH = "renew-the-python-lock"
HOOK = '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort > "$GIT_DIR/options"\n'
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


class ProjectPlayer(Player):
    """Plays on localhost, with the variables of the project's inventory."""

    def inventory(self) -> Path:
        here = {"ansible_connection": "local", "ansible_python_interpreter": self.host_python}
        inventory = self.directory / "fleet" / "inventory"
        (inventory / "hosts.yml").write_text(json.dumps({"all": {"hosts": {"localhost": here}}}))
        return inventory


class Project:
    """A clone of the project with sample builds, and the repository that it pushes to."""

    def __init__(self, directory: Path, mirror: SampleMirror) -> None:
        self.directory, self.remote = directory / "fleet", directory / "fleet.git"
        self.player = ProjectPlayer(directory, USUAL_PYTHON)
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
        return self.run("lock.yml", {**self.settings(), **variables}, *arguments, env=env)

    def settings(self) -> dict[str, Any]:
        """Those of the lock and its request."""
        return {
            "lock_names": self.minor,
            "lock_targets": self.mirror.samples[0].spec.target,
            "lock_index": str(self.index),
            "lock_mirror": self.mirror.directory.as_uri(),
            "request_url": str(self.remote),
        }

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
