# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the clone importable as `ansible_collections.standalone.python`, wherever it lies."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TREE = REPOSITORY / ".collection"


def _make_tree() -> None:
    link = TREE / "ansible_collections" / "standalone" / "python"
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(REPOSITORY, target_is_directory=True)
    except FileExistsError:  # a parallel test worker, or an earlier run
        pass


_make_tree()
sys.path.insert(0, str(TREE))
sys.path.insert(0, str(REPOSITORY))  # for tests.support
