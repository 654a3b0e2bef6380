# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user without privileges needs on a machine where the clone and the tests' folders may be root's alone."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NOBODY = "nobody"


def identity(user: str) -> dict[str, Any]:
    """Popen's arguments for a process that is `user`'s, and in no group but the user's own."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def runs_as(user: str, command: list[str | Path]) -> bool:
    done = subprocess.run(command, capture_output=True, check=False, cwd="/", **identity(user))
    return done.returncode == 0


def can_change_user() -> bool:
    return os.geteuid() == 0


def python_for(user: str, pythons: Iterable[str]) -> str | None:
    """The first that `user` can run and a host may have, the system's own included; None when there is none."""
    for python in (*pythons, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            if runs_as(user, [python, "-c", "import sys; sys.exit(sys.version_info < (3, 9))"]):
                return python
    return None


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="open-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


def copy_for_all(source: Path, target: Path) -> None:
    """Copies a file or a folder so that everybody may read it."""
    if source.is_file():
        shutil.copyfile(source, target)
        target.chmod(0o644)
        return
    target.mkdir(mode=0o755, parents=True)
    for item in source.iterdir():
        if item.name != "__pycache__":
            copy_for_all(item, target / item.name)
