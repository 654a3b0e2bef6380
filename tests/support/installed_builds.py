# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host's code left at a path and in its store, for tests that look at it from outside."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._store import history as _history
from ansible_collections.standalone.python.plugins.module_utils._store.history import PathHistory
from tests.support.fake_builds import MINOR


def store_of(path: Path) -> Path:
    return path.parent / ".builds"


def stored(path: Path) -> list[str]:
    return sorted(item.name for item in store_of(path).iterdir() if not item.name.startswith("."))


def litter(path: Path) -> list[str]:
    staging = store_of(path) / ".staging"
    beside = [item.name for item in path.parent.iterdir() if item.name not in (path.name, ".builds")]
    return beside + (os.listdir(staging) if staging.is_dir() else [])


def release_at(path: Path) -> str:
    return (path / "lib" / f"python{MINOR}" / "BUILD-NOTE").read_text().strip()


def history(store: str | Path, path: str | Path) -> PathHistory:
    """The root of a path, an empty one where it has none."""
    found = _history.read_all(str(store)).sound
    return next((root for root in found if root.path == str(path)), PathHistory(str(path)))
