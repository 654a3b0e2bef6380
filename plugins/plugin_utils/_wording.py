# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases that messages of the controller share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ._options import nearest


def shortened(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """What a message about an unknown name ends with: the known name that is probably meant; nothing if none is."""
    meant = nearest(name, known)
    return f" Did you mean {meant}?" if meant else ""
