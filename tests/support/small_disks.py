# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File systems of a few megabytes, which tests fill, or make read-only, and other mounts."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BALLAST = "ballast"
_BLOCK_BYTES = 64 * 1024


class MountRefused(Exception):
    """Nothing can be mounted here, by this user at least; the message says why."""


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory, mounted at `directory`."""

    directory: Path

    def fill(self) -> None:
        """Writes until nothing more fits, as a log that runs wild does."""
        with (self.directory / _BALLAST).open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(_BLOCK_BYTES))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty(self) -> None:
        (self.directory / _BALLAST).unlink()

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.directory], check=True)


@contextmanager
def small_disk(directory: Path, size_bytes: int, files: int = 0) -> Iterator[SmallDisk]:
    """Mounts a file system for so many bytes, and so many files where that is given. Raises `MountRefused`."""
    options = f"size={size_bytes},mode=755" + (f",nr_inodes={files}" if files else "")
    with mounted(directory, "-t", "tmpfs", "-o", options, "tmpfs"):
        yield SmallDisk(directory)


@contextmanager
def mounted(directory: Path, *what: str | Path) -> Iterator[None]:
    """Mounts at `directory`, which is made, `what` the arguments of mount say. Raises `MountRefused`."""
    if os.geteuid() != 0:
        raise MountRefused("only root can mount a file system")
    directory.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *what, directory], capture_output=True, text=True, check=False)
    if done.returncode:
        raise MountRefused(f"mount says: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)
