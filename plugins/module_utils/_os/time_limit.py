# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of time, with the option that sets it: both are in the message when it is over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """How long the whole of something may take, from now on. `option` is what the user sets it by."""

    seconds: float
    option: str
    began_at_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        return self.began_at_s + self.seconds - time.monotonic()
