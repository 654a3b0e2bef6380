# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host spends on the start of a module: on its imports, and on whole modules that only look.

Both are measured from the zip that Ansible makes.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.ours import COLLECTIONS, REPOSITORY, Ours
from benchmarks.rounds import Seconds, WrongResult, processor_seconds
from benchmarks.table import Line, ratio
from tests.support.interpreters import interpreters
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import make_mirror

PAYLOAD = Path(__file__).with_name("payload.py")
IMPORTS_PART = Path(__file__).with_name("imports_part.py")
SHIPPED = REPOSITORY / "tests" / "support" / "shipped.py"
MODULES = REPOSITORY / "plugins" / "modules"
STAT = "ansible.builtin.stat"
# Python of the host -> the milliseconds of processor time that `build` may take to start.
MOST_MS = {"3.11": 80, "3.13": 100}


class NoPython(Exception):
    """None of the interpreters of `MOST_MS` is on this machine."""


def compare(rounds: int) -> list[Line]:
    """The lines; each round is a fresh process. Raises `NoPython` and what keeps a sample from being made."""
    pythons = {minor: path for minor, path in interpreters().items() if minor in MOST_MS}
    if not pythons:
        raise NoPython(f"Install one of Python {', '.join(MOST_MS)}.")
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as directory:
        archive = Path(directory) / "build.zip"
        command = [sys.executable, str(SHIPPED), str(COLLECTIONS), str(MODULES), "build", str(archive)]
        subprocess.run(command, check=True)
        lines = [line for minor, python in pythons.items() for line in _lines(minor, python, archive, rounds)]
        payloads = _payloads(Path(directory))
        return lines + [line for minor, python in pythons.items() for line in _modules(minor, python, payloads, rounds)]


def _lines(minor: str, python: str, archive: Path, rounds: int) -> list[Line]:
    command = [python, "-I", "-S", str(IMPORTS_PART), str(archive), str(MODULES / "build.py")]
    answers = [json.loads(subprocess.check_output(command)) for _unused in range(rounds)]
    start_ms = [answer["start_ms"] for answer in answers]
    all_ms = [answer["all_ms"] for answer in answers]
    what = f"imports of build, Python {minor}"
    return [
        Line(what, "processor time until the module starts to work", start_ms, MOST_MS[minor], " ms"),
        Line(f"{what}, all files", "as when a run downloads, unpacks, and adopts", all_ms, None, " ms"),
    ]


def _payloads(directory: Path) -> dict[str, Path]:
    """The programs that Ansible sends for modules that change nothing, for two builds of a path."""
    mirror = make_mirror(directory / "mirror", [SampleSpec(release=release) for release in ("20260101", "20260201")])
    for sample in mirror.samples:
        Ours(sample, mirror.directory.as_uri()).install(directory, {"health_imports": [], "compile_bytecode": False})
    path = f"{directory}/python"
    payloads = {}
    for module, arguments in (
        (STAT, {"path": path}),
        ("standalone.python.build_info", {"paths": [path]}),
        ("standalone.python.build_rollback", {"paths": [path], "from_build": "any", "_ansible_check_mode": True}),
    ):
        payloads[module] = directory / module
        command = [sys.executable, str(PAYLOAD), str(COLLECTIONS), module, json.dumps(arguments), str(payloads[module])]
        subprocess.run(command, check=True)
    return payloads


def _modules(minor: str, python: str, payloads: dict[str, Path], rounds: int) -> list[Line]:
    seconds: Seconds = {module: [] for module in payloads}
    for _round in range(rounds):
        for module in random.sample(list(payloads), len(payloads)):
            began_s = sum(processor_seconds())
            _run(python, payloads[module])
            seconds[module].append(sum(processor_seconds()) - began_s)
    return [
        ratio(f"processor time of {module.rpartition('.')[2]}, Python {minor}", seconds, module, STAT, must=1.5)
        for module in payloads
        if module != STAT
    ]


def _run(python: str, payload: Path) -> None:
    with payload.open("rb") as stream:
        done = subprocess.run([python], stdin=stream, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"failed": True}
    if answer.get("failed") or answer.get("results") == []:
        raise WrongResult(f"{payload.name} failed: {done.stdout} {done.stderr}")
