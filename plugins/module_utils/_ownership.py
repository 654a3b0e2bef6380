# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a staged build to the owner and group that were asked for."""

from __future__ import annotations

import os

from ._errors import StoreError
from ._manifest import MANIFEST, RECEIPT

_NO_ID = 2**32 - 1  # to chown it means: leave as it is


def ids(owner: str | None, group: str | None) -> tuple[int, int]:
    """User and group given as names or numbers; -1 for None. Raises `StoreError` for what this host does not have."""
    return (-1 if owner is None else _user_id(owner), -1 if group is None else _group_id(group))


def apply(directory: str, owner: str | None, group: str | None) -> None:
    """Gives all that is in `directory` to owner and group, but for our own two files and the directory itself.

    What a build is and what to fetch in its place is read from these by whoever runs the tasks, mostly root: they must
    not be another user's to change.
    """
    user_id, group_id = ids(owner, group)
    if (user_id, group_id) == (-1, -1):
        return
    for folder, folders, files in os.walk(directory):
        for name in folders + files:
            if folder != directory or name not in (MANIFEST, RECEIPT):
                os.lchown(os.path.join(folder, name), user_id, group_id)


def expected(directory: str, owner: str | None, group: str | None) -> tuple[int, int]:
    """The ids that a build in `directory` was published with; where none was asked for, those of the directory."""
    user_id, group_id = ids(owner, group)
    status = os.lstat(directory)
    return (status.st_uid if user_id == -1 else user_id, status.st_gid if group_id == -1 else group_id)


def _user_id(owner: str) -> int:
    import pwd

    try:
        return _number(owner) if owner.isdecimal() else pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise StoreError(f"There is no user {owner} on this host. Create it first, or change `owner`.") from None


def _group_id(group: str) -> int:
    import grp

    try:
        return _number(group) if group.isdecimal() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise StoreError(f"There is no group {group} on this host. Create it first, or change `group`.") from None


def _number(text: str) -> int:
    """Raises `KeyError` for a number that no user or group can have."""
    if int(text) >= _NO_ID:
        raise KeyError(text)
    return int(text)
