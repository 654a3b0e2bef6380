# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged metadata of a store. While there is any, nobody knows which builds may be removed, so nothing is pruned."""

from __future__ import annotations

import os
from typing import NamedTuple


class Damage(NamedTuple):
    """Damage in one file. `found` names the file and the problem, `remedy` says how to rebuild it; both are messages.

    `path` is the path whose history the file should contain; None for other files and when the file's name hides it.
    `entry` is the build whose receipt it should be; None for other files.
    """

    file: str
    found: str
    remedy: str
    path: str | None = None
    entry: str | None = None

    def __str__(self) -> str:
        return f"{self.found} Nothing is pruned from the store meanwhile. {self.remedy}"

    def as_dict(self) -> dict[str, str]:
        """The damage in results."""
        return {"file": self.file, "problem": self.found, "remedy": self.remedy}


def of_root(file: str, found: str, path: str | None) -> Damage:
    """The damage of a history file."""
    remedy = (
        f"Run standalone.python.build for {path}: it writes the file again, from the link and the receipts of its "
        "builds."
        if path
        else "Remove it: the builds stay, and the next run for its path writes the history again, from the link and "
        "the receipts of its builds."
    )
    return Damage(file, found, remedy, path)


def of_receipt(file: str, found: str) -> Damage:
    """The damage of a receipt, without which its build is unknown."""
    directory = os.path.dirname(file)
    return Damage(
        file,
        found,
        f"Run standalone.python.build for the path that uses {directory}: it installs the build again. Then remove "
        "that directory, once no link names it.",
        entry=os.path.basename(directory),
    )


def of_link(path: str, error: OSError) -> Damage:
    """The damage of a link that cannot be read, as on a file system whose server is gone."""
    return Damage(
        path,
        f"{path} cannot be read: {error.strerror}.",
        "Mount its file system again, let this user search the directories above it, or remove it with state: absent.",
        path,
    )


def of_manifest(file: str) -> Damage:
    """The damage of a manifest that does not belong to the receipt."""
    return Damage(
        file,
        f"{file} is damaged: it is not the manifest that the build was published with.",
        "Run standalone.python.build for its path: it installs the build again.",
    )
