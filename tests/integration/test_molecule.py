# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Molecule scenario of docs/molecule, copied into a role: from no Python to a verified role, without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.integration.playbooks import REPOSITORY
from tests.support.sample_mirror import SampleMirror
from tests.support.tool_environments import programs_of

SCENARIO = REPOSITORY / "docs" / "molecule"
# Writes which Python ran it, once.
TASKS = [
    {
        "name": "Write which Python runs the modules",
        "ansible.builtin.copy": {"dest": "{{ report }}", "content": "{{ ansible_facts.python.executable }}\n"},
    }
]


class Role:
    """A role with the scenario, and the environment to run it in."""

    def __init__(self, directory: Path, mirror: SampleMirror, programs: Path) -> None:
        self.directory, self.programs = directory / "greeting", programs
        self.report = directory / "report"
        (self.directory / "tasks").mkdir(parents=True)
        (self.directory / "tasks" / "main.yml").write_text(yaml.safe_dump(TASKS))
        (self.directory / "defaults").mkdir()
        (self.directory / "defaults" / "main.yml").write_text(yaml.safe_dump({"report": str(self.report)}))
        shutil.copytree(SCENARIO, self.directory / "molecule")
        self.path = directory / "python"
        self.environment = {
            **{name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ},
            "PATH": f"{programs}{os.pathsep}{os.defpath}",
            "HOME": str(directory),
            "NO_COLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".collection"),
            "ANSIBLE_STANDALONE_PYTHON_CACHE": str(directory / "cache"),
            "ANSIBLE_STANDALONE_PYTHON_INDEX": str(mirror.index),
            "ANSIBLE_STANDALONE_PYTHON_MIRROR": mirror.directory.as_uri(),
            "PYTHON_NAME": mirror.samples[0].version.rpartition(".")[0],
            "PYTHON_PATH": str(self.path),
        }

    def molecule(self, *arguments: str) -> tuple[int, str]:
        command = [str(self.programs / "molecule"), *arguments]
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def role(tmp_path: Path, samples: SampleMirror) -> Role:
    return Role(tmp_path, samples, programs_of("molecule", "molecule >= 25"))


def test_a_role_is_tested_with_a_python_of_this_collection(role: Role) -> None:
    rc, said = role.molecule("test", "--destroy=never")
    assert rc == 0, said
    assert role.report.read_text().startswith(str(role.path))
    # And a role that changes something each time is found.
    tasks = role.directory / "tasks" / "main.yml"
    tasks.write_text(yaml.safe_dump([*TASKS, {"name": "Change", "ansible.builtin.command": {"cmd": "true"}}]))
    rc, said = role.molecule("idempotence")
    assert rc != 0
    assert re.search("idempotence", said, re.IGNORECASE), said
