# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host does, against uv and tar, over the same bytes of a build in its real size.

Of ours counts the work, as the module's `timings` show it: Ansible starts a Python with its own imports for any module,
which is what the plays measure. Lines without a promise show the whole process beside it, started from nothing. Lines
about one processor hold both sides to it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import peers
from benchmarks.checks import require_build, require_bytecode, require_same_tree
from benchmarks.disk import Disk
from benchmarks.ours import Ours, host_python, inflate, prepare, write_to_disk
from benchmarks.rounds import Contender, Seconds, measure, processor_time, user_time, whole_process
from benchmarks.table import Line, ratio
from tests.support.nginx import nginx
from tests.support.sample_builds import Sample, SampleSpec
from tests.support.sample_mirror import make_mirror

UV_WORK: dict[str, Any] = {"health_imports": [], "compile_bytecode": False}
UV_WORK_AND_BYTECODE: dict[str, Any] = {"health_imports": []}
ALL_BUT_BYTECODE: dict[str, Any] = {"compile_bytecode": False}

INFLATING = "inflating alone"
WRITING = "writing one file to disk"
UV_ON_ONE = "uv, one processor"
OURS_ON_ONE = "ours, one processor"
COPY_WITHOUT_BYTECODE = "ours, copy"
COPY_WITH_BYTECODE = "ours, copy, bytecode"
COPY_BY_DEFAULT = "ours, copy, default"
OURS_SHOWN = ("ours", "ours, bytecode", COPY_WITHOUT_BYTECODE, COPY_WITH_BYTECODE)
COPY_ON_ONE = "ours, copy, one processor"


def compare(rounds: int, disk: Disk, *, is_tmpfs: bool = False) -> list[Line]:
    """The lines about a host. Raises `NginxUnavailable` and what keeps a sample from being made."""
    mirror = make_mirror(disk.directory / "mirror", [SampleSpec(size="real")])
    (sample,) = mirror.samples
    prepared = prepare(mirror, disk.directory / "scratch")
    with nginx(mirror.directory) as url:
        ours, copied = Ours(sample, url), Ours(sample, url, prepared)
        contenders = [
            *_against_uv(sample, ours, url),
            *_from_copies(sample, copied),
            *_against_tar(sample, ours, disk.directory / "reference"),
        ]
        title = "host on tmpfs" if is_tmpfs else "host"
        print(f"{title}: its Python is {host_python()}", file=sys.stderr)
        seconds = measure(title, contenders, rounds=rounds, disk=disk, warm_up=True)
    lines = [*_lines(seconds), *_of_copies(seconds)]
    lines += [_processor_line(seconds, contender) for contender in (*OURS_SHOWN, "uv", "uv, bytecode")]
    lines.append(Line("peak of host memory", "all but bytecode", ours.peaks_mib, 64, " MiB"))
    lines.append(Line("peak of host memory", "from a prepared copy", copied.peaks_mib, 64, " MiB"))
    if is_tmpfs:
        lines = [replace(line, must=None) for line in lines]
    if UV_ON_ONE in seconds:
        what = "host part, uv's work, both on one processor"
        lines.append(ratio(what, seconds, OURS_ON_ONE, UV_ON_ONE, must=1.5 if is_tmpfs else None))
    return [replace(line, what=f"{line.what}, on tmpfs") if is_tmpfs else line for line in lines]


def _processor_line(seconds: Seconds, contender: str) -> Line:
    user, both = median(seconds[user_time(contender)]), seconds[processor_time(contender)]
    detail = f"user {user:.2f} s, system {median(both) - user:.2f} s, its start included"
    return Line(f"processor time of {contender}", detail, both, None, " s")


def _lines(seconds: Seconds) -> list[Line]:
    inflating = ratio(INFLATING, seconds, INFLATING, "uv", must=None)
    # Where the host's zlib takes over half of uv's time, no reader in Python can be much faster than uv.
    must = 1.0 if median(inflating.figures) > 0.5 else 0.85
    return [
        inflating,
        # What installations wait for before they publish a build, and uv does not.
        ratio(WRITING, seconds, WRITING, "uv", must=None),
        ratio("host part, uv's work", seconds, "ours", "uv", must=must),
        ratio("host part, all but bytecode", seconds, "ours, all but bytecode", "uv", must=1.3),
        ratio("the same with its process, uv's work", seconds, whole_process("ours"), "uv", must=None),
        ratio("host part, uv's work and bytecode", seconds, "ours, bytecode", "uv, bytecode", must=0.80),
        ratio("verify and extract a local .tar.gz", seconds, "ours, local", "tar", must=0.80),
    ]


def _of_copies(seconds: Seconds) -> list[Line]:
    """What the promises for prepared copies have become."""
    lines = [
        ratio("from a prepared copy, without bytecode", seconds, COPY_WITHOUT_BYTECODE, "uv", must=0.60),
        ratio("from a prepared copy, with bytecode", seconds, COPY_WITH_BYTECODE, "uv, bytecode", must=0.25),
        ratio("from a prepared copy, all by default", seconds, COPY_BY_DEFAULT, "uv", must=1.3),
    ]
    if UV_ON_ONE in seconds:
        what = "from a prepared copy, without bytecode, both on one processor"
        lines.append(ratio(what, seconds, COPY_ON_ONE, UV_ON_ONE, must=0.95))
    return lines


def _from_copies(sample: Sample, ours: Ours) -> Iterator[Contender]:
    def installed(directory: Path) -> None:
        require_build(directory / "python", sample)

    def compiled(directory: Path) -> None:
        require_bytecode(directory / "python", sample)

    yield Contender(COPY_WITHOUT_BYTECODE, lambda directory: ours.install(directory, UV_WORK), installed)
    yield Contender(COPY_WITH_BYTECODE, lambda directory: ours.install(directory, UV_WORK_AND_BYTECODE), compiled)
    yield Contender(COPY_BY_DEFAULT, lambda directory: ours.install(directory, {}), compiled)
    if shutil.which("taskset"):
        yield Contender(COPY_ON_ONE, lambda directory: ours.install(directory, UV_WORK, on_one=True), installed)


def _against_uv(sample: Sample, ours: Ours, url: str) -> Iterator[Contender]:
    def installed_by_us(directory: Path) -> None:
        require_build(directory / "python", sample)

    def installed_by_uv(directory: Path) -> None:
        require_build(peers.uv_prefix(directory), sample)

    yield Contender("ours", lambda directory: ours.install(directory, UV_WORK), installed_by_us)
    yield Contender("uv", lambda directory: peers.uv_install(directory, url), installed_by_uv)
    yield Contender(INFLATING, lambda _directory: inflate(sample), lambda _directory: None)
    yield Contender(WRITING, lambda directory: write_to_disk(sample, directory), lambda _directory: None)
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
        yield Contender(UV_ON_ONE, lambda directory: peers.uv_install(directory, url, before=pinned), installed_by_uv)
        yield Contender(OURS_ON_ONE, lambda directory: ours.install(directory, UV_WORK, on_one=True), installed_by_us)


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
