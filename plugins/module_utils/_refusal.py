# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an archive is refused, as a clause; `_archive` makes the whole sentence of it, once."""

from __future__ import annotations

import json


class Refused(Exception):
    """The archive must not be used. `str(error)` is a clause such as `it breaks off before its end`."""


def member(path: str) -> str:
    """The way a member is named in a clause. The quoting shows every character that a terminal would hide."""
    return f"member {json.dumps(path)}"
