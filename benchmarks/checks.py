# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what a run made right? A time of a run that went wrong says nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.rounds import WrongResult
from tests.support.sample_builds import Sample
from tests.support.sample_texts import PREFIX as BUILD_PREFIX

COMPILED_AT_LEAST = 500  # files; the standard library alone has more

ASK = """
import json, ssl, sys, sysconfig, _sample
print(json.dumps([sys.version.split()[0], _sample.RELEASE, sysconfig.get_config_var("INCLUDEPY")]))
"""


def require_build(prefix: Path, sample: Sample, *, fixed_up: bool = True) -> None:
    """The Python at `prefix` runs and is that sample; `fixed_up`: it says where it is. Raises `WrongResult`."""
    answer = subprocess.run(
        [prefix / "bin" / "python3", "-B", "-c", ASK], capture_output=True, text=True, check=False, env={}
    )
    minor = sample.version.rpartition(".")[0]
    place = prefix if fixed_up else BUILD_PREFIX
    expected = [sample.version, sample.spec.release, f"{place}/include/python{minor}"]
    if answer.returncode or json.loads(answer.stdout) != expected:
        raise WrongResult(f"{prefix} should be {expected}, but says: {answer.stdout}{answer.stderr}")


def require_bytecode(prefix: Path, sample: Sample, *, fixed_up: bool = True) -> None:
    """As `require_build`, and its modules are compiled. Raises `WrongResult`."""
    compiled = sum(1 for _unused in prefix.rglob("*.pyc"))
    if compiled < COMPILED_AT_LEAST:
        raise WrongResult(f"{prefix} has only {compiled} compiled files.")
    require_build(prefix, sample, fixed_up=fixed_up)


def require_same_tree(directory: Path, reference: Path) -> None:
    """Both hold the same names, links and bytes. Raises `WrongResult`."""
    command = ["diff", "--recursive", "--brief", "--no-dereference", str(reference), str(directory)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise WrongResult(f"{directory} differs from what tar unpacks: {answer.stdout[:500]}{answer.stderr}")
