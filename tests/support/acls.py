# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended attributes that tests give to files, where the file system has them."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

# linux/posix_acl_xattr.h: version 2, then tag, permissions and user of each entry. User 12345 may read and write.
_ENTRIES = (
    (0x01, 7, 0xFFFFFFFF),
    (0x02, 6, 12345),
    (0x04, 5, 0xFFFFFFFF),
    (0x10, 7, 0xFFFFFFFF),
    (0x20, 5, 0xFFFFFFFF),
)
ACL_FOR_A_USER = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in _ENTRIES)


def with_attribute(path: Path, name: str, value: bytes) -> None:
    """Set an extended attribute; the test is skipped where that is impossible."""
    try:
        os.setxattr(path, name, value)
    except (AttributeError, OSError) as error:
        pytest.skip(f"{name} cannot be set here: {error}")
