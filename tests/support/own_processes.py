# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets installations in tests look only at processes that the tests started: no other one runs their builds.

An installation asks the kernel several times for the files of all processes, which is up to half of what it costs in a
test while several sessions run. Modules in plays still do.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

_CHILDREN = "/proc/{0}/task/{1}/children"


def pids_from(first: int, all_in: Callable[[str], Iterator[int]]) -> Callable[[str], Iterator[int]]:
    """A function for `_os.processes` that names processes as `all_in` does, but only `first` and those below it."""
    if not os.path.exists(_CHILDREN.format(first, first)):  # another system, or a kernel that does not say
        return all_in
    return lambda proc: _below(first) if proc == "/proc" else all_in(proc)


def _below(first: int) -> Iterator[int]:
    left = [first]
    while left:
        pid = left.pop()
        yield pid
        with contextlib.suppress(OSError):  # it has ended
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(_CHILDREN.format(pid, thread), encoding="ascii") as children:
                    left += map(int, children.read().split())
