# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that dies between two steps of its work on the disk, as by SIGKILL, and the same each time.

    for kill in kills(world, work, at_most=40):
        ...  # `world` is now what a process left that was killed before one of the steps of `work`

A step is whatever Python reports as an audit event and changes a file system: names, modes, owners, times, files opened
for writing, programs started. What SQLite does between two of these is no separate step.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .power_loss import copy_tree, restore_tree, writes

STEPS = ("open", "replace", "rename", "unlink", "utime", "pwrite", "ftruncate")


def killed_before(step: int, work: Callable[[], object]) -> None:
    """Do the work in a process that ends before the call with this number of any function in `STEPS`."""
    child = os.fork()
    if child == 0:
        try:
            _die_before(step)
            work()
        finally:
            os._exit(1)
    os.waitpid(child, 0)


def _die_before(step: int) -> None:
    left = [step]

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(1)
            return function(*args, **options)

        return called

    for name in STEPS:
        setattr(os, name, deadly(getattr(os, name)))


_CHANGES = frozenset(
    f"os.{call}"
    for call in ("chmod", "chown", "link", "mkdir", "remove", "rename", "rmdir", "symlink", "truncate", "utime")
) | {"subprocess.Popen", "sqlite3.connect"}
_NEVER = sys.maxsize
_KILLED, _DONE = 9, 0


def kills(world: Path, work: Callable[[], object], *, at_most: int) -> Iterator[str]:
    """Puts `world` into the state after a kill of `work`, again and again; it begins each time as it is now.

    Before each step if there are no more than `at_most`, else before so many of them, the first and the last included.
    """
    before = world.with_name(f"{world.name}.before")
    copy_tree(world, before)
    steps = _steps(work)
    restore_tree(before, world)
    chosen = min(at_most, steps)
    for step in (round(number * (steps - 1) / max(1, chosen - 1)) for number in range(chosen)):
        ended = _ending(work, step)
        assert ended == _KILLED, f"the process ended with {ended} before step {step}, though it has {steps}"
        yield f"killed before step {step} of {steps}"
        restore_tree(before, world)
    shutil.rmtree(before)


def killed_at(step: int, work: Callable[[], object]) -> None:
    """Do the work in a process that is killed before this step, if it has so many."""
    _ending(work, step)


def _steps(work: Callable[[], object]) -> int:
    """How many steps the work has when nothing disturbs it."""
    reading, writing = os.pipe()
    assert _ending(work, _NEVER, report=writing) == _DONE, "the work fails without any kill"
    os.close(writing)
    with open(reading, encoding="ascii") as stream:
        return int(stream.read())


def _ending(work: Callable[[], object], step: int, report: int | None = None) -> int:
    child = os.fork()
    if child == 0:
        counted = [0]

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if event in _CHANGES or (event == "open" and writes(args)):
                if counted[0] == step:
                    os._exit(_KILLED)
                counted[0] += 1

        ending = 1
        try:
            sys.addaudithook(hook)
            work()
            if report is not None:
                os.write(report, str(counted[0]).encode())
            ending = _DONE
        finally:
            os._exit(ending)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
