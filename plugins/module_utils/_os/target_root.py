# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system that paths are meant for: the running one, or one in a directory that will be booted elsewhere.

Everything else speaks of paths as that system will see them; this is the one place that knows where they are now.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from .._errors import StoreError
from .paths import checked_absolute

_MOST_LINKS = 40  # on the way to one path, as in Linux


@dataclass(frozen=True)
class TargetRoot:
    """`root` is the directory that the system lies in, absolute; "" is the running system."""

    root: str = ""

    @classmethod
    def of(cls, root: str | None) -> TargetRoot:
        """The system that the option `root` names. Raises `StoreError` for one that is no absolute path."""
        return cls(checked_absolute(root, "root", "/mnt/image") if root else "")

    @property
    def is_image(self) -> bool:
        return bool(self.root)

    def require(self) -> None:
        """Raises `StoreError` when there is no such directory, or it is that of the running system."""
        if self.root and not os.path.isdir(self.root):
            raise missing(self.root)
        if self.root and os.path.samefile(self.root, "/"):
            raise not_another(self.root)

    def place_of(self, path: str) -> str:
        """Where `path` lies for this process: itself in the running system.

        In an image the links on the way to it lead where they will once it runs, so an absolute one stays in the root.
        The path's own last part is not followed. Raises `StoreError` for links that go in circles.
        """
        if not self.root:
            return path
        directory, name = os.path.split(path)
        return os.path.join(self.followed(directory), name)

    def followed(self, path: str) -> str:
        """The same, but where `path` itself is a link, what it names."""
        if not self.root:
            return path
        root = os.path.realpath(self.root)
        place, ahead, links = root, path.split("/")[::-1], 0
        while ahead:
            part = ahead.pop()
            if part == "..":
                place = os.path.dirname(place) if place != root else root
            elif part not in ("", "."):
                target = _target_of(os.path.join(place, part))
                if target is None:
                    place = os.path.join(place, part)
                    continue
                links += 1
                if links > _MOST_LINKS:
                    raise in_circles(path, self.root)
                place = root if target.startswith("/") else place
                ahead += target.split("/")[::-1]
        return place

    def seen_inside(self, place: str) -> str:
        """What a process whose root directory is this system's calls a place that `place_of` gave."""
        return "/" + os.path.relpath(place, os.path.realpath(self.root)) if self.root else place

    def way_to(self, place: str) -> tuple[str, ...]:
        """The directories on the way to a place in an image, from the root on; none in the running system."""
        directories: list[str] = []
        root = os.path.realpath(self.root)
        while self.root and place != root:
            place = os.path.dirname(place)
            directories.insert(0, place)
        return tuple(directories)

    @property
    def entering(self) -> Callable[[], None] | None:
        """What a new process has to do first to be in this system, which only root can; None in the running one."""
        if not self.root:
            return None
        root = self.root

        def enter() -> None:
            os.chroot(root)
            os.chdir("/")

        return enter

    def variables_for(self, program: str) -> dict[str, str]:
        """Environment variables that a build's program in `bin` needs to start, given its place as seen inside.

        Loaders ask /proc where the program's own libraries are, and an image mostly has none mounted.
        """
        return {"LD_LIBRARY_PATH": os.path.normpath(f"{program}/../../lib")} if self.root else {}

    def __str__(self) -> str:
        """As the place that something lacks: there is no such user {system}."""
        return f"in {self.root}" if self.root else "on this host"


RUNNING = TargetRoot()


def missing(root: str) -> StoreError:
    return StoreError(
        f"root is {root}, but there is no such directory on this host. Make the system first, or mount its file system "
        "there."
    )


def not_another(root: str) -> StoreError:
    return StoreError(
        f"Cannot use the root {root}: it is the root directory of the running system, by another name. Leave out root, "
        "or name the directory of another system."
    )


def in_circles(path: str, root: str) -> StoreError:
    return StoreError(f"The links on the way to {path} in {root} go in circles. Remove one of them.")


def _target_of(place: str) -> str | None:
    try:
        return os.readlink(place)
    except OSError:  # no link, or nothing there yet
        return None
