# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resolving costs the controller: with the full catalogue of the collection, and with ten years of releases."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.ours import COLLECTIONS, REPOSITORY
from benchmarks.table import Line
from tests.support.index_documents import artifact, record

RESOLVE_PART = Path(__file__).with_name("resolve_part.py")
EVERY_NAME = REPOSITORY / "tests" / "unit" / "data" / "asset-names.txt.xz"
ASSETS = 30_000


def compare(rounds: int) -> list[Line]:
    """The lines about the index; each round is a fresh process with an empty cache."""
    with tempfile.TemporaryDirectory(prefix="bench-index-") as directory:
        of_ten_years = _lines(_ten_years(Path(directory)), f"an index of {ASSETS} archives", rounds)
        return [*_lines("bundled", "the full catalogue", rounds), *of_ten_years]


def _lines(index: str, what: str, rounds: int) -> list[Line]:
    answers = [_fresh_process(index) for _unused in range(rounds)]
    first_s = [answer["first_s"] for answer in answers]
    again_ms = [median(answer["again_s"]) * 1000 for answer in answers]
    return [
        Line("resolve for one more host", f"{what}, cached", again_ms, 5, " ms"),
        Line("first load", f"{what}, nothing cached, imports included", first_s, 2, " s"),
    ]


def _ten_years(directory: Path) -> str:
    """The address of a versions index with every archive there was, and those of 2026 once more, as if of 2016."""
    with lzma.open(EVERY_NAME, "rt") as text:
        names = [name for name in text.read().split() if "+20" in name]
    names += [name.replace("+2026", "+2016") for name in names if "+2026" in name][: ASSETS - len(names)]
    newest_first = sorted(names, key=_record_of, reverse=True)
    lines = [record(*map(artifact, of_record)) for _record, of_record in groupby(newest_first, key=_record_of)]
    index = directory / "python-build-standalone.ndjson"
    index.write_text("".join(f"{line}\n" for line in lines))
    return index.as_uri()


def _record_of(name: str) -> tuple[str, str]:
    """Release and version of an archive, which share a record of the index."""
    version, release = name.removeprefix("cpython-").partition("-")[0].split("+")
    return release, version


def _fresh_process(index: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-cache-") as cache:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(COLLECTIONS), "XDG_CACHE_HOME": cache}
        command = [sys.executable, str(RESOLVE_PART), index]
        answer: dict[str, Any] = json.loads(subprocess.check_output(command, env=environment))
        return answer
