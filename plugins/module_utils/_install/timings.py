# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long each part of an installation took, in seconds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

PARTS = ("download_s", "verify_s", "extract_s", "fixup_s", "bytecode_s", "health_s", "publish_s", "total_s")


class Timings:
    def __init__(self) -> None:
        self._seconds = dict.fromkeys(PARTS, 0.0)

    @contextlib.contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Adds the time spent inside to `part`, also when it ends with an error."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[part] += time.monotonic() - started

    def as_dict(self) -> dict[str, float]:
        return {part: round(seconds, 4) for part, seconds in self._seconds.items()}
