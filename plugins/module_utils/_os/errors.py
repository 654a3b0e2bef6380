# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operating system errors as messages for the user."""

from __future__ import annotations

import errno
import os

from .._readable import readable

_ADVICE = {
    errno.ENOSPC: "the disk is full. Free some space, or choose a place on another file system.",
    errno.EDQUOT: "the disk quota is used up. Free some space, or choose a place on another file system.",
    errno.EROFS: "the file system is mounted read-only. Remount it, or choose another path.",
    errno.EACCES: "permission was denied. Use `become: true`, or choose a path that this user may write to.",
    errno.EPERM: "it is not permitted. Use `become: true`, or look for an immutable flag or a mount option.",
    errno.EXDEV: "it lies on another file system than the store. Set `store` to a place on the same one.",
    errno.EBUSY: "it is in use, perhaps as a mount point. Unmount it, or choose another path.",
    errno.ENOTDIR: "a part of that path is a file, not a directory. Move it away, or choose another path.",
    errno.ENAMETOOLONG: "the name is too long. Choose a shorter path.",
    errno.ELOOP: "a symbolic link stands where none may, or links go in circles. Remove it, or choose another path.",
    errno.EFBIG: "the file would be larger than the limit of this user or file system. Raise the limit.",
    errno.EIO: "the disk reported an error. Look at the kernel's log before you try again.",
    errno.EMLINK: "too many links. Choose a path on another file system.",
    errno.EAGAIN: "no more processes and threads may run. Raise the limit, or run again when the host is less busy.",
    errno.EMFILE: "too many files are open. Raise the limit, or run again when the host is less busy.",
}


def sentence(error: OSError, path: str, *, is_switched: bool = False) -> str:
    """What happened, to which file, what to do, and by `is_switched` what became of `path`."""
    told = f"Could not write {error.filename or path}: {advice(error)}"
    if is_switched:
        return readable(f"{told} What was asked for at {path} is done; run again to remove what is left of the rest.")
    return readable(f"{told} What was at {path} before is still there.")


def reading_sentence(error: OSError, path: str) -> str:
    """The same for a task that only reads; `path` is what it read when the error names no file."""
    told = "permission was denied. Use `become: true`." if error.errno == errno.EACCES else advice(error)
    return readable(f"Could not read {error.filename or path}: {told}")


def advice(error: OSError) -> str:
    """What happened and what to do, without the file."""
    return _ADVICE.get(error.errno or 0, f"{error.strerror or error}.")


def why_not_writable(directory: str) -> str | None:
    """Why this user cannot change what an existing directory contains, and what to do; else None.

    Where nothing has to be changed, such a directory can still be read, without a lock.
    """
    if not os.path.isdir(directory) or os.access(directory, os.W_OK):
        return None
    is_read_only = os.statvfs(directory).f_flag & os.ST_RDONLY
    return advice(OSError(errno.EROFS if is_read_only else errno.EACCES, ""))
