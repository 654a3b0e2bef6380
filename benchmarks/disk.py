# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk for the runs: where it can be had, an ext4 with its own journal, in a file.

On a file system without a journal, as machines for tests have it, creating files is three times slower for minutes
after many were removed, by whomever. A mounted image is out of reach of what others do, and a journal makes removing
harmless. It needs root and loop devices; elsewhere the runs share /var/tmp with all else and nothing is removed
between them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SPARSE_SIZE = "8G"
NEEDED_BYTES = 12 * 1000**3  # of a plain directory, for 11 rounds
_MARK = "STANDALONE_BENCH_OWN_MOUNTS"


@dataclass(frozen=True)
class Disk:
    """Where runs may write; `journaled` says that removing what one run wrote does not slow down the next."""

    directory: Path
    journaled: bool


def with_own_mounts() -> None:
    """Start this program again where its mounts are its own and go with it, if this machine allows that."""
    unshare = shutil.which("unshare")
    if os.geteuid() or _MARK in os.environ or unshare is None:
        return
    own = [unshare, "--mount", "--propagation", "private"]
    if subprocess.run([*own, "true"], check=False, capture_output=True).returncode == 0:
        os.environ[_MARK] = "1"
        os.execv(unshare, [*own, sys.executable, *sys.argv])


@contextmanager
def memory() -> Iterator[Disk]:
    """A directory on tmpfs, where writing costs processor time alone."""
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir="/dev/shm"))
    try:
        yield Disk(directory, journaled=True)
    finally:
        shutil.rmtree(directory)


@contextmanager
def disk() -> Iterator[Disk]:
    """The best disk that can be had; everything on it is gone afterwards."""
    base = Path(tempfile.mkdtemp(prefix="bench-", dir="/var/tmp"))
    directory = base / "d"
    directory.mkdir()
    try:
        objection = _mount_image(base / "image", directory) if _MARK in os.environ else "not root"
        if objection:
            print(f"No journaled disk for the runs ({objection}): other work on this one weighs on the figures.")
            _require_space(base)
        yield Disk(directory, journaled=not objection)
    finally:
        if os.path.ismount(directory):
            subprocess.run(["umount", "--lazy", str(directory)], check=True)
        shutil.rmtree(base)


def _mount_image(image: Path, directory: Path) -> str:
    """Returns why it cannot be, or nothing."""
    for command in (
        ["truncate", f"--size={SPARSE_SIZE}", str(image)],
        ["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image)],
        ["mount", "-o", "loop", str(image), str(directory)],
    ):
        if shutil.which(command[0]) is None:
            return f"no {command[0]}"
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
        if answer.returncode:
            return f"{command[0]}: {answer.stderr.strip()}"
    return ""


def _require_space(directory: Path) -> None:
    free = shutil.disk_usage(directory).free
    if free < NEEDED_BYTES:
        sys.exit(f"{directory} has {free / 1e9:.1f} GB free, but the runs need {NEEDED_BYTES / 1e9:.0f} GB.")
