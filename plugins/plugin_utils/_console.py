# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings and progress lines, which plugins of this collection show beside results; made readable here."""

from __future__ import annotations

from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._readable import message


def warn(text: str) -> None:
    """Show a warning. It may quote text of indexes, servers and hosts."""
    Display().warning(message(text))


def say(text: str) -> None:
    """Show a line of progress."""
    Display().display(message(text))
