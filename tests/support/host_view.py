# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at a path and in its store, as somebody sees it who does not know the product's code."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

_TIMESTAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class PathView:
    """The path of a build, with the store beside it."""

    path: Path

    @property
    def store(self) -> Path:
        return self.path.parent / ".builds"

    def builds(self) -> list[str]:
        """The names of the builds in the store, sorted."""
        return sorted(item.name for item in self.store.iterdir() if not item.name.startswith("."))

    def entry(self) -> str:
        """The name of the build that the path points to."""
        return os.path.basename(os.readlink(self.path))

    def is_provisional(self) -> bool:
        """Whether a path of the store has a build before the provisional one to go back to."""
        return any("fallback" in json.loads(root.read_text()) for root in (self.store / ".roots").iterdir())

    def litter(self) -> list[str]:
        """What a run that has ended must not leave: anything in staging, or beside path and store."""
        staging = self.store / ".staging"
        beside = [item.name for item in self.path.parent.iterdir() if item not in (self.path, self.store)]
        return beside + (os.listdir(staging) if staging.is_dir() else [])

    def runs(self) -> bool:
        """Whether the interpreter at the path starts and finds its standard library. It leaves no bytecode.

        The words are those of a health check of zlib, which one of `fake_builds` answers without starting Python.
        """
        command = [self.path / "bin" / "python", "-I", "-B", "-c", "import json", "zlib"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def contents(self) -> dict[str, tuple[str, ...]]:
        """Everything in the path's directory: what it is, its mode, and what it holds."""
        return contents(self.path.parent)


def contents(directory: Path) -> dict[str, tuple[str, ...]]:
    """Relative path -> kind and mode, and the content's digest (moments and bytecode apart) or the link's target."""
    return {str(item.relative_to(directory)): _described(item) for item in sorted(directory.rglob("*"))}


def _described(item: Path) -> tuple[str, ...]:
    mode = stat.filemode(item.lstat().st_mode)
    if item.is_symlink():
        return (mode, os.readlink(item))
    if item.is_file() and item.suffix != ".pyc":  # what marshal writes depends on who else held an object just then
        return (mode, hashlib.sha256(_TIMESTAMP.sub(b"", item.read_bytes())).hexdigest())
    return (mode,)
