# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a staged build to the owner and group that the task asks for."""

from __future__ import annotations

import os

from .._errors import StoreError
from .._os.regular_file import read_regular
from .._os.target_root import RUNNING, TargetRoot
from .manifest import MANIFEST, RECEIPT
from .receipt import Settings

_MOST_BYTES = 16 * 1024 * 1024  # of an image's list of users, which may be a device or endless
_NO_ID = 2**32 - 1  # to chown it means: no change


def ids(owner: str | None, group: str | None, system: TargetRoot = RUNNING) -> tuple[int, int]:
    """The numbers of a user and a group given as names or numbers; -1 for None. Raises `StoreError` if unknown."""
    return -1 if owner is None else _id("owner", owner, system), -1 if group is None else _id("group", group, system)


def require_permitted(settings: Settings, system: TargetRoot = RUNNING) -> None:
    """Raise `StoreError` for an unknown user or group, and for what only root can give to files."""
    owner, group, capabilities = settings.owner, settings.group, settings.capabilities or ()
    user_id, group_id = ids(owner, group, system)
    for option, given, may in (
        ("owner", f"to the owner {owner}", user_id in (-1, os.geteuid())),
        ("group", f"to the group {group}", group_id in (-1, os.getegid(), *os.getgroups())),
        ("capabilities", f"the capabilities {', '.join(capabilities)}", not capabilities),
    ):
        if os.geteuid() != 0 and not may:
            from .._os.errors import BECOME

            raise StoreError(f"Cannot give the build {given}: only root can. {BECOME}, or leave out `{option}`.")


def apply(directory: str, owner: str | None, group: str | None, system: TargetRoot = RUNNING) -> None:
    """Give everything in `directory` to owner and group, except the receipt, the manifest and the directory itself.

    The tasks, which mostly run as root, read from these files what a build is and what replaces it, so no other user
    may change them. A directory changes owner after its content: the new owner could otherwise replace an unvisited
    file by a link, and receive the link's target.
    """
    user_id, group_id = ids(owner, group, system)
    if (user_id, group_id) == (-1, -1):
        return
    for parent, directories, files in os.walk(directory, topdown=False):
        for name in directories + files:
            if parent != directory or name not in (MANIFEST, RECEIPT):
                os.lchown(os.path.join(parent, name), user_id, group_id)


def expected(directory: str, owner: str | None, group: str | None, system: TargetRoot = RUNNING) -> tuple[int, int]:
    """The numbers that a build in `directory` was published with; where none was asked for, those of the directory."""
    user_id, group_id = ids(owner, group, system)
    status = os.lstat(directory)
    return (status.st_uid if user_id == -1 else user_id, status.st_gid if group_id == -1 else group_id)


def _id(option: str, given: str, system: TargetRoot) -> int:
    import grp
    import pwd

    kind, file, ask = (
        ("user", "/etc/passwd", pwd.getpwnam) if option == "owner" else ("group", "/etc/group", grp.getgrnam)
    )
    try:
        if _is_number(given):
            return _number(given)
        return _listed(given, file, system) if system.is_image else int(ask(given)[2])
    except (KeyError, ValueError):  # the latter for an impossible name or number
        raise StoreError(f"There is no {kind} {given} {system}. Create it first, or change `{option}`.") from None


def _listed(name: str, file: str, system: TargetRoot) -> int:
    """The number in the third field of the line for `name`, as passwd(5) and group(5) have it. Raises `KeyError`."""
    try:
        content = read_regular(system.followed(file), most_bytes=_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        content = b""  # an image with no users yet
    for line in content.decode(errors="surrogateescape").split("\n"):
        fields = line.split(":")
        if fields[0] == name and len(fields) > 2 and _is_number(fields[2]):
            return _number(fields[2])
    raise KeyError(name)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(text: str) -> int:
    if int(text) >= _NO_ID:
        raise KeyError(text)
    return int(text)
