# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes run from which builds, from Linux's `/proc`. Other systems report none."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

DELETED = " (deleted)"
_PIECE_BYTES = 1 << 20  # of up to 250 MiB


def running_entries(store: str, proc: str = "/proc") -> dict[str, tuple[int, ...]]:
    """Store entry -> the numbers of the processes that run or have mapped one of its files."""
    return {entry: pids for entry, pids in running_below(store, proc).items() if not entry.startswith(".")}


def running_below(directory: str, proc: str = "/proc") -> dict[str, tuple[int, ...]]:
    """First directory below `directory` -> the numbers of the processes that run or have mapped a file of it.

    Mapped files count: a server may embed `libpython`. Files of containers do not, whatever their names.
    """
    prefix = os.path.realpath(directory) + "/"
    found: dict[str, set[int]] = {}
    for pid in _pids(proc):
        process = os.path.join(proc, str(pid))
        for file in _files_in_use(process, prefix):
            if _is_same(f"{process}/root{file}", file):
                found.setdefault(_first_below(prefix, file), set()).add(pid)
    return {name: tuple(sorted(pids)) for name, pids in found.items()}


def occupied_below(directory: str, proc: str = "/proc") -> frozenset[str]:
    """The first directories below `directory` that a process, including this one, runs from or works in."""
    prefix = os.path.realpath(directory) + "/"
    places = [os.path.realpath(sys.executable)]
    for pid in _pids(proc):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's and we are not root
            places.append(os.readlink(os.path.join(proc, str(pid), "cwd")))
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


def _is_same(seen: str, file: str) -> bool:
    try:
        return os.path.samestat(os.stat(seen), os.stat(file))
    except OSError:  # deleted, or not ours to ask
        return True


def _files_in_use(process: str, prefix: str) -> set[str]:
    """The files below `prefix` that a process runs or has mapped."""
    files = set()
    sought = os.fsencode(prefix)
    try:
        files.add(os.readlink(os.path.join(process, "exe")))
        with open(os.path.join(process, "maps"), "rb") as file:
            rest = b""
            while piece := file.read(_PIECE_BYTES):
                maps, _feed, rest = (rest + piece).rpartition(b"\n")
                # address perms offset dev inode path, which has no raw line feed; few pieces have to be split
                lines = maps.split(b"\n") if sought in maps else ()
                fields = (line.split(None, 5) for line in lines if sought in line)
                files.update(os.fsdecode(parts[5]) for parts in fields if len(parts) == 6)
    except OSError:  # as above
        pass
    return {file.removesuffix(DELETED) for file in files if file.startswith(prefix)}
