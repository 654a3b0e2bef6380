# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host does, against uv and tar, over the same bytes of a build in its real size.

Of ours counts the work, as the module's `timings` show it: Ansible starts a Python with its own imports for any module,
which is what the plays measure. Lines without a promise show the whole process beside it, started from nothing, and uv
held to one processor, where it can be faster than by default.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.checks import require_build, require_bytecode, require_same_tree
from benchmarks.disk import Disk
from benchmarks.ours import Ours
from benchmarks.rounds import Contender, measure, whole_process
from benchmarks.table import Line, ratio
from tests.support.nginx import nginx
from tests.support.sample_builds import Sample, SampleSpec
from tests.support.sample_mirror import make_mirror

UV_WORK: dict[str, Any] = {"health_imports": [], "compile_bytecode": False}
UV_WORK_AND_BYTECODE: dict[str, Any] = {"health_imports": []}
ALL_BUT_BYTECODE: dict[str, Any] = {"compile_bytecode": False}

ONE_PROCESSOR = "uv on one processor"


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The lines about a host. Raises `NginxUnavailable` and what keeps a sample from being made."""
    mirror = make_mirror(disk.directory / "mirror", [SampleSpec(size="real")])
    (sample,) = mirror.samples
    with nginx(mirror.directory) as url:
        ours = Ours(sample, url)
        contenders = [*_against_uv(sample, ours, url), *_against_tar(sample, ours, disk.directory / "reference")]
        seconds = measure("host", contenders, rounds=rounds, disk=disk)
    lines = []
    for uv, promised in (("uv", True), (ONE_PROCESSOR, False)):
        if uv in seconds:
            all_but_bytecode = ratio(
                "host part, all but bytecode", seconds, "ours, all but bytecode", uv, must=1.3 if promised else None
            )
            lines += [
                ratio("host part, uv's work", seconds, "ours", uv, must=0.95 if promised else None),
                all_but_bytecode,
                ratio("the same with its process, uv's work", seconds, whole_process("ours"), uv, must=None),
            ]
    return [
        *lines,
        ratio("host part, uv's work and bytecode", seconds, "ours, bytecode", "uv, bytecode", must=0.95),
        ratio("verify and extract a local .tar.gz", seconds, "ours, local", "tar", must=0.80),
        Line("peak of host memory", "all but bytecode", ours.peaks_mib, 64, " MiB"),
    ]


def _against_uv(sample: Sample, ours: Ours, url: str) -> Iterator[Contender]:
    def installed_by_us(directory: Path) -> None:
        require_build(directory / "python", sample)

    def installed_by_uv(directory: Path) -> None:
        require_build(peers.uv_prefix(directory), sample)

    yield Contender("ours", lambda directory: ours.install(directory, UV_WORK), installed_by_us)
    yield Contender("uv", lambda directory: peers.uv_install(directory, url), installed_by_uv)
    yield Contender(
        "ours, all but bytecode", lambda directory: ours.install(directory, ALL_BUT_BYTECODE), installed_by_us
    )
    yield Contender(
        "ours, bytecode",
        lambda directory: ours.install(directory, UV_WORK_AND_BYTECODE),
        lambda directory: require_bytecode(directory / "python", sample),
    )
    yield Contender(
        "uv, bytecode",
        lambda directory: peers.uv_install(directory, url, "--compile-bytecode"),
        lambda directory: require_bytecode(peers.uv_prefix(directory), sample),
    )
    taskset = shutil.which("taskset")
    if taskset:
        pinned = (taskset, "--cpu-list", "0")
        yield Contender(
            ONE_PROCESSOR, lambda directory: peers.uv_install(directory, url, before=pinned), installed_by_uv
        )


def _against_tar(sample: Sample, ours: Ours, reference: Path) -> Iterator[Contender]:
    reference.mkdir()
    peers.tar_extract(reference, sample)
    yield Contender(
        "tar",
        lambda directory: peers.tar_extract(directory, sample),
        lambda directory: require_same_tree(directory / "python", reference / "python"),
    )
    yield Contender(
        "ours, local", ours.extract, lambda directory: require_same_tree(directory / "python", reference / "python")
    )
