# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a tree of files so that nothing can end up outside of it or replace what was written before.

Every directory is opened through its parent's handle and never through a link; files are never overwritten; symbolic
links are made last, when nothing can be written through them. Names are UTF-8.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Mapping
from typing import final

from .._os.atomic import make_link
from .._os.paths import Entry
from .errors import UnsafeArchive, entry, quoted


def check(links: Mapping[str, str], others: Collection[str]) -> None:
    """Check the `links` (path to target) of a build with the files and directories `others`. Raises `UnsafeArchive`."""
    next_of = {path: _landing(path, target) for path, target in links.items()}
    good = set(others)
    for path in links:
        passed = {path}
        at = next_of[path]
        while at not in good:
            if at in passed:
                raise _refused(path, links[path], "only leads back to itself")
            if at not in next_of:
                raise _refused(path, links[path], "points to nothing in the build, or through another link")
            passed.add(at)
            at = next_of[at]
        good |= passed


def _landing(path: str, target: str) -> str:
    if target.startswith("/"):
        raise _refused(path, target, "is absolute")
    climbed = path.split("/")[:-1]
    parts = target.split("/")
    while parts and parts[0] == "..":
        if not climbed:
            raise _refused(path, target, "leads out of the build")
        climbed.pop()
        parts.pop(0)
    if "" in parts or "." in parts or ".." in parts:
        raise _refused(path, target, "has an empty part, a dot or a later `..`")
    return "/".join(climbed + parts)


def _refused(path: str, target: str, why: str) -> UnsafeArchive:
    return UnsafeArchive(f"{entry(path)} is a link to {quoted(target)}, which {why}")


_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


_DIRECTORY = Entry("dir", 0o755, 0, None, None)


@final
class TreeWriter:
    """A context manager that fills an empty directory; call `make_links` when everything else is written.

    `entries` are those written so far, including directories that were made only as parents. Raises `UnsafeArchive` for
    what must not be written, and `OSError`, with the full path as its `filename`, for what cannot be written.
    """

    def __init__(self, destination: str) -> None:
        self.entries: dict[str, Entry] = {}
        self._destination = destination
        self._links: dict[str, str] = {}
        self._now = int(time.time())
        # The current directory and its parents, as (path, handle): members are sorted, so it is mostly the right one.
        self._open = [("", os.open(destination, _DIRECTORY_FLAGS))]

    def __enter__(self) -> TreeWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        while self._open:
            os.close(self._open.pop()[1])

    def add_directory(self, path: str) -> None:
        """Make the directory `path` and its missing parents, with mode 0755."""
        if path:
            self._enter(path, path)

    def add_file(self, path: str, *, executable: bool, mtime: int, content: Iterable[memoryview | bytes]) -> None:
        """Write a file with mode 0755 or 0644. An `mtime` (in seconds) in the future becomes the current time."""
        directory, name = self._place(path)
        mode = 0o755 if executable else 0o644
        digest = hashlib.sha256()
        size_bytes = 0
        try:
            handle = os.open(name, _FILE_FLAGS, mode, dir_fd=directory)
            try:
                for piece in content:
                    digest.update(piece)
                    size_bytes += len(piece)
                    _write(handle, piece)
                os.fchmod(handle, mode)  # whatever the umask and the directory's access list say
                seconds = min(mtime, self._now)
                os.utime(handle, (seconds, seconds))
            finally:
                os.close(handle)
        except OSError as error:
            raise self._located(error, path) from None
        self.entries[path] = Entry("file", mode, size_bytes, digest.hexdigest(), None)

    def add_hard_link(self, path: str, existing: str) -> None:
        """Give the file at `existing`, which must have been written before, a second name."""
        linked = self.entries.get(existing)
        if linked is None or linked.kind != "file":
            raise UnsafeArchive(f"{entry(path)} is a hard link to {quoted(existing)}, which is no file before it")
        source_directory, _slash, source_name = existing.rpartition("/")
        source = os.dup(self._enter(source_directory, existing))
        try:
            directory, name = self._place(path)
            os.link(source_name.encode(), name, src_dir_fd=source, dst_dir_fd=directory, follow_symlinks=False)
        except OSError as error:
            raise self._located(error, path) from None
        finally:
            os.close(source)
        self.entries[path] = linked

    def add_link(self, path: str, target: str) -> None:
        """Remember a symbolic link; `make_links` makes it."""
        self._place(path)
        self._links[path] = target
        self.entries[path] = Entry("link", 0o777, 0, None, target)

    def make_links(self) -> None:
        """Check all links against the whole tree, then make them."""
        check(self._links, self.entries.keys() - self._links.keys())
        for path, target in self._links.items():
            directory, _slash, name = path.rpartition("/")
            try:
                make_link(target.encode(), name.encode(), self._enter(directory, path))
            except OSError as error:
                raise self._located(error, path) from None

    def _place(self, path: str) -> tuple[int, bytes]:
        """The handle of the directory of `path`, and the name in it, which must not exist yet."""
        if path in self.entries:
            raise UnsafeArchive(f"{entry(path)} comes twice")
        directory, _slash, name = path.rpartition("/")
        return self._enter(directory, path), name.encode()

    def _enter(self, directory: str, path: str) -> int:
        """The handle of `directory`, which is made if it does not exist yet; errors name `path`."""
        current, handle = self._open[-1]
        while directory != current:
            if current and not directory.startswith(current + "/"):
                os.close(self._open.pop()[1])
            else:
                name = directory[len(current) + 1 if current else 0 :].partition("/")[0]
                self._descend(f"{current}/{name}" if current else name, name, handle, path)
            current, handle = self._open[-1]
        return handle

    def _descend(self, directory: str, name: str, parent: int, path: str) -> None:
        known = self.entries.get(directory)
        if known is not None and known.kind != "dir":
            what = "comes twice" if directory == path else f"is below {quoted(directory)}, which is a {known.kind}"
            raise UnsafeArchive(f"{entry(path)} {what}")
        try:
            if known is None:
                os.mkdir(name.encode(), 0o755, dir_fd=parent)
            self._open.append((directory, os.open(name.encode(), _DIRECTORY_FLAGS, dir_fd=parent)))
            if known is None:
                os.fchmod(self._open[-1][1], 0o755)
                self.entries[directory] = _DIRECTORY
        except OSError as error:
            raise self._located(error, directory) from None

    def _located(self, error: OSError, path: str) -> OSError:
        """The same error with the whole path in it: errors of a handle have only a name, or nothing."""
        return type(error)(error.errno, error.strerror, os.path.join(self._destination, path))


def _write(handle: int, piece: memoryview | bytes) -> None:
    written = os.write(handle, piece)
    while written < len(piece):  # a nearly full disk accepts a part, and the next write reports the error
        written += os.write(handle, piece[written:])
