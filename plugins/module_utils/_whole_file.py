# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file that readers see whole: as it was before, or as it is to be."""

from __future__ import annotations

import os


def replace_file(target: str, text: str, *, fresh: str) -> None:
    """Gives `target` the content `text` and mode 0644 in one step. `fresh` is a path on the same file system.

    The content reaches the disk before its name does: else a power cut may leave an empty file, as XFS does.
    """
    with open(fresh, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.chmod(fresh, 0o644)
    os.replace(fresh, target)
