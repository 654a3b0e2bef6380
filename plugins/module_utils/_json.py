# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file that this collection wrote, and that anything may have happened to since.

Each file carries a seal, the digest of the rest of its content. A flipped bit mostly leaves valid JSON with another
path, name or number in it, and only the seal shows that. It protects against accidents, not against a forger. Times
are not sealed: nothing is removed because of them, and two files that say the same differ in them alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ._errors import StoreError
from ._os.regular_file import read_regular

SEAL = "seal"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MOST_BYTES = 64 * 1024 * 1024  # the receipt of a mirror with 400,000 files


def content_of(file: str) -> Any:
    """The file's content without its seal, and None for anything but JSON.

    Raises `FileNotFoundError`, and `StoreError` for something other than a regular file and for a broken seal.
    """
    return unsealed(parsed(read_regular(file, most_bytes=_MOST_BYTES)), where=file)


def parsed(text: str | bytes) -> Any:
    """What the JSON says; None where it is not JSON, names a key twice, holds NaN or nests too deep."""
    try:
        return json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def unsealed(content: Any, where: str) -> Any:
    """The content without its seal. Raises `StoreError` where that belongs to another content.

    One without a seal passes: its fields have to convince whoever reads them.
    """
    if not isinstance(content, Mapping) or SEAL not in content:
        return content
    rest = {key: value for key, value in content.items() if key != SEAL}
    if content[SEAL] != _digest(rest):
        raise StoreError(f"{where} is damaged: its content is not the content that its seal was made for.")
    return rest


def rendered(content: Mapping[str, Any], indent: int = 2) -> str:
    """The text of a file with this content and its seal."""
    return json.dumps({**content, SEAL: _digest(content)}, indent=indent) + "\n"


def _digest(content: Mapping[str, Any]) -> str | None:
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    except RecursionError:  # which some versions of Python raise here and not when they read the text
        return None
    return hashlib.sha256(_MOMENT.sub("", text).encode()).hexdigest()


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two values counts."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _refused(_constant: str) -> None:
    raise ValueError
