# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another run that changes files while this one reads them, at each instant in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_READS = frozenset({"open", "os.scandir", "os.listdir"})  # audit events; Python has none for stat
_waiting: list[tuple[int, Callable[[], object]]] = []  # at most one: how many reads are left, and what happens then


def _before_an_event(event: str, _arguments: object) -> None:
    if event in _READS and _waiting:
        left, act = _waiting.pop()
        if left:
            _waiting.append((left - 1, act))
        else:
            act()


sys.addaudithook(_before_an_event)  # for good: no hook can be removed


@contextmanager
def before_read(number: int, act: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """Do `act` in the block, before its read with that number from 0; the result says whether it was done by now."""
    _waiting[:] = [(number, act)]
    try:
        yield lambda: not _waiting
    finally:
        _waiting.clear()
