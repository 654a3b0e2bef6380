# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back of twenty hosts beside the installation of what they go back to, both as whole plays over SSH."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.checks import require_build, require_bytecode
from benchmarks.controller import Controller, changed_per_host
from benchmarks.disk import Disk
from benchmarks.plays import OUTPUT
from benchmarks.rounds import Contender, WrongResult, measure
from benchmarks.table import Line, ratio
from tests.support.nginx import nginx
from tests.support.sample_builds import Sample, SampleSpec
from tests.support.sample_mirror import NDJSON, make_mirror
from tests.support.sshd import sshd

HOSTS = 20
RELEASES = ("20260101", "20260201")
ROLLBACK, INSTALL, INSTALL_WITHOUT = "rollback", "install", "install, no bytecode"


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The lines about going back. Raises `NginxUnavailable`, `SshUnavailable`."""
    mirror = make_mirror(disk.directory / "two", [SampleSpec(release=release, size="real") for release in RELEASES])
    with nginx(mirror.directory) as url, sshd() as login, tempfile.TemporaryDirectory(prefix="b-") as scratch:
        controller = Controller.prepare(Path(scratch), login, HOSTS)
        way_back = WayBack(controller, tuple(mirror.samples), url, disk.directory / "standing")
        try:
            way_back.prepare()
            seconds = measure("way back", list(way_back.contenders()), rounds=rounds, disk=disk)
        finally:
            controller.disconnect()
    return [
        ratio(f"rollback of {HOSTS} hosts / install", seconds, ROLLBACK, INSTALL, must=0.25),
        ratio("the same", seconds, ROLLBACK, INSTALL_WITHOUT, must=None),
    ]


@dataclass(frozen=True)
class WayBack:
    """The contenders. Below `standing` each host has both builds, and before each round the newer one at its path."""

    controller: Controller
    samples: tuple[Sample, ...]
    url: str  # of the mirror
    standing: Path

    def prepare(self) -> None:
        """Both builds at each host's path, which also opens the connections. No promise is about this."""
        for sample in self.samples:
            self.controller.play("installed", self._variables(self.standing, sample))

    def contenders(self) -> Iterator[Contender]:
        yield Contender(ROLLBACK, self._go_back, self._check_went_back)
        yield Contender(INSTALL, self._install(), self._check_installed(require_bytecode))
        yield Contender(INSTALL_WITHOUT, self._install(bytecode=False), self._check_installed(require_build))

    def _go_back(self, directory: Path) -> None:
        (directory / OUTPUT).write_text(self.controller.play("rollback", {"root": str(self.standing)}))

    def _check_went_back(self, directory: Path) -> None:
        """Every host then gets the newer build again, since none goes back to a build that it was taken back from."""
        self._require_changed(directory)
        older, newer = self.samples
        for host in self.controller.hosts:
            require_bytecode(self.standing / host / "python", older)
        self.controller.play("installed", self._variables(self.standing, newer))

    def _install(self, **more: Any) -> Callable[[Path], None]:
        def run(directory: Path) -> None:
            variables = {**self._variables(directory, self.samples[0]), **more}
            (directory / OUTPUT).write_text(self.controller.play("installed", variables))

        return run

    def _check_installed(self, require: Callable[[Path, Sample], None]) -> Callable[[Path], None]:
        """Twenty builds are removed at once when they have been looked at, since a disk has not room for many."""

        def check(directory: Path) -> None:
            self._require_changed(directory)
            for host in self.controller.hosts:
                require(directory / host / "python", self.samples[0])
            shutil.rmtree(directory)

        return check

    def _require_changed(self, directory: Path) -> None:
        changed = changed_per_host((directory / OUTPUT).read_text())
        if changed != dict.fromkeys(self.controller.hosts, 1):
            raise WrongResult(f"The play should have changed the build of every host, but: {changed}")

    def _variables(self, root: Path, sample: Sample) -> dict[str, Any]:
        return {
            "root": str(root),
            "build": f"{sample.version}+{sample.spec.release}",
            "index": f"{self.url}/{NDJSON}",
            "mirror": self.url,
        }
