# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tools put what they make: inside the clone, ignored by git, gone with `make clean`."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = REPOSITORY / "tests" / "requirements"

VENV = REPOSITORY / ".venv"
CACHE = REPOSITORY / ".cache"
REPORTS = CACHE / "reports"

# What ANSIBLE_COLLECTIONS_PATH names: this clone by a symbolic link, and community.general.
COLLECTIONS = REPOSITORY / ".collection"
COLLECTION = COLLECTIONS / "ansible_collections" / "standalone" / "python"
