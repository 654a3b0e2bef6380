# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file, link or directory that readers see whole: either as it was before or as it is afterwards.

What must survive a power cut is written to disk before it is published.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from .paths import LONGEST_NAME

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EPROTO)  # as vfat, CIFS, FUSE and vboxsf answer


def fresh_name(name: str, ending: str) -> str:
    """A hidden name for what is made to replace `name`, the same in each run: `.NAME.ENDING`, or a digest of a long
    name.
    """
    fresh = f".{name}.{ending}"
    if len(os.fsencode(fresh)) <= LONGEST_NAME:
        return fresh
    import hashlib

    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()}.{ending}"


def replace_file(target: str, text: str, *, fresh: str) -> None:
    """Give `target` the content `text` and mode 0644 in one step. `fresh` is a path on the same file system.

    The content reaches the disk before its name does; otherwise a power cut may leave an empty file, as on XFS. Raises
    `OSError`.
    """
    with _room_at(fresh):
        with open(fresh, "x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)  # not by name, which could be a link by now where others may write
            os.fsync(stream.fileno())
        os.replace(fresh, target)


def replace_link(link: str, target: str, *, fresh: str) -> None:
    """Make `link` point to `target` in one step. `fresh` is a path on the same file system.

    Raises `IsADirectoryError` when there is a directory at `link` by now.
    """
    with _room_at(fresh):
        make_link(target, fresh)
        os.rename(fresh, link)


def make_link(target: str | bytes, link: str | bytes, directory: int | None = None) -> None:
    """Make a symbolic link, relative to the open `directory` if that is given. Raises `OSError`.

    Raises `LinksUnsupported` on a file system without symbolic links, for which the system has many words.
    """
    try:
        os.symlink(target, link, dir_fd=directory)
    except OSError as error:
        from .errors import LinksUnsupported, immutable_of

        is_immutable = directory is None and immutable_of(os.path.dirname(os.fsdecode(link)))
        if error.errno not in _NO_LINKS or is_immutable:
            raise OSError(error.errno, error.strerror, link) from None
        raise LinksUnsupported(error.errno, error.strerror, link) from None


def make_open_directory(directory: str) -> None:
    """Make one directory with mode 0755 in one step: a killed run leaves none that others cannot enter."""
    umask = os.umask(0o022)
    try:
        os.mkdir(directory, 0o755)
    finally:
        os.umask(umask)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(handle, 0o755)  # whatever the access list of the parent directory says
    finally:
        os.close(handle)


@contextlib.contextmanager
def _room_at(fresh: str) -> Iterator[None]:
    """Remove what an interrupted run left at `fresh`, and what the block makes there and fails to rename.

    A leftover is never written through, since it could be a link to another file.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to report
            os.unlink(fresh)
        raise


def sync_file_system(directory: str) -> None:
    """Write the directory's file system to disk: one call instead of an fsync for each of thousands of files."""
    import ctypes  # only for runs that change something

    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if syncfs is None:
            os.sync()
        elif syncfs(handle):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), directory)
    finally:
        os.close(handle)


def sync_directory(directory: str) -> None:
    """Write the names in one directory to disk, so that a rename in it survives a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
