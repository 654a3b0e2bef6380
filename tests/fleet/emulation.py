# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs for arm64 on a machine of another kind: Debian's qemu-user, registered with the kernel for a while."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORMAT = "qemu-aarch64"  # as Debian's package calls it
REGISTERED = Path("/proc/sys/fs/binfmt_misc", FORMAT)


class EmulationUnavailable(Exception):
    """Programs for arm64 cannot be run here; the message says why."""


@contextmanager
def emulated() -> Iterator[None]:
    """The kernel starts programs for arm64 until the block ends. Raises `EmulationUnavailable`."""
    if REGISTERED.exists():  # somebody else's doing, who may need it afterwards
        yield
        return
    _update_binfmts("--enable")
    try:
        yield
    finally:
        _update_binfmts("--disable")


@contextmanager
def not_emulated() -> Iterator[None]:
    """Inside of `emulated()`, a while without. What runs already goes on."""
    REGISTERED.write_text("0")
    try:
        yield
    finally:
        REGISTERED.write_text("1")


def _update_binfmts(what: str) -> None:
    """Debian's own tool, which knows the magic numbers, and mounts the file system of the registrations if need be."""
    try:
        done = subprocess.run(["update-binfmts", what, FORMAT], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EmulationUnavailable("There is no update-binfmts here: `make fleet` installs it on Debian.") from None
    if REGISTERED.exists() != (what == "--enable"):
        said = done.stderr.strip() or "nothing"
        raise EmulationUnavailable(f"update-binfmts {what} {FORMAT} had no effect on the kernel. It said: {said}")
