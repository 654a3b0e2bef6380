# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole plays over pipelined SSH: a no-op over many hosts, and a cold installation on one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Prepared
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._mirror.index_files import versions_index
from benchmarks.checks import require_build, require_bytecode
from benchmarks.controller import Controller, changed_per_host
from benchmarks.disk import Disk
from benchmarks.ours import prepare
from benchmarks.rounds import Contender, WrongResult, measure
from benchmarks.table import Line, ratio
from tests.support.nginx import nginx
from tests.support.sample_builds import Sample, SampleSpec
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import NDJSON, make_mirror
from tests.support.sshd import sshd

WITH_COPIES = "with-copies.ndjson"  # an index that names prepared copies, too
OUTPUT = "output"  # in a run's directory: what ansible-playbook printed


def compare(rounds: int, hosts: int, disk: Disk) -> list[Line]:
    """The lines about plays. Raises `NginxUnavailable`, `SshUnavailable` and what keeps a sample from being made."""
    mirror = make_mirror(disk.directory / "mirror", [SampleSpec(size="real")])
    prepared = prepare(mirror, disk.directory / "scratch")
    (mirror.directory / WITH_COPIES).write_text(_index(mirror.samples[0], prepared))
    with nginx(mirror.directory) as url, sshd() as login, tempfile.TemporaryDirectory(prefix="c-") as scratch:
        controller = Controller.prepare(Path(scratch), login, hosts)
        plays = Plays(controller, mirror.samples[0], url)
        try:
            again = measure("no-op", list(plays.second_runs(disk.directory)), rounds=rounds, disk=disk)
            cold = measure("cold play", list(plays.cold_runs()), rounds=rounds, disk=disk)
        finally:
            controller.disconnect()
    return [
        ratio(f"a no-op, per host of {hosts}", again, "ours", "stat", must=0.20, empty="empty", per=hosts),
        ratio(f"a no-op, per host of {hosts}", again, "ours", "today's way", must=0.045, empty="empty", per=hosts),
        ratio("a cold play, one host", cold, "ours", "today's way", must=0.30, empty="empty"),
        ratio(
            "a cold play, one host, with bytecode from a prepared mirror",
            cold, "ours, bytecode", "today's way, bytecode", must=0.25, empty="empty",
        ),
    ]  # fmt: skip


def _index(sample: Sample, prepared: Prepared) -> str:
    content = {**asset_of(sample), "prepared": prepared._asdict()}
    return versions_index([Asset.from_dict(content, "the sample", InvalidName)])


@dataclass(frozen=True)
class Plays:
    """The contenders; the sample is served at `url`."""

    controller: Controller
    sample: Sample
    url: str

    def second_runs(self, directory: Path) -> Iterator[Contender]:
        """Plays over all hosts that find everything done. Does it once first, which also opens the connections."""
        ours, by_hand = directory / "done" / "ours", directory / "done" / "by-hand"
        ours.parent.mkdir()
        for play, prefix in (("ours", ours), ("by_hand", by_hand)):
            self.controller.play(play, self._variables(prefix), hosts=1)
            require_build(prefix, self.sample, fixed_up=play == "ours")
        self.controller.play("stat", self._variables(ours))
        for name, play, prefix in (
            ("empty", "empty", ours),
            ("stat", "stat", ours),
            ("ours", "ours", ours),
            ("today's way", "by_hand", by_hand),
        ):
            yield Contender(name, self._run(play, prefix), self._check_unchanged(play))

    def cold_runs(self) -> Iterator[Contender]:
        """Plays that install on one host, where nothing is."""
        for name, play, bytecode in (
            ("empty", "empty", False),
            ("ours", "ours", False),
            ("today's way", "by_hand", False),
            ("ours, bytecode", "ours", True),
            ("today's way, bytecode", "by_hand_compiled", True),
        ):
            run = self._run(play, None, hosts=1, bytecode=bytecode)
            yield Contender(name, run, self._check_installed(play, bytecode=bytecode))

    def _run(
        self, play: str, prefix: Path | None, *, hosts: int | None = None, bytecode: bool = False
    ) -> Callable[[Path], None]:
        """Plays for a Python at `prefix`; None is a place where nothing was before."""

        def run(directory: Path) -> None:
            variables = self._variables(prefix or directory / "python", bytecode=bytecode)
            (directory / OUTPUT).write_text(self.controller.play(play, variables, hosts=hosts))

        return run

    def _check_unchanged(self, play: str) -> Callable[[Path], None]:
        expected = {} if play == "empty" else dict.fromkeys(self.controller.hosts, 0)

        def check(directory: Path) -> None:
            changed = changed_per_host((directory / OUTPUT).read_text())
            if changed != expected:
                raise WrongResult(f"The play {play} should have changed nothing on every host, but: {changed}")

        return check

    def _check_installed(self, play: str, *, bytecode: bool) -> Callable[[Path], None]:
        require = require_bytecode if bytecode else require_build

        def check(directory: Path) -> None:
            if play != "empty":
                require(directory / "python", self.sample, fixed_up=play == "ours")

        return check

    def _variables(self, prefix: Path, *, bytecode: bool = False) -> dict[str, Any]:
        return {
            "build": self.sample.version,
            "python": str(prefix),
            "index": f"{self.url}/{WITH_COPIES if bytecode else NDJSON}",
            "bytecode": bytecode,
            "mirror": self.url,
            "url": f"{self.url}/{self.sample.spec.release}/{self.sample.file_name.replace('+', '%2B')}",
            "sha256": self.sample.sha256,
        }
