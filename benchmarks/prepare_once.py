# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From how many hosts it pays that the controller prepares a copy of the archive that it sends.

A copy costs its making once, and each host saves what an installation from the published archive takes longer. All of
them end earlier from as many hosts as it takes until the forks have saved the time of the making. A host has one
processor to spare.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median

from ansible_collections.standalone.python.plugins.plugin_utils._build import delivery
from benchmarks.checks import require_bytecode
from benchmarks.disk import Disk
from benchmarks.ours import Ours, prepare
from benchmarks.rounds import Contender, Seconds, measure, processor_time
from benchmarks.table import Line
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import make_mirror

FORKS = 5  # Ansible's default
NAMES = MAKING, PUBLISHED, COPY = "making a copy", "from the archive", "from the copy"


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The lines about the number of hosts. Raises what keeps a sample from being made."""
    mirror = make_mirror(disk.directory / "prepared", [SampleSpec(size="real")])
    (sample,), url = mirror.samples, mirror.directory.as_uri()
    published, copied = Ours(sample, url), Ours(sample, url, prepare(mirror, disk.directory / "scratch"))

    on_one = bool(shutil.which("taskset"))

    def compiled(directory: Path) -> None:
        require_bytecode(directory / "python", sample)

    contenders = [
        Contender(MAKING, published.prepare, lambda _directory: None),
        Contender(PUBLISHED, lambda directory: published.install(directory, {}, on_one=on_one), compiled),
        Contender(COPY, lambda directory: copied.install(directory, {}, on_one=on_one), compiled),
    ]
    seconds = measure("prepare", contenders, rounds=rounds, disk=disk, warm_up=True)
    return [
        _hosts(f"time with {FORKS} forks", *_columns(seconds), FORKS, must=delivery._MANY_HOSTS),
        _hosts("processor time", *_columns({name: seconds[processor_time(name)] for name in NAMES}), 1, must=None),
    ]


def _columns(seconds: Seconds) -> tuple[list[float], list[float]]:
    """By round: what the making costs, and what it saves a host."""
    saved = [published - copied for published, copied in zip(seconds[PUBLISHED], seconds[COPY])]
    return seconds[MAKING], saved


def _hosts(what: str, made: list[float], saved: list[float], forks: int, *, must: float | None) -> Line:
    figures = [forks * cost / gain for cost, gain in zip(made, saved)]
    detail = f"{median(made):.2f} s to make it, {median(saved):.2f} s saved by each host"
    return Line(f"hosts from which a prepared copy saves {what}", detail, figures, must)
