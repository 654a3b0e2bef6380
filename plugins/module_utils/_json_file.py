# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file that this collection wrote, and that anything may have happened to since."""

from __future__ import annotations

import json
from typing import Any


def content_of(file: str) -> Any:
    """What the file holds, and None for what is no JSON, which is never what was written.

    Raises `FileNotFoundError` when there is none.
    """
    with open(file, encoding="utf-8") as stream:
        try:
            return json.load(stream)
        except (ValueError, RecursionError):
            return None
