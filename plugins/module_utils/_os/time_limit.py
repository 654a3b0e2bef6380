# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time limit and the option that sets it; the message of a timeout contains both."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """How many seconds an operation may take in total, from now on. `option` is the option that sets it."""

    seconds: float
    option: str
    began_at_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """The seconds that are left; negative when the limit is over."""
        return self.began_at_s + self.seconds - time.monotonic()
