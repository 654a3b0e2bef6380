# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: what the collection promises, measured beside what users would pick instead.

python benchmarks/bench.py [--rounds 11] [--hosts 50] [PART...]

The parts are those of `PARTS`; without one, all are measured.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / ".collection"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import audit, components, host, imports, plays, prepare_once, resolve, role, scale, transfer, way_back
from benchmarks.disk import Disk, disk, memory, with_own_mounts
from benchmarks.imports import NoPython
from benchmarks.peers import NoPeer
from benchmarks.rounds import WrongResult
from benchmarks.table import Line, render
from tests.fleet.hosts import HostFailed
from tests.fleet.roots import RootUnavailable
from tests.support.nginx import NginxUnavailable
from tests.support.source_python import UnusableSource
from tests.support.sshd import SshUnavailable

PARTS = ("imports", "host", "components", "plays", "resolve", "transfer", "role", "scale", "audit")

UNMEASURABLE = (
    HostFailed,
    NginxUnavailable,
    NoPeer,
    NoPython,
    RootUnavailable,
    SshUnavailable,
    UnusableSource,
    WrongResult,
)


def main() -> int:
    """Measure and print; the exit status is 1 when a promise was missed or a part could not be measured."""
    parser = argparse.ArgumentParser(description="Measure what the collection promises.")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--hosts", type=int, default=50, help="how many hosts a no-op goes to")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if options.rounds < 2:
        parser.error("quartiles need at least 2 rounds")
    # With it, Python reads a module from its standard input byte by byte. Hosts have no such variable.
    os.environ.pop("PYTHONUNBUFFERED", None)
    with_own_mounts()
    compare: dict[str, Callable[[Disk], list[Line]]] = {
        "imports": lambda _: imports.compare(options.rounds),
        "resolve": lambda _: resolve.compare(options.rounds),
        "audit": lambda _: audit.compare(options.rounds),
        "host": lambda where: [*host.compare(options.rounds, where), *_on_tmpfs(options.rounds)],
        "components": lambda where: components.compare(options.rounds, where),
        "plays": lambda where: plays.compare(options.rounds, options.hosts, where),
        "scale": lambda where: scale.compare(options.rounds, where),
        "transfer": lambda where: [
            *transfer.compare(options.rounds, where),
            *prepare_once.compare(options.rounds, where),
        ],
        "role": lambda where: [*role.compare(options.rounds, where), *way_back.compare(options.rounds, where)],
    }
    lines: list[Line] = []
    objections: list[str] = []
    for part in options.parts or PARTS:
        try:
            with disk() as where:
                lines += compare[part](where)
        except UNMEASURABLE as error:
            objections.append(f"{part} was not measured. {error}")
    print(render(lines), *objections, sep="\n")
    return 0 if not objections and all(line.kept for line in lines) else 1


def _on_tmpfs(rounds: int) -> list[Line]:
    with memory() as where:
        return host.compare(rounds, where, is_tmpfs=True)


if __name__ == "__main__":
    sys.exit(main())
