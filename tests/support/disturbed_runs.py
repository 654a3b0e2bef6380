# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders that are disturbed again and again, always from the same beginning, to see what the next run makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import fake_builds
from .fake_builds import MINOR
from .host_view import PathView
from .install_runs import Runner


def _spoil(path: Path, _archive: Path) -> None:
    (path / "lib" / f"python{MINOR}" / "os.py").write_text("NAME = 'spoilt'\n")


def _unpack_by_hand(path: Path, archive: Path) -> None:
    path.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", archive, "-C", path, "--strip-components=1"], check=True)


@dataclass(frozen=True)
class Scenario:
    """The order to be disturbed for one build or none, and what comes before it.

    Where `may_be_absent`, nothing was at the path, or nothing is wanted there, or it is something else that gives way.
    Where `with_fallback`, the new build is never at the path without its mark.
    """

    build: str | None
    spec: Mapping[str, Any]
    before: tuple[str, ...] = ()
    prepare: Callable[[Path, Path], None] = lambda path, archive: None
    may_be_absent: bool = False
    with_fallback: bool = False


SCENARIOS = {
    "install": Scenario("old", {"compile_bytecode": True}, may_be_absent=True),
    "upgrade": Scenario("new", {"keep": 0}, before=("old",)),
    "return": Scenario("old", {}, before=("old", "new")),
    "try": Scenario("new", {"keep": 0, "provisional": True}, before=("old", "new", "old"), with_fallback=True),
    "return from a provisional build": Scenario("old", {}, before=("old", "new"), with_fallback=True),
    "repair": Scenario("old", {"verify": "full"}, before=("old",), prepare=_spoil),
    "adopt": Scenario("old", {"adopt": True}, prepare=_unpack_by_hand, may_be_absent=True),
    "remove": Scenario(None, {"state": "absent"}, before=("old", "new"), may_be_absent=True),
}


@dataclass(frozen=True)
class Builds:
    """Two builds, each as the parameters of an order for it; `archive` is that of the old one."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    archive: Path

    @classmethod
    def fake(cls, mirror: Path) -> Builds:
        """Made below `mirror`, and fetched from there. Bytecode costs most of a run, so one scenario asks for it."""
        old, new = (fake_builds.make(mirror, release) for release in ("20260101", "20260201"))
        common = {"mirror": [mirror.as_uri()], "health_imports": ["zlib"], "compile_bytecode": False}
        return cls({"asset": old.asset(), **common}, {"asset": new.asset(), **common}, old.archive)

    def params(self, which: str | None) -> Mapping[str, Any]:
        return {"old": self.old, "new": self.new}.get(which or "", {})


class DisturbedRun:
    """An order to disturb again and again, each time from the same beginning."""

    def __init__(self, scenario: Scenario, builds: Builds, directory: Path, runner: Runner) -> None:
        self.view = PathView(directory / "opt" / "python" / MINOR)
        self.runner = runner
        self.may_be_absent = scenario.may_be_absent
        self.provisional_build = builds.new["asset"]["name"] if scenario.with_fallback else None
        at_path = {"path": str(self.view.path)}
        self.spec = {**at_path, **builds.params(scenario.build), **scenario.spec}
        for which in scenario.before:
            assert runner.run({**at_path, **builds.params(which), "provisional": scenario.with_fallback}).error is None
        scenario.prepare(self.view.path, builds.archive)
        self._before = directory / "before"
        if self.view.path.parent.exists():
            shutil.copytree(self.view.path.parent, self._before, symlinks=True)
        self.put_back()
        started = time.monotonic()
        undisturbed = runner.run(self.spec)
        self.duration_s = time.monotonic() - started
        assert undisturbed.error is None
        self.steps = undisturbed.steps
        self._expected = self.view.contents()

    def decisive_steps(self) -> list[int]:
        """Every fifth step, and each one around a step that moves something, links it or writes the history down."""
        count = len(self.steps)
        words = ("os.rename", "-link", ".roots")
        marked = [number for number in range(count) if any(word in self.steps[number] for word in words)]
        chosen = {*range(0, count, 5), *(number + shift for number in marked for shift in (-1, 0, 1))}
        return sorted(chosen.intersection(range(count)))

    def put_back(self) -> None:
        self.view.path.parent.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.view.path.parent, ignore_errors=True)
        if self._before.exists():
            shutil.copytree(self._before, self.view.path.parent, symlinks=True)

    def complaint(self) -> str | None:
        """What is wrong after a run was killed, or after the next run; None when nothing is."""
        is_absent = not os.path.lexists(self.view.path)
        if is_absent and not self.may_be_absent:
            return "nothing is at the path"
        if not is_absent and not self.view.runs():
            return "the interpreter does not run"
        if self.provisional_build and self.view.entry() == self.provisional_build and not self.view.is_provisional():
            return "the new build is there, and nothing shows that it is provisional"
        error = self.runner.run(self.spec).error
        if error:
            return f"the next run failed: {error}"
        found, expected = self.view.contents(), self._expected
        differences = sorted(name for name in found.keys() | expected if found.get(name) != expected.get(name))
        return f"the next run ended differently: {differences}" if differences else None
