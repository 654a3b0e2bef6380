# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host spends on importing a module, from the zip that Ansible makes, before the module does any work."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ours import COLLECTIONS, REPOSITORY
from benchmarks.table import Line

IMPORTS_PART = Path(__file__).with_name("imports_part.py")
SHIPPED = REPOSITORY / "tests" / "support" / "shipped.py"
MODULES = REPOSITORY / "plugins" / "modules"
# Python of the host -> the milliseconds of processor time that `build` may take to start.
MOST_MS = {"3.11": 80, "3.13": 100}


class NoPython(Exception):
    """None of the interpreters of `MOST_MS` is on this machine."""


def compare(rounds: int) -> list[Line]:
    """The lines about imports; each round is a fresh process. Raises `NoPython`."""
    sys.path.insert(0, str(SHIPPED.parent))
    from interpreters import interpreters

    pythons = {minor: path for minor, path in interpreters().items() if minor in MOST_MS}
    if not pythons:
        raise NoPython(f"Install one of Python {', '.join(MOST_MS)}.")
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as directory:
        archive = Path(directory) / "build.zip"
        command = [sys.executable, str(SHIPPED), str(COLLECTIONS), str(MODULES), "build", str(archive)]
        subprocess.run(command, check=True)
        return [line for minor, python in pythons.items() for line in _lines(minor, python, archive, rounds)]


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
