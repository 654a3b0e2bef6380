# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An overlay file system, as containers have: what is in a lower layer cannot be moved.

with overlay(directory) as disk:
    ...                # fill disk.path
    disk.freeze()      # which is now the lower layer, as an image is
    disk.start_over()  # without what was changed since then
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .small_disks import small_disk

_SIZE_BYTES = 200_000_000


@dataclass
class Overlay:
    """An overlay that is mounted at `path`; the layers beside it are all in memory."""

    directory: Path
    _lower: list[Path] = field(default_factory=list)
    _mounts: int = 0

    @property
    def path(self) -> Path:
        return self.directory / "merged"

    def freeze(self) -> None:
        """Make what is there a lower layer, and begin an empty one above it."""
        self._lower.insert(0, self._upper)
        self.start_over()

    def start_over(self) -> None:
        """Forget what has changed since `freeze`."""
        self.unmount()
        self._mount()

    def unmount(self) -> None:
        subprocess.run(["umount", self.path], check=True)

    @property
    def _upper(self) -> Path:
        return self.directory / f"upper{self._mounts}"

    def _mount(self) -> None:
        self._mounts += 1
        work = self.directory / f"work{self._mounts}"
        for directory in (self._upper, work):
            directory.mkdir()
        lower = ":".join(map(str, self._lower))
        options = f"lowerdir={lower},upperdir={self._upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, self.path], check=True)


@contextmanager
def overlay(top: Path) -> Iterator[Overlay]:
    """Mount one below `top`. Raises `MountRefused`."""
    with small_disk(top, _SIZE_BYTES):
        disk = Overlay(top)
        empty = top / "empty"
        for directory in (empty, disk.path):
            directory.mkdir()
        disk._lower.append(empty)
        disk._mount()
        try:
            yield disk
        finally:
            disk.unmount()
