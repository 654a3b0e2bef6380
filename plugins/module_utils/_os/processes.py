# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes run from which builds, from Linux's `/proc`. Other systems report none."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

DELETED = " (deleted)"


def running_entries(store: str, proc: str = "/proc") -> dict[str, tuple[int, ...]]:
    """Store entry -> the numbers of the processes that run or have mapped one of its files."""
    return {entry: pids for entry, pids in running_below(store, proc).items() if not entry.startswith(".")}


def running_below(directory: str, proc: str = "/proc") -> dict[str, tuple[int, ...]]:
    """First directory below `directory` -> the numbers of the processes that run or have mapped a file of it.

    Mapped files count: a server may embed `libpython` without running our executable. Files of the same name in a
    container do not.
    """
    prefix = os.path.realpath(directory) + "/"
    found: dict[str, set[int]] = {}
    for pid in _pids(proc):
        for file, link in _files_in_use(os.path.join(proc, str(pid))).items():
            if file.startswith(prefix) and _is_of_this_system(file, link):
                found.setdefault(_first_below(prefix, file), set()).add(pid)
    return {name: tuple(sorted(pids)) for name, pids in found.items()}


def occupied_below(directory: str, proc: str = "/proc") -> frozenset[str]:
    """The first directories below `directory` that a process, including this one, runs from or works in."""
    prefix = os.path.realpath(directory) + "/"
    places = [os.path.realpath(sys.executable)]
    for pid in _pids(proc):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's and we are not root
            cwd = os.path.join(proc, str(pid), "cwd")
            place = os.readlink(cwd)
            places += [place] if place.startswith(prefix) and _is_of_this_system(place, cwd) else []
    standing = {_first_below(prefix, place) for place in places if place.startswith(prefix)}
    return frozenset(standing.union(running_below(directory, proc)))


def _first_below(prefix: str, file: str) -> str:
    return file[len(prefix) :].split("/", 1)[0]


def _pids(proc: str) -> Iterator[int]:
    try:
        names = os.listdir(proc)
    except OSError:
        return
    yield from (int(name) for name in names if name.isascii() and name.isdecimal())


def _files_in_use(process: str) -> dict[str, str]:
    """The names of the files that the process runs or has mapped, each with the link of `/proc` to the file itself."""
    files: dict[str, str] = {}
    try:
        exe = os.path.join(process, "exe")
        files[os.readlink(exe)] = exe
        with open(os.path.join(process, "maps"), "rb") as maps:
            # address perms offset dev inode path; the path is the rest of the line and may hold anything but a line
            # feed, which the kernel escapes. Read as text, a carriage return in it would begin another line.
            for parts in (line.rstrip(b"\n").split(None, 5) for line in maps):
                if len(parts) == 6:
                    start, _dash, end = os.fsdecode(parts[0]).partition("-")
                    mapped = os.path.join(process, "map_files", f"{start.lstrip('0')}-{end.lstrip('0')}")
                    files.setdefault(os.fsdecode(parts[5]), mapped)
    except OSError:  # it ended meanwhile, or is another user's and we are not root
        pass
    return {file.removesuffix(DELETED): link for file, link in files.items()}


def _is_of_this_system(file: str, link: str) -> bool:
    """Whether the link leads to this file. In a container, another file can have its name."""
    try:
        used = os.stat(link)
        return used.st_nlink == 0 or os.path.samestat(used, os.stat(file))
    except FileNotFoundError:
        return not os.path.exists(link)  # if that is missing too, nobody knows
    except OSError:  # another user's, and we are not root
        return True
