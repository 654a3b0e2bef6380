# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an archive is refused, as a clause; `extract` makes a message of it, once."""

from __future__ import annotations

import json


class UnsafeArchive(Exception):
    """The archive must not be used. `str(error)` is a clause such as `it breaks off before its end`."""


def quoted(text: str) -> str:
    """A path in quotes, with every character escaped that a terminal would hide."""
    return json.dumps(text)


def member(path: str) -> str:
    """A member of the archive, as clauses name it."""
    return f"member {quoted(path)}"


def entry(path: str) -> str:
    """A path in the unpacked build, as clauses name it; relative to the build."""
    return f"entry {quoted(path)}"
