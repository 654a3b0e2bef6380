# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file, a link or a directory that readers see whole: as it was before, or as it is to be."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


def replace_file(target: str, text: str, *, fresh: str) -> None:
    """Gives `target` the content `text` and mode 0644 in one step. `fresh` is a path on the same file system.

    The content reaches the disk before its name does: else a power cut may leave an empty file, as XFS does.
    """
    with _room_at(fresh):
        with open(fresh, "x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)  # by name, it could be a link by now where others may write
            os.fsync(stream.fileno())
        os.replace(fresh, target)


def replace_link(link: str, target: str, *, fresh: str) -> None:
    """Makes `link` lead to `target` in one step. `fresh` is a path on the same file system.

    Raises `IsADirectoryError` when a directory has come to stand there.
    """
    with _room_at(fresh):
        os.symlink(target, fresh)
        os.rename(fresh, link)


def make_open_directory(directory: str) -> None:
    """Makes one directory with mode 0755 in one step: a run that is killed leaves none that others cannot enter."""
    umask = os.umask(0o022)
    try:
        os.mkdir(directory, 0o755)
    finally:
        os.umask(umask)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(handle, 0o755)  # whatever the access list of the directory above says
    finally:
        os.close(handle)


@contextlib.contextmanager
def _room_at(fresh: str) -> Iterator[None]:
    """Removes what an interrupted run left, and what the block makes and cannot give its name.

    What was left is never written through, since it could lead elsewhere.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            os.unlink(fresh)
        raise
