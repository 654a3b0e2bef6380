# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file whose last bytes are the checksum of the rest, so that a flipped bit or a lost page is found before use.

SQLite ignores what follows its last page. The checksum detects accidents, not forgery, against which the checks of
`private_directory` protect. Measured: 3 ms for the 6 MB of all public releases.
"""

from __future__ import annotations

import mmap
import os
import zlib

from .private_directory import Untrusted, open_to_read

_MARK = b"\nsealed:"
_LENGTH = len(_MARK) + 8


def seal(path: str) -> None:
    """Append the checksum. Raises `OSError`, and `ValueError` for an empty file."""
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        checksum = zlib.crc32(content)
        file.seek(0, os.SEEK_END)
        file.write(_MARK + b"%08x" % checksum)


def require_sealed(path: str) -> None:
    """Raise `Untrusted` for a file that is damaged, was never sealed or is not private. Raises `OSError`."""
    descriptor = open_to_read(path)
    with os.fdopen(descriptor, "rb"):
        if os.fstat(descriptor).st_size <= _LENGTH:
            raise Untrusted(path, "is damaged")
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            expected = _MARK + b"%08x" % zlib.crc32(view[:-_LENGTH])
            if view[-_LENGTH:] != expected:
                raise Untrusted(path, "is damaged")
