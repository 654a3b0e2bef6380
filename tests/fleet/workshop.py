# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the guide's examples for images are run: on this machine, on roots of other systems."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.fleet.roots import ROOTS, unpack
from tests.fleet.samples import HostSample
from tests.integration.conftest import USUAL_PYTHON
from tests.integration.playbooks import Played, Player
from tests.support.examples import adapted, examples_of
from tests.support.sample_mirror import NDJSON

EXAMPLES = examples_of("images.md")
TASKS = "- hosts: localhost\n  gather_facts: false\n  tasks:\n"


@dataclass(frozen=True)
class Workshop:
    """A mirror of samples that run in the images, and a place for images."""

    directory: Path
    mirror: Path
    sample: HostSample

    def play(self, example: str, places: dict[str, str], *arguments: str) -> Played:
        text = adapted(EXAMPLES[example], {**places, "3.13": self.sample.minor})
        if "hosts:" not in text:
            text = TASKS + "".join(f"    {line}" for line in text.splitlines(True))
        playbook = self.directory / "playbook.yml"
        playbook.write_text(text)
        env = {
            "UV_PYTHON_DOWNLOADS_JSON_URL": str(self.mirror / NDJSON),
            "UV_PYTHON_INSTALL_MIRROR": self.mirror.as_uri(),
        }
        return Player(self.directory, USUAL_PYTHON).play(playbook, *arguments, env=env)

    def python(self, root: Path, *arguments: str) -> str:
        interpreter = f"/opt/python/{self.sample.minor}/bin/python3"
        command = ["chroot", str(root), interpreter, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def image_of(root: str, directory: Path) -> Path:
    directory.mkdir()
    return unpack(ROOTS[root], directory)
