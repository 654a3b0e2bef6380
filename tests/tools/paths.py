# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything is."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache"
COLLECTIONS = REPOSITORY / ".collection"
COLLECTION = COLLECTIONS / "ansible_collections" / "standalone" / "python"
REPORTS = CACHE / "reports"
REQUIREMENTS = REPOSITORY / "tests" / "requirements"
VENV = REPOSITORY / ".venv"
