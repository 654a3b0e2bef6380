# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many lines of Python something runs: what it costs, and the same on each machine, however busy that is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class Counted:
    """The count so far."""

    lines: int = 0


@contextmanager
def counted_lines() -> Iterator[Counted]:
    """Counts the lines that this thread runs in functions which the block calls."""
    counted = Counted()

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            counted.lines += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield counted
    finally:
        sys.settrace(before)
