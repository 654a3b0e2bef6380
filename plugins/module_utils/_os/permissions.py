# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a directory is: work as root in a place that somebody else may change does whatever they want."""

from __future__ import annotations

import os
import stat

from .._errors import StoreError

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def require_ours(*directories: str, option: str = "store") -> None:
    """Raises `StoreError` for one of them that is a link, another user's, or writable for others; absent ones pass.

    `option` is what another place is chosen with. Looked at by name, so whoever may write to the parent can still swap
    a directory afterwards: the store is as safe as the directory that it is in.
    """
    for directory in directories:
        try:
            status = os.lstat(directory)
        except FileNotFoundError:
            continue
        problem = _problem(status)
        if problem:
            raise StoreError(
                f"{directory} {problem}, so whoever that is could make this task change or remove other files. "
                f"Put that right, or set `{option}` to another place."
            )


def _problem(status: os.stat_result) -> str | None:
    if not stat.S_ISDIR(status.st_mode):
        return "is a link or a file where a directory of the store belongs"
    if status.st_uid not in (0, os.geteuid()):
        return f"belongs to another user (number {status.st_uid})"
    if status.st_mode & _WRITABLE_BY_OTHERS:
        return f"may be written to by others (mode {stat.S_IMODE(status.st_mode):04o})"
    return None
