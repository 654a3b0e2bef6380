# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The link at the path: its target, and the switch to another build in one rename."""

from __future__ import annotations

import errno
import os

from .._errors import StoreError
from .._os.atomic import fresh_name, replace_link, sync_directory
from .._os.paths import kind_of, link_target
from .store import Store


def entry_behind(path: str, store: Store) -> str | None:
    """The store entry that the link at `path` names, complete or not; None for another link or none.

    Raises `OSError` when the link cannot be read: its build may be needed.
    """
    place = store.system.place_of(path)
    target = link_target(place)
    if target is None:
        return None
    if os.path.isabs(target):
        target = store.system.place_of(target)
    where = os.path.join(os.path.realpath(os.path.dirname(place)), target)
    parent, entry = os.path.split(os.path.normpath(where))
    both = parent, store.directory
    if len({*map(os.path.realpath, both)}) == 1:
        return entry
    for directory in both:
        kind_of(directory)  # raises what `realpath` does not
    return entry if all(map(os.path.exists, both)) and os.path.samefile(*both) else None  # by a bind mount


def entry_if_readable(path: str, store: Store) -> str | None:
    """The same, but None when the link cannot be read, which reports list as damage."""
    try:
        return entry_behind(path, store)
    except OSError:
        return None


def switch(path: str, entry_path: str, staging: str) -> None:
    """Make `path` a relative link to `entry_path` in one step.

    The new link is made in `staging` if that is on the same file system, so that an interrupted run leaves nothing
    beside the path. Raises `StoreError` when there is a directory at the path by now.
    """
    parent = os.path.realpath(os.path.dirname(path))
    target = os.path.relpath(os.path.realpath(entry_path), parent)
    name = fresh_name(os.path.basename(path), "new-link")
    try:
        try:
            replace_link(path, target, fresh=os.path.join(staging, name))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            replace_link(path, target, fresh=os.path.join(parent, name))
    except IsADirectoryError:
        raise StoreError(f"A directory appeared at {path} during the run. Move it away and run again.") from None
    sync_directory(parent)


def remove(path: str) -> None:
    """Remove the link. Raises `OSError`."""
    os.unlink(path)
    sync_directory(os.path.dirname(path))
