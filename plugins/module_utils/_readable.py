# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files as texts that may leave this process: bytes that are no UTF-8 would fail the task on their way."""

from __future__ import annotations


def readable(text: str) -> str:
    """The text, with `\\udcff` written out for each byte ff of a file's name that is no UTF-8, and so on."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
