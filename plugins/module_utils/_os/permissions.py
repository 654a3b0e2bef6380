# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ownership of directories: a user who can change a directory that root works in controls what root does."""

from __future__ import annotations

import os
import stat

from .._errors import StoreError

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def require_ours(*directories: str, option: str = "store") -> None:
    """Require that directories belong to this user; absent ones pass.

    Raises `StoreError` for a link, another user's, or one writable for others. `option` chooses another directory. The
    check is by name: a user who may write to the parent can still swap it afterwards, see `require_way_of_root`.
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

    A user can if it is below a directory of theirs, or below one that all may write to; a group may, if the host says
    so. A directory such as /tmp is no danger to what root already has in it. Users other than root risk nothing.
    """
    if os.geteuid() != 0:
        return
    for way, name in (*_way_to(directory), *_way_to(os.path.realpath(directory))):
        try:
            status = os.lstat(way)
        except FileNotFoundError:
            continue
        problem = _problem_on_the_way(status, is_there=os.path.lexists(os.path.join(way, name)))
        if problem:
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


def _way_to(directory: str) -> list[tuple[str, str]]:
    """The directories above, the root first, each with the name in it that continues the path."""
    way = [os.path.split(directory)]
    while way[-1][0] != directory:
        directory = way[-1][0]
        way.append(os.path.split(directory))
    return way[-2::-1]  # without the root in itself


def _problem_on_the_way(status: os.stat_result, *, is_there: bool) -> str | None:
    if status.st_uid != 0:
        return f"belongs to another user (number {status.st_uid})"
    is_open = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_IWOTH
    if is_open and not (status.st_mode & stat.S_ISVTX and is_there):
        return f"may be written to by everybody (mode {stat.S_IMODE(status.st_mode):04o})"
    return None


def _problem(status: os.stat_result) -> str | None:
    if not stat.S_ISDIR(status.st_mode):
        return "is a link or a file where a directory belongs"
    if status.st_uid not in (0, os.geteuid()):
        return f"belongs to another user (number {status.st_uid})"
    if status.st_mode & _WRITABLE_BY_OTHERS:
        return f"may be written to by others (mode {stat.S_IMODE(status.st_mode):04o})"
    return None
