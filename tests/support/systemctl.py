# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A `systemctl` for plays that must not touch the services of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Systemctl:
    """A `systemctl` that only records its arguments."""

    directory: Path

    def __post_init__(self) -> None:
        program = self.directory / "systemctl"
        self.directory.mkdir()
        log = self.directory / "log"
        program.write_text(f'#!/bin/sh\necho "$@" >> {log}\necho LoadState=loaded\necho ActiveState=active\n')
        program.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.directory}:{os.environ['PATH']}"}

    def changes(self) -> list[str]:
        log = self.directory / "log"
        calls = log.read_text().splitlines() if log.exists() else []
        return [call for call in calls if not call.startswith("show")]
