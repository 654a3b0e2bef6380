# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `ansible-playbook` on this machine as an operator would, away from the operator's own configuration.

Runs of one environment share the process that starts them, as `tests.support.play_server` says.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.play_server import PlayServer

REPOSITORY = Path(__file__).resolve().parents[2]
ANSIBLE_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
TIMEOUT_S = 300
# Of an installation that proves nothing of bytecode and health: the two cost more than all the rest of it.
QUICK = {"compile_bytecode": False, "health_imports": ["zlib"]}
QUICKLY = {"module_defaults": {"standalone.python.build": QUICK}}


@dataclass(frozen=True)
class Played:
    """A finished run; `output` is what the operator saw, both streams."""

    rc: int
    output: str


@dataclass(frozen=True)
class Player:
    """Runs playbooks with its own cache in `directory`, on localhost under the interpreter `host_python`."""

    directory: Path
    host_python: str

    def play(
        self,
        playbook: Path,
        *arguments: str,
        variables: dict[str, Any] | None = None,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Played:
        """A run of the playbook, in the working directory `cwd` or the present one."""
        command = [str(ANSIBLE_PLAYBOOK), "-i", str(self.inventory()), str(playbook), *arguments]
        if variables:
            command += ["-e", json.dumps(variables)]
        environment = {**self.environment(), **(env or {})}
        server = server_for(environment)
        if server:
            directory = str(cwd) if cwd else None
            return Played(*server.run(command[1:], environment, timeout_s=TIMEOUT_S, directory=directory))
        done = subprocess.run(
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Played(done.returncode, done.stdout)

    def inventory(self) -> Path:
        file = self.directory / "inventory.yml"
        here = {"ansible_connection": "local", "ansible_python_interpreter": self.host_python}
        file.write_text(json.dumps({"all": {"hosts": {"localhost": here}}}))
        return file

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "ANSIBLE_CONFIG": str(REPOSITORY / "tests" / "ansible.cfg"),
            "ANSIBLE_STANDALONE_PYTHON_CACHE": str(self.directory / "cache"),
            "ANSIBLE_NOCOLOR": "1",
            "NO_PROXY": "127.0.0.1,localhost",
        }


def server_for(environment: dict[str, str]) -> PlayServer | None:
    """The server of this test process, where a run with this environment is the same as one of a new process."""
    usual = Player(Path(), "").environment()
    server = _server(tuple(usual.items()))
    return server if server.fits(environment) else None


@cache
def _server(environment: tuple[tuple[str, str], ...]) -> PlayServer:
    server = PlayServer(dict(environment))
    atexit.register(server.close)
    return server
