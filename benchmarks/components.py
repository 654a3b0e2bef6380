# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs that the health check also asks the new interpreter for the versions of its components.

Processor time of the interpreter, which has no bytecode yet, as in a run.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

from benchmarks.disk import Disk
from benchmarks.ours import COLLECTIONS, Ours
from benchmarks.rounds import Seconds
from benchmarks.table import Line, ratio
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import make_mirror

_WITH, _WITHOUT = "with components", "without"


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The line about components. Raises what keeps a sample from being made."""
    sys.path.insert(0, str(COLLECTIONS))
    from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
    from ansible_collections.standalone.python.plugins.module_utils._install import health, measured

    mirror = make_mirror(disk.directory / "components", [SampleSpec(size="real")])
    (sample,) = mirror.samples
    home = disk.directory / "measured"
    home.mkdir()
    Ours(sample, mirror.directory.as_uri()).install(home, {"health_imports": [], "compile_bytecode": False})
    minor = sample.version.rpartition(".")[0]
    interpreter = os.path.realpath(home / "python" / "bin" / f"python{minor}")
    imports: Any = BUILD_ARGUMENTS["health_imports"]["default"]
    seconds: Seconds = {_WITH: [], _WITHOUT: []}
    whole = health._SCRIPT
    for _round in range(rounds):
        for name, script in ((_WITH, whole), (_WITHOUT, whole.replace(measured.SCRIPT, ""))):
            health._SCRIPT = script
            began_s = _used_s()
            health.check(interpreter, imports, sample.version)
            seconds[name].append(_used_s() - began_s)
    health._SCRIPT = whole
    return [ratio("health check, versions of components too", seconds, _WITH, _WITHOUT, must=1.1)]


def _used_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
