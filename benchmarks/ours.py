# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of the collection, each time in a fresh process.

Its Python is that of the distribution, as on managed hosts, where there is one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import ansible

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Prepared, copy_of
from ansible_collections.standalone.python.plugins.module_utils._install.bytecode import worker_count
from ansible_collections.standalone.python.plugins.module_utils._prepare.compress import compressor
from ansible_collections.standalone.python.plugins.module_utils._prepare.copy import Level, make
from tests.support.interpreters import system_python
from tests.support.sample_builds import Sample
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror

REPOSITORY = Path(__file__).resolve().parent.parent
COLLECTIONS = REPOSITORY / ".collection"  # made by `make setup`
HOST_PART = Path(__file__).with_name("host_part.py")
CACHE = REPOSITORY / ".cache" / "bench"
_GZIP = 31  # `wbits` of zlib for that format


@dataclass
class Ours:
    """Installs or extracts one sample; `peaks_mib` has the memory of each installation with a health check."""

    sample: Sample
    url: str  # of the mirror
    prepared: Prepared | None = None  # the copy beside the archive in the mirror, to install from instead
    peaks_mib: list[float] = field(default_factory=list)

    def install(self, directory: Path, options: dict[str, Any], *, on_one: bool = False) -> float:
        """The sample at `directory/python`, with options of `standalone.python.build`; the seconds of the work.

        With `on_one`, on one processor.
        """
        asset = {**asset_of(self.sample), **({"prepared": self.prepared._asdict()} if self.prepared else {})}
        params = {"path": f"{directory}/python", "asset": asset, "mirror": [self.url], **options}
        answer = _run("install", json.dumps(params), before=("taskset", "--cpu-list", "0") if on_one else ())
        if "health_imports" not in options:
            self.peaks_mib.append(answer["peak_kib"] / 1024)
        return answer["seconds"]

    def prepare(self, directory: Path) -> float:
        """A prepared copy of the sample's archive in `directory`, as a controller makes it; the seconds of the work."""
        return _run("prepare", str(self.sample.path), str(directory), python=sys.executable)["seconds"]

    def extract(self, directory: Path) -> float:
        """The sample's archive verified and unpacked into `directory/python`; the seconds of the work."""
        target = directory / "python"
        target.mkdir()
        return _run("extract", str(self.sample.path), self.sample.sha256, str(target))["seconds"]


def prepare(mirror: SampleMirror, scratch: Path) -> Prepared:
    """The copy of the mirror's only sample, beside it, as `prepare: true` makes it."""
    archive = mirror.archive(mirror.samples[0])
    scratch.mkdir()
    level = Level(compressor(), MIRROR_ARGUMENTS["prepare_level"]["default"])
    prepared = make(str(archive), copy_of(str(archive)), str(scratch), level, most_workers=worker_count())
    shutil.rmtree(scratch)
    return prepared


def inflate(sample: Sample) -> float:
    """The seconds that the zlib of this Python needs for the archive, with nothing done to the bytes."""
    packed = sample.path.read_bytes()
    started = time.perf_counter()
    zlib.decompress(packed, wbits=_GZIP)
    return time.perf_counter() - started


def write_to_disk(sample: Sample, directory: Path) -> float:
    """The seconds until the unpacked bytes of the archive, in one file, have reached the disk."""
    unpacked = zlib.decompress(sample.path.read_bytes(), wbits=_GZIP)
    started = time.perf_counter()
    with (directory / "file").open("wb") as file:
        file.write(unpacked)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - started


@cache
def host_python() -> str:
    """The distribution's Python if modules support it, else this one."""
    return system_python() or sys.executable


@cache
def _ansible_alone() -> Path:
    """A directory with nothing but Ansible: what else this environment has is for its own Python."""
    CACHE.mkdir(parents=True, exist_ok=True)
    link = CACHE / "ansible"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(ansible.__file__).parent)
    return CACHE


def _run(*arguments: str, before: tuple[str, ...] = (), python: str = "") -> dict[str, float]:
    """What host_part.py prints: its `seconds`, and the peak of its memory in `peak_kib`."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{COLLECTIONS}{os.pathsep}{_ansible_alone()}"}
    command = [*before, python or host_python(), str(HOST_PART), *arguments]
    answer: dict[str, float] = json.loads(subprocess.check_output(command, env=environment))
    return answer
