# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the user names on the controller: their absolute path, and the content of a document, of bounded size."""

from __future__ import annotations

import errno
import os
import stat

# The whole history of releases is about 10 MB in 2026. A file ten times larger is not such a document.
MAX_BYTES = 100 * 1024 * 1024


class UnknownHome(OSError):
    """A path begins with `~`, and the system knows no such home directory."""


def local_path(path: str) -> str:
    """The absolute path of a file on the controller. A relative one is relative to the working directory.

    Raises `UnknownHome` where Python leaves a `~` as it is, so that no directory of that name is created, and `OSError`
    if the working directory was removed.
    """
    expanded = os.path.expanduser(path)
    if path.startswith("~") and not os.path.isabs(expanded):
        raise UnknownHome(errno.ENOENT, "the home directory that it names is unknown", path)
    return os.path.join(os.getcwd(), expanded) if not os.path.isabs(expanded) else expanded


def read_document(path: str) -> bytes:
    """The content of a regular file. Raises `OSError`, whose `strerror` is a clause, also for other kinds of files.

    A FIFO would wait for a writer, and a device such as `/dev/zero` never ends.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError:  # a NUL, or half a character
        raise OSError(errno.EINVAL, "its path holds a character that no file name has", path) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", path)
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES // 2**20} MiB", path)
        return content
