# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs contenders against each other in shuffled rounds, each run in a directory that nothing was in before.

A machine that is busy for a minute must hit all contenders alike, so the order changes and figures are compared within
their round only. What earlier runs have still to write is written before the clock starts.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.disk import Disk

Seconds = dict[str, list[float]]  # contender -> seconds, one for each round


class WrongResult(Exception):
    """A run did not do what it was to do, so that its time says nothing; the message says what it did."""


@dataclass(frozen=True)
class Contender:
    """`run` is timed; `check`, which is not, raises `WrongResult`. Both get the directory of this one run.

    A `run` that returns seconds has timed its own work; then the time of the whole process is kept beside it. The
    processor time, of user and system, is that of the processes that the run has waited for.
    """

    name: str
    run: Callable[[Path], float | None]
    check: Callable[[Path], None]


def measure(title: str, contenders: Sequence[Contender], *, rounds: int, disk: Disk, warm_up: bool = False) -> Seconds:
    """Run every contender once a round. `title` is for the progress on stderr. Raises `WrongResult`.

    With `warm_up`, one more round comes first, which does not count: a virtual machine that was just started gets each
    page of its memory from its host on first use, which more than doubles the system time of a run that writes much.
    """
    seconds: Seconds = defaultdict(list)
    spec = list(contenders)
    for number in range(0 if warm_up else 1, rounds + 1):
        print(f"{title}: round {number} of {rounds}", file=sys.stderr, flush=True)
        random.shuffle(spec)
        here = disk.directory / f"{title}-{number}".replace(" ", "-")
        for position, contender in enumerate(spec):
            directory = here / str(position)
            directory.mkdir(parents=True)
            spent = processor_seconds()
            own, whole = _seconds_of(contender, directory)
            user, system = (after - before for after, before in zip(processor_seconds(), spent))
            seconds[user_time(contender.name)].append(user)
            seconds[processor_time(contender.name)].append(user + system)
            seconds[contender.name].append(whole if own is None else own)
            seconds[whole_process(contender.name)].append(whole)
            contender.check(directory)
        if disk.journaled:
            shutil.rmtree(here)
        if number == 0:
            seconds.clear()
    return seconds


def whole_process(name: str) -> str:
    """The key of a contender's time from the start of its process to the end."""
    return f"{name}, whole process"


def processor_time(name: str) -> str:
    """The key of a contender's processor time."""
    return f"{name}, processor"


def user_time(name: str) -> str:
    """The key of the part of it that was not spent in the system."""
    return f"{name}, user"


def processor_seconds() -> tuple[float, float]:
    """What the processes that were waited for have spent so far: user and system time."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime, used.ru_stime


def _seconds_of(contender: Contender, directory: Path) -> tuple[float | None, float]:
    os.sync()
    started = time.perf_counter()
    own = contender.run(directory)
    return own, time.perf_counter() - started
