# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this clone that are the project's, as git sees them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from paths import CACHE, REPOSITORY


def files() -> list[Path]:
    """What git tracks or would add, without what is deleted and not yet committed; relative to the repository."""
    listing = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    there = (Path(name) for name in names if name)
    return sorted(path for path in there if (REPOSITORY / path).is_symlink() or (REPOSITORY / path).is_file())


def shell_scripts() -> list[Path]:
    """Those of `files()` that a shell runs, recognized by suffix or first line."""
    return [path for path in files() if path.suffix == ".sh" or _has_shell_shebang(REPOSITORY / path)]


def _has_shell_shebang(path: Path) -> bool:
    with path.open("rb") as file:
        first_line = file.readline(64)
    return first_line.startswith(b"#!") and first_line.rstrip().endswith((b"/sh", b"bash"))


def copy(name: str) -> Path:
    """Copy the files to `.cache/NAME/ansible_collections/standalone/python`; return that path.

    The copy is a separate repository. Otherwise ansible-test finds that of the clone, which ignores `.cache`.
    """
    target = CACHE / name / "ansible_collections" / "standalone" / "python"
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / path, target / path, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    return target
