# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SELinux contexts: a staged build gets those that the policy assigns to its final path.

Staging is another directory, and a rename keeps labels. A build published without this would be labelled for the wrong
path, and systemd would refuse to run it with 203/EXEC. Uses libselinux, which every SELinux host has.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_LIBRARY = "libselinux.so.1"


def relabel(directory: str, final_directory: str, library: str = _LIBRARY) -> int:
    """Label `directory` and everything below it as if it were at `final_directory`.

    Returns the number of labels set.
    """
    selinux = _load(library)
    if selinux is None or selinux.is_selinux_enabled() != 1:
        return 0
    labelled = _relabel_one(selinux, directory, final_directory)
    for parent, directories, files in os.walk(directory):
        final_parent = final_directory + parent[len(directory) :]
        for name in directories + files:
            labelled += _relabel_one(selinux, os.path.join(parent, name), os.path.join(final_parent, name))
    return labelled


def _load(library: str) -> ctypes.CDLL | None:
    import ctypes  # only for runs that change something

    try:
        return ctypes.CDLL(library, use_errno=True)
    except OSError:
        return None


def _relabel_one(selinux: ctypes.CDLL, path: str, final_path: str) -> int:
    import ctypes

    context = ctypes.c_char_p()
    mode = os.lstat(path).st_mode
    if selinux.matchpathcon(os.fsencode(final_path), mode, ctypes.byref(context)) != 0:
        return 0  # the policy assigns nothing to this path
    try:
        if selinux.lsetfilecon(os.fsencode(path), context) != 0:
            number = ctypes.get_errno()
            if number != errno.EOPNOTSUPP:  # a file system without labels needs none
                raise OSError(number, os.strerror(number), path)
            return 0
    finally:
        selinux.freecon(context)
    return 1
