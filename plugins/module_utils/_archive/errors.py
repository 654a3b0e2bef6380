# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an archive is refused, as a clause; `_archive` makes the whole sentence of it, once."""

from __future__ import annotations

import json


class UnsafeArchive(Exception):
    """The archive must not be used. `str(error)` is a clause such as `it breaks off before its end`."""


def quoted(text: str) -> str:
    """A path in quotes, which show every character that a terminal would hide."""
    return json.dumps(text)


def member(path: str) -> str:
    """The way a member of the archive is named in a clause."""
    return f"member {quoted(path)}"


def entry(path: str) -> str:
    """The way a place in the unpacked build is named in a clause; its path is relative to the build."""
    return f"entry {quoted(path)}"
