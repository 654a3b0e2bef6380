# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a no-op costs the controller as the fleet grows, beside the least that Ansible can do for a host.

The hosts are local connections, at most five of them with the same path and store, which a no-op only reads. What SSH
and the network cost is left out, and what the "hosts" do runs on the same processors, so it is in the figures.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from benchmarks.checks import require_build
from benchmarks.controller import Controller, changed_per_host
from benchmarks.disk import Disk
from benchmarks.rounds import Contender, Seconds, WrongResult, measure, processor_time
from benchmarks.table import Line, ratio
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import NDJSON, make_mirror

SIZES = (50, 200, 1000)
PLACES = 200  # paths with a build each, as many as fit on the disk of the bench
FORKS = 20
MOST_ROUNDS = 3  # of plays that take a minute each
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": os.path.realpath(sys.executable)}
MIB = 1024**2


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The lines about fleets of each size. Raises what keeps a sample from being made."""
    mirror = make_mirror(disk.directory / "mirror", [SampleSpec()])
    roots = disk.directory / "roots"
    variables: dict[str, object] = {
        "build": mirror.samples[0].version,
        "root": str(roots),
        "index": (mirror.directory / NDJSON).as_uri(),
        "mirror": mirror.directory.as_uri(),
    }
    seconds: dict[int, Seconds] = {}
    with tempfile.TemporaryDirectory(prefix="c-") as scratch:
        hosts = {f"h{number}": {**LOCAL, "place": number % PLACES} for number in range(SIZES[-1])}
        controller = Controller.over(Path(scratch), hosts, Path(os.devnull), forks=FORKS)
        print(f"scale: {PLACES} installations first", file=sys.stderr, flush=True)
        controller.play("scale", variables, hosts=PLACES)
        require_build(roots / "1" / "python", mirror.samples[0])
        for size in SIZES:
            contenders = [
                Contender(name, _run(controller, play, variables, size), _check(controller, size))
                for name, play in (("ours", "scale"), ("raw", "raw"))
            ]
            title = f"no-op of {size} local hosts"
            seconds[size] = measure(title, contenders, rounds=min(rounds, MOST_ROUNDS), disk=disk)
        processes = [_memory_mib(lambda: controller.play("scale", variables)) for _unused in range(2)]
    return _lines(seconds, processes)


def _run(controller: Controller, play: str, variables: dict[str, object], hosts: int) -> Callable[[Path], None]:
    def run(directory: Path) -> None:
        (directory / "output").write_text(controller.play(play, variables, hosts=hosts))

    return run


def _check(controller: Controller, hosts: int) -> Callable[[Path], None]:
    expected = dict.fromkeys(controller.hosts[:hosts], 0)

    def check(directory: Path) -> None:
        changed = changed_per_host((directory / "output").read_text())
        if changed != expected:
            raise WrongResult(f"The play should have changed nothing on {hosts} hosts, but: {changed}")

    return check


def _lines(seconds: dict[int, Seconds], processes: list[tuple[float, float]]) -> list[Line]:
    lines = []
    for size, spent in seconds.items():
        must = 1.5 if size == SIZES[-1] else None
        lines.append(ratio(f"a no-op of {size} local hosts, forks {FORKS}", spent, "ours", "raw", must=must))
    for size, spent in seconds.items():
        per_host = [figure / size * 1000 for figure in spent[processor_time("ours")]]
        lines.append(
            Line("processor time for each of them", f"of {size}, the hosts' part included", per_host, None, " ms")
        )
    first, last = (seconds[size][processor_time("ours")] for size in (SIZES[0], SIZES[-1]))
    slope = [(many / SIZES[-1]) / (few / SIZES[0]) for many, few in zip(last, first)]
    lines.append(Line("processor time for each of them", f"of {SIZES[-1]} / of {SIZES[0]}", slope, 1.1))
    largest, together = zip(*processes)
    lines.append(Line(f"memory at {SIZES[-1]} hosts", "the largest process", largest, None, " MiB"))
    lines.append(
        Line(f"memory at {SIZES[-1]} hosts", "all processes, what they share counted once", together, 1024, " MiB")
    )
    return lines


def _memory_mib(work: Callable[[], object]) -> tuple[float, float]:
    """The most that the largest process below this one has, and all of them together, while `work` goes on."""
    largest = together = 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal largest, together
        while not ended.wait(0.5):
            shares = [_proportional_bytes(process) / MIB for process in _descendants(os.getpid())]
            largest, together = max([largest, *shares]), max(together, sum(shares))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        ended.set()
        watcher.join()
    return largest, together


def _descendants(parent: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            direct = [int(child) for child in children.read_text().split()]
        except OSError:  # it has ended meanwhile
            continue
        found += [process for child in direct for process in (child, *_descendants(child))]
    return found


def _proportional_bytes(process: int) -> int:
    """Its memory, with what it shares divided by those that share it; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
