# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that dies between two steps of its work on the disk, as by SIGKILL, and the same each time."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

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
