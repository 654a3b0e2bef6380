# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another local user could put where the controller keeps its caches."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ANOTHER_USER = 4242


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file or directory another user's; without root's rights, make this process another user instead."""
    if os.geteuid() == 0:
        os.chown(path, ANOTHER_USER, ANOTHER_USER, follow_symlinks=False)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: ANOTHER_USER)


def symlink_to(target: Path) -> Callable[[Path], None]:
    """Plant a symlink to a file that must stay as it is."""
    return lambda path: path.symlink_to(target)


def fifo(path: Path) -> None:
    """Plant a named pipe, which a reader would wait for."""
    os.mkfifo(path, 0o600)


def open_to_all(path: Path) -> None:
    """Plant a file that everybody may write to."""
    path.write_bytes(b"forged")
    path.chmod(0o666)
