# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ownership of directories: a user who can change a directory that root works in controls what root does."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from .._errors import StoreError
from .paths import MOST_LINKS, link_target

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def require_ours(*directories: str, option: str = "store") -> None:
    """Require that directories belong to this user; absent ones pass.

    Raises `StoreError` for a link, another user's, or one writable for others. `option` chooses another directory. For
    those above it, see `require_way_of_root`.
    """
    for directory in directories:
        try:
            status = os.lstat(directory)
        except FileNotFoundError:
            continue
        problem = _problem(status)
        if problem:
            raise StoreError(
                f"{directory} {problem}, so another user could make this task change or remove other files. "
                f"Put that right, or set `{option}` to another place."
            )


def require_way_of_root(directory: str) -> None:
    """Require that no other user can exchange a directory that root works in. Raises `StoreError`.

    A user can if it, or a link to it, is in a directory of theirs, or in one that all may write to; a group may, if the
    host says so. What root has in /tmp is safe. Users other than root risk nothing.
    """
    if os.geteuid() != 0:
        return
    for way, name in way_to(directory):
        try:
            status = os.lstat(way)
        except FileNotFoundError:
            return  # root makes the rest
        if status.st_uid != 0:
            problem = f"belongs to another user (number {status.st_uid})"
        elif is_open(status) or (status.st_mode & stat.S_IWOTH and name and not os.path.lexists(f"{way}/{name}")):
            problem = f"may be written to by everybody (mode {stat.S_IMODE(status.st_mode):04o})"
        else:
            continue
        raise StoreError(
            f"Cannot work in {directory} as root: {way} {problem}, so another user could exchange what this task "
            "runs and changes. Choose a path below directories of root, such as /opt/python, or run the task as "
            "that user."
        )


def require_executable(directory: str) -> None:
    """Raise `StoreError` where no interpreter could start, whether the directory exists or not."""
    while not os.path.lexists(directory):
        directory = os.path.dirname(directory)
    if os.statvfs(directory).f_flag & os.ST_NOEXEC:
        from .errors import mount_of

        raise StoreError(
            f"No interpreter can start in {directory}: {mount_of(directory)} is mounted noexec. Remount it with exec, "
            "or set `store` to a directory on another file system."
        )


def way_to(place: str) -> Iterator[tuple[str, str]]:
    """Each directory on the way to a path, with the name that is looked up in it, and each link, with ""."""
    way, ahead, links = "/", place.split("/")[::-1], 0
    while ahead and links <= MOST_LINKS:
        name = ahead.pop()
        if name == "..":
            way = os.path.dirname(way)
        elif name not in ("", "."):
            yield way, name
            here = os.path.join(way, name)
            target = link_target(here)
            if target is None:
                way = here
            else:
                yield here, ""
                links += 1
                way = "/" if target.startswith("/") else way
                ahead += target.split("/")[::-1]


def is_open(status: os.stat_result) -> bool:
    """Whether every user may rename what is in a directory."""
    return stat.S_ISDIR(status.st_mode) and status.st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH


def _problem(status: os.stat_result) -> str | None:
    if not stat.S_ISDIR(status.st_mode):
        return "is a link or a file where a directory belongs"
    if status.st_uid not in (0, os.geteuid()):
        return f"belongs to another user (number {status.st_uid})"
    if status.st_mode & _WRITABLE_BY_OTHERS:
        return f"may be written to by others (mode {stat.S_IMODE(status.st_mode):04o})"
    return None
