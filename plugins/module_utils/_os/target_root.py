# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system that paths are meant for: the running one, or an image in a directory that will be booted elsewhere.

All other code uses paths as that system will see them; only this file knows where they are now.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from .._errors import StoreError
from .paths import MOST_LINKS, checked_absolute, link_target


class TargetRoot(NamedTuple):
    """The target system. `root` is its absolute directory on this host; "" is the running system."""

    root: str = ""

    @classmethod
    def of(cls, root: str | None) -> TargetRoot:
        """The system that the option `root` names. Raises `StoreError` for one that is no absolute path."""
        return cls(checked_absolute(root, "root", "/mnt/image") if root else "")

    @property
    def is_image(self) -> bool:
        """Whether it is another system than the running one."""
        return bool(self.root)

    def require(self) -> None:
        """Raise `StoreError` for a missing directory, and the running system's."""
        if self.root and not os.path.isdir(self.root):
            raise missing(self.root)
        if self.root and os.path.samefile(self.root, "/"):
            raise not_another(self.root)

    def place_of(self, path: str) -> str:
        """Where `path` is for this process: unchanged in the running system.

        In an image, links in its parent directories resolve inside the root, as they will once it runs. The last part
        is not followed. Raises `StoreError` for links that form a cycle.
        """
        if not self.root:
            return path
        directory, name = os.path.split(path)
        return os.path.join(self.followed(directory), name)

    def followed(self, path: str) -> str:
        """The same as `place_of`, but a link at `path` itself is followed as well."""
        if not self.root:
            return path
        root = os.path.realpath(self.root)
        place, ahead, links = root, path.split("/")[::-1], 0
        while ahead:
            part = ahead.pop()
            if part == "..":
                place = os.path.dirname(place) if place != root else root
            elif part not in ("", "."):
                target = link_target(os.path.join(place, part))
                if target is None:
                    place = os.path.join(place, part)
                    continue
                links += 1
                if links > MOST_LINKS:
                    raise in_circles(path, self.root)
                place = root if target.startswith("/") else place
                ahead += target.split("/")[::-1]
        return place

    def seen_inside(self, place: str) -> str:
        """The path inside this system of what `place_of` returned."""
        return "/" + os.path.relpath(place, os.path.realpath(self.root)) if self.root else place

    def way_to(self, place: str) -> tuple[str, ...]:
        """The parent directories of a path in an image, from the root on; none in the running system."""
        directories: list[str] = []
        root = os.path.realpath(self.root)
        while self.root and place != root:
            place = os.path.dirname(place)
            directories.insert(0, place)
        return tuple(directories)

    @property
    def entering(self) -> Callable[[], None] | None:
        """What a new process calls first to enter the image, which only root can; None in the running system."""
        if not self.root:
            return None
        root = self.root

        def enter() -> None:
            os.chroot(root)
            os.chdir("/")

        return enter

    def variables_for(self, program: str) -> dict[str, str]:
        """Variables that a build's program in `bin`, given as seen inside, needs to start.

        Loaders find its libraries through /proc, which images mostly have not mounted.
        """
        return {"LD_LIBRARY_PATH": os.path.normpath(f"{program}/../../lib")} if self.root else {}

    def __str__(self) -> str:
        """The system as the end of a message: there is no such user {system}."""
        return f"in {self.root}" if self.root else "on this host"


RUNNING = TargetRoot()


def missing(root: str) -> StoreError:
    """The error for a missing root."""
    return StoreError(
        f"root is {root}, but there is no such directory on this host. Make the system first, or mount its file system "
        "there."
    )


def not_another(root: str) -> StoreError:
    """The error for the running system's root."""
    return StoreError(
        f"Cannot use the root {root}: it is the root directory of the running system, by another name. Leave out root, "
        "or name the directory of another system."
    )


def in_circles(path: str, root: str) -> StoreError:
    """The error for links that form a cycle."""
    return StoreError(f"The links on the way to {path} in {root} go in circles. Remove one of them.")
