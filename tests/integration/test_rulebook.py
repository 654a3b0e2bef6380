# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook follows a new build with our source and rulebook, and the project's playbook opens a request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import NEW, OLD
from tests.integration.playbooks import REPOSITORY
from tests.integration.projects import GIT, Project
from tests.support.sample_mirror import SampleMirror
from tests.support.tool_environments import programs_of

TIMEOUT_S = 240
pytestmark = pytest.mark.skipif(
    not shutil.which("java"), reason="no Java on this machine, which ansible-rulebook needs"
)


def test_a_new_build_opens_a_request(tmp_path: Path, releases: SampleMirror) -> None:
    programs = programs_of("rulebook", "ansible-rulebook >= 1.1, < 2")
    project = Project(tmp_path, releases)
    state = tmp_path / "state"
    settings = project.directory / "inventory" / "group_vars" / "all.yml"
    settings.write_text(yaml.safe_dump({**yaml.safe_load(settings.read_text()), **project.settings()}))
    watched = {"watch_names": [project.minor], "watch_index": [str(project.index)], "watch_interval": 1}
    variables = tmp_path / "watch.yml"
    variables.write_text(json.dumps(watched))
    environment = {
        **project.player.environment(),
        **GIT,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".collection"),
        "ANSIBLE_STANDALONE_PYTHON_CACHE": str(state),
    }
    rulebook = [
        "-r",
        "standalone.python.follow_builds",
        "-i",
        str(project.player.inventory()),
        "--vars",
        str(variables),
    ]
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen(
            [str(programs / "ansible-rulebook"), *rulebook],
            cwd=project.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        # It has looked once: what there is now is known.
        wait_for(lambda: any((state / "events").glob("*.json")), running)
        assert not project.has_request()
        project.publish(OLD, NEW)
        wait_for(project.has_request, running)
    except TimeoutError:
        pytest.fail((tmp_path / "log").read_text())
    finally:
        running.kill()
        running.wait()
    assert f"+{OLD} → " in project.pushed("%b")


def wait_for(is_so, running: subprocess.Popen[bytes]) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        if running.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)
