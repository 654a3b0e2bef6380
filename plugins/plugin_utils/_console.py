# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that plugins of this collection show an operator beside results: warnings and progress, made readable here."""

from __future__ import annotations

from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._readable import message


def warn(text: str) -> None:
    """Show a warning, which can quote names and words of indexes, servers and hosts."""
    Display().warning(message(text))


def say(text: str) -> None:
    """Show a line of progress."""
    Display().display(message(text))
