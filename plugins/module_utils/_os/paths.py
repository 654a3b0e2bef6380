# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths on a host: as options give them, and what kind of file is at them."""

from __future__ import annotations

import errno
import os
import stat
from typing import Any, Literal, NamedTuple

from .._errors import StoreError

_NO_LINK = (errno.ENOENT, errno.ENOTDIR, errno.EINVAL)
MOST_LINKS = 40  # in one path, as in Linux
LONGEST_NAME = 255  # bytes, of file systems on Linux and macOS
_LONGEST_PATH = 3072  # bytes; Linux allows 4,095, of which files of a build need 400
BUILD_PREFIX = "/install"  # what upstream configures builds with


class Entry(NamedTuple):
    """What is at one path of a build: what an archive puts there, and what a manifest records."""

    kind: Literal["file", "link", "dir"]
    mode: int
    size_bytes: int
    sha256: str | None  # of a file
    target: str | None  # of a link


def remove_tree(directory: str) -> None:
    """Remove it as far as possible. Raises the first `OSError`, with the whole path."""
    import shutil

    failed: list[Any] = []
    shutil.rmtree(directory, onerror=lambda *failure: failed.append(failure))
    for _called, path, info in failed:
        info[1].filename = path
        raise info[1]


def checked_absolute(path: str, option: str, example: str) -> str:
    """The path without a trailing slash. Raises `StoreError` unless it is absolute and not the root."""
    if path.startswith("~"):
        raise StoreError(
            f"{option} is {path!r}, and no home directory is known for it. Write it from the root: {option}: {example}"
        )
    if not os.path.isabs(path):
        raise StoreError(f"{option} is {path!r}, which is {not_absolute(path)}: {option}: {example}")
    clean = os.path.normpath(path)
    if ".." in path.split("/") or not path.isprintable():
        raise StoreError(f"{option} is {path!r}. Write it without `..` and without control characters.")
    if clean.startswith("//") or clean == "/":
        raise StoreError(f"{option} is {path!r}. Name a directory below the root, such as {example}.")
    _require_short(clean, option)
    _require_expressible(clean, option)
    return clean


def _require_short(path: str, option: str) -> None:
    """Raise `StoreError` for a path that is too long, or whose files would be."""
    longest = max(path.encode().split(b"/"), key=len)
    if len(longest) > LONGEST_NAME:
        name = longest[:20].decode(errors="ignore")
        raise StoreError(
            f"{option} has the name {name}..., which has {len(longest)} bytes, and file systems allow "
            f"{LONGEST_NAME}. Choose a shorter one."
        )
    if len(path.encode()) > _LONGEST_PATH:
        raise StoreError(
            f"{option} is {path[:40]}... and has {len(path.encode())} bytes. Choose one of at most {_LONGEST_PATH}: "
            "the files below it have longer paths, which the system must allow, too."
        )


def _require_expressible(path: str, option: str) -> None:
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{option} is {path!r}, which cannot be written in {error.encoding}, the encoding of this user's locale on "
            "the host. Set LC_ALL to C.UTF-8 there, as by the keyword environment, or choose another one."
        ) from None


def not_absolute(path: str) -> str:
    """What is wrong with a path that does not begin with a slash, and what to write, without a full stop."""
    if "\\" in path or path[1:2] == ":":
        return "a path of Windows. This collection installs on Linux and macOS. Write a path of the host"
    return "relative. Write it from the root" if path else "empty. Name a path of the host"


def found_program(name: str) -> str | None:
    """The path of a program, on the PATH or among those of root, as the probes search."""
    from shutil import which

    return which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin")


def kind_of(place: str) -> str:
    """What is at a path: absent, link, directory, file or other. A link is not followed.

    Raises `OSError` when the system cannot say, unlike `os.path.exists`.
    """
    try:
        mode = os.lstat(place).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "directory"
    return "file" if stat.S_ISREG(mode) else "other"


def link_target(place: str) -> str | None:
    """The target of a link, as written; None when there is no link. Raises `OSError` when the system cannot say."""
    try:
        return os.readlink(place)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return None


def is_writable(directory: str) -> bool:
    """Whether this user can change what a directory contains; true where none exists yet."""
    return not os.path.isdir(directory) or os.access(directory, os.W_OK)


def checked_path(path: str, option: str) -> str:
    """The path without a trailing slash. Raises `StoreError` when no build could be linked or fixed up there."""
    is_store = option.endswith(("store", "stores"))
    clean = checked_absolute(path, option, "/opt/python/.builds" if is_store else "/opt/python/3.13")
    if clean.startswith(BUILD_PREFIX):
        raise StoreError(
            f"{option} is {path!r}, but paths that begin with {BUILD_PREFIX} cannot be told from the prefix that "
            "builds were made with. Choose another place, such as /opt/python/3.13."
        )
    return clean
