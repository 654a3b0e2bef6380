# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resolving costs the controller, with the full catalogue that comes with the collection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.ours import COLLECTIONS
from benchmarks.table import Line

RESOLVE_PART = Path(__file__).with_name("resolve_part.py")
INDEX = "bundled"


def compare(rounds: int) -> list[Line]:
    """The lines about the index; each round is a fresh process with an empty cache."""
    answers = [_fresh_process() for _unused in range(rounds)]
    first_s = [answer["first_s"] for answer in answers]
    again_ms = [median(answer["again_s"]) * 1000 for answer in answers]
    return [
        Line("resolve for one more host", "index cached", again_ms, 5, " ms"),
        Line("first load of the full catalogue", "nothing cached, imports included", first_s, 2, " s"),
    ]


def _fresh_process() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-cache-") as cache:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(COLLECTIONS), "XDG_CACHE_HOME": cache}
        command = [sys.executable, str(RESOLVE_PART), INDEX]
        answer: dict[str, Any] = json.loads(subprocess.check_output(command, env=environment))
        return answer
