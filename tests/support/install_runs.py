# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installations in separate processes, for tests that kill or starve them, or run them as another user.

    with install_runner() as runner:
        runner.run(params).result["changed"]
        group = runner.begin(params)
        os.killpg(group, signal.SIGKILL)
        runner.end()

`params` are those of the module, as JSON can hold them; what is left out has its default.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fake_builds import FakeBuild
from .unprivileged import copy_for_all, identity

REPOSITORY = Path(__file__).resolve().parents[2]
TREE = REPOSITORY / ".collection"
SERVER = Path(__file__).with_name("install_server.py")


@dataclass(frozen=True)
class Answer:
    """How a run ended: with a result, with an error's message, or with neither because it was killed.

    `steps` are the changes that it made to the file system, in order; none are known of a run that was killed.
    """

    result: dict[str, Any] | None
    error: str | None
    steps: tuple[str, ...]


class Runner:
    """Runs one order after the other through `install_server`."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def run(self, params: Mapping[str, Any], **disturbance: int) -> Answer:
        """The answer to an order; for `disturbance` see `begin`."""
        self.begin(params, **disturbance)
        return self.end()

    def begin(
        self, params: Mapping[str, Any], *, die_at_step: int | None = None, fail_at_step: int | None = None
    ) -> int:
        """Starts a run, and returns the number of its process group. `end` has to follow.

        Its changes to the file system are counted from 0: in place of one the group is killed, or it fails with EIO.
        """
        assert self._server.stdin
        job = {"params": params, "die_at_step": die_at_step, "fail_at_step": fail_at_step}
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return int(self._read()["pid"])

    def end(self) -> Answer:
        answer = self._read()
        return Answer(answer["result"], answer["error"], tuple(answer["steps"]))

    def _read(self) -> dict[str, Any]:
        assert self._server.stdout
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer


def spec_for(path: Path, build: FakeBuild, **options: Any) -> dict[str, Any]:
    """What has `build` at `path`, fetched from where it was made, and tried out quickly."""
    mirror = build.archive.parent.parent.as_uri()
    return {"path": str(path), "asset": build.asset(), "mirror": [mirror], "health_imports": ["zlib"], **options}


@contextmanager
def install_runner(
    *, umask: int = 0o022, file_limit_bytes: int | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[Runner]:
    """A runner of this Python and this user, with these variables in addition.

    No file may grow beyond `file_limit_bytes` where that is given.
    """
    environment = {**os.environ, **(variables or {})}
    with _serving([sys.executable, str(SERVER), str(TREE)], umask=umask, env=environment) as server:
        if file_limit_bytes is not None:
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (file_limit_bytes, file_limit_bytes))
        yield Runner(server)


@contextmanager
def install_runner_of(user: str, python: str, directory: Path) -> Iterator[Runner]:
    """A runner of another user, under an interpreter that this user can run; a copy of the code makes `directory`."""
    directory.mkdir(mode=0o755)
    for file in (SERVER, SERVER.with_name("own_processes.py")):
        copy_for_all(file, directory / file.name)
    collection = Path("ansible_collections", "standalone", "python", "plugins", "module_utils")
    copy_for_all(REPOSITORY / "plugins" / "module_utils", directory / collection)
    with _serving([python, str(directory / SERVER.name), str(directory)], cwd="/", **identity(user)) as server:
        yield Runner(server)


@contextmanager
def _serving(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options) as server:
        yield server
