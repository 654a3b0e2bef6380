# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches the indexes of a mirror in an order in which none ever names a missing file.

At any moment, each file that a versions index or catalogue names is in the `SHA256SUMS` of its release, and each file
in one of those is there, complete and with that digest. So a reader can get whatever it has seen in an index.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from .._os.atomic import replace_file
from .index_files import SUMS, sums
from .receipt import STATE_DIRECTORY, Held


def switch(mirror: str, before: Mapping[str, str], after: Mapping[str, str], there: Mapping[str, Held]) -> None:
    """Make the indexes those of `after`. `before` are the current ones; `there` are the archives that can be named.

    Files that are about to be removed are still there, and stay in their `SHA256SUMS` until the other indexes no longer
    name them.
    """
    now = dict(before)
    names = before.keys() | after.keys()
    all_sums = sorted(name for name in names if name.endswith(f"/{SUMS}"))
    for name in all_sums:
        directory = name[: -len(SUMS)]
        every = [(place[len(directory) :], held.sha256) for place, held in there.items() if place.startswith(directory)]
        _put(mirror, name, sums(every) or None, now)
    for name in [*sorted(names - set(all_sums)), *all_sums]:
        _put(mirror, name, after.get(name), now)


def _put(mirror: str, name: str, content: str | None, now: dict[str, str]) -> None:
    if now.get(name) == content:
        return
    path = os.path.join(mirror, name)
    if content is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        now.pop(name)
        return
    replace_file(path, content, fresh=os.path.join(mirror, STATE_DIRECTORY, "index.new"))
    now[name] = content
