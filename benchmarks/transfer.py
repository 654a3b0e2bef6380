# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive pushed to many hosts, beside `scp` of the same file to the same hosts, as many at once.

What a push costs is what a play takes longer than the same play with the archive on the hosts already. To tell that
from the noise of unpacking, the build is one large file that cannot be compressed.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.controller import Controller, changed_per_host
from benchmarks.disk import Disk
from benchmarks.plays import OUTPUT
from benchmarks.rounds import Contender, WrongResult, measure
from benchmarks.table import Line
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.sshd import Login, sshd

HOSTS = 20
FORKS = 5  # as in the controller's configuration
MUST = 1.5
RANDOM_BYTES = 30_000_000  # about the size of a stripped build's archive


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The line about transfers. Raises `SshUnavailable`."""
    padding = base64.b64encode(os.urandom(RANDOM_BYTES)).decode()
    build = fake_builds.make(disk.directory / "mirror", "20260101", extra={"lib/padding": padding})
    with sshd() as login, tempfile.TemporaryDirectory(prefix="c-") as scratch:
        controller = Controller.prepare(Path(scratch), login, HOSTS)
        transfers = Transfers(controller, login, build)
        try:
            transfers.play("pushed")(disk.directory / "first")  # fills the cache and opens the connections
            seconds = measure("push", transfers.contenders(), rounds=rounds, disk=disk)
        finally:
            controller.disconnect()
    pushed = [push - placed for push, placed in zip(seconds["pushed"], seconds["placed"])]
    figures = [push / scp for push, scp in zip(pushed, seconds["scp"])]
    detail = f"{median(pushed):.2f} s / {median(seconds['scp']):.2f} s  scp"
    return [Line(f"an archive pushed to {HOSTS} hosts", detail, figures, MUST)]


@dataclass(frozen=True)
class Transfers:
    """The contenders: a play that sends the archive, one that does not need to, and `scp`."""

    controller: Controller
    login: Login
    build: FakeBuild

    def contenders(self) -> list[Contender]:
        plays = [Contender(name, self.play(name), self._check_installed) for name in ("pushed", "placed")]
        return [*plays, Contender("scp", self._copy_to_all, self._check_copied)]

    def play(self, name: str) -> Callable[[Path], None]:
        def run(directory: Path) -> None:
            directory.mkdir(exist_ok=True)
            (directory / OUTPUT).write_text(self.controller.play(name, self._variables(directory)))

        return run

    def _variables(self, directory: Path) -> dict[str, Any]:
        return {
            "asset": self.build.asset(),
            "archive": str(self.build.archive),
            "mirror": self.build.archive.parents[1].as_uri(),
            "root": str(directory),
        }

    def _check_installed(self, directory: Path) -> None:
        changed = changed_per_host((directory / OUTPUT).read_text())
        if changed != dict.fromkeys(self.controller.hosts, 1):
            raise WrongResult(f"The play should have installed a build on every host, but: {changed}")

    def _copy_to_all(self, directory: Path) -> None:
        with ThreadPoolExecutor(FORKS) as pool:
            list(pool.map(lambda host: self._copy(host, directory / host), self.controller.hosts))

    def _copy(self, host: str, copy: Path) -> None:
        """Over the connection that Ansible keeps open."""
        through = ["-F", "none", "-o", f"ControlPath={self.controller.scratch / host}", "-P", str(self.login.port)]
        target = f"{self.login.user}@127.0.0.1:{copy}"
        subprocess.run(["scp", "-q", *through, str(self.build.archive), target], check=True)

    def _check_copied(self, directory: Path) -> None:
        size_bytes = self.build.archive.stat().st_size
        wrong = [host for host in self.controller.hosts if (directory / host).stat().st_size != size_bytes]
        if wrong:
            raise WrongResult(f"scp should have copied the archive to every host, but not to {wrong}")
