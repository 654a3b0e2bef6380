# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of a page of the guide that tests play: fenced blocks below a comment that names them."""

from __future__ import annotations

import re
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_EXAMPLE = re.compile(r"<!-- example: (?P<name>[\w-]+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


def examples_of(page: str) -> dict[str, str]:
    return {found["name"]: found["text"] for found in _EXAMPLE.finditer((_DOCS / page).read_text())}


def adapted(text: str, replacements: dict[str, str]) -> str:
    """An example with what differs in a test: places, and the version that the samples have."""
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    return text
