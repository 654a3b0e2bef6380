# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest: every entry of a published build, so that drift can be found without the archive.

One line an entry, sorted by path, five tab-separated fields: kind (`f` or `l`), mode in octal, size in bytes,
SHA-256 or link target, path below the build. Directories are not listed: they follow from the paths, and are all 0755.
Nor is bytecode, since running the interpreter may write it, nor the receipt and the manifest.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

from .._errors import StoreError
from .._os.attributes import attributes_differ
from .._os.paths import Entry, link_target
from .._os.regular_file import add_all, open_regular
from .._readable import readable

MANIFEST = ".build.manifest"
RECEIPT = ".build.json"
GONE = ".build.gone"  # instead of the receipt: a run is removing the directory
BYTECODE_DIRECTORY = "__pycache__"

INTERPRETER = re.compile(r"bin/python(?P<minor>\d+\.\d+)(?P<suffix>t?d?)\Z")

_DIRECTORY_MODE = 0o755
_LONGEST_PATH = 2048  # in bytes; longer than any of a build, and short enough to open below a store's path
_KINDS: Mapping[str, Literal["file", "link"]] = {"f": "file", "l": "link"}


class Drift(NamedTuple):
    """How a directory differs from its manifest; paths are relative to the build and sorted."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.added)

    def as_dict(self) -> dict[str, list[str]]:
        """The drift as tasks return it; names are readable whatever they contain."""
        lists = {"changed": self.changed, "missing": self.missing, "added": self.added}
        return {what: [readable(path) for path in paths] for what, paths in lists.items()}


def render(entries: Mapping[str, Entry]) -> str:
    """The manifest's text for the files and links of `entries`."""
    lines = []
    for path in sorted(entries):
        entry = entries[path]
        if entry.kind == "dir":
            continue
        content = entry.sha256 if entry.kind == "file" else _escape(entry.target or "")
        lines.append(f"{entry.kind[0]}\t{entry.mode:o}\t{entry.size_bytes}\t{content}\t{_escape(path)}\n")
    return "".join(lines)


def parse(text: str, where: str) -> dict[str, Entry]:
    """The entries that `render` wrote. Raises `StoreError`, naming `where`, for an invalid line."""
    unquote = _unescaper(text)
    entries = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            kind, mode, size, content, quoted = line.split("\t")
            path = unquote(quoted)
            if path in entries:
                raise ValueError
            entries[path] = Entry(
                kind=_KINDS[kind],
                mode=int(mode, 8),
                size_bytes=int(size),
                sha256=content if kind == "f" else None,
                target=unquote(content) if kind == "l" else None,
            )
        except (ValueError, KeyError):
            raise StoreError(f"{where} is damaged at line {number}: it is not a line of a manifest.") from None
    return entries


def find_drift(
    directory: str,
    entries: Mapping[str, Entry],
    *,
    trusted_until_ns: int | None,
    compare_modes: bool = True,
    owner: tuple[int, int] | None = None,
    capability: bytes | None = None,
) -> Drift:
    """The differences between `directory` and `entries`, without directories and bytecode on both sides.

    Type, mode, size and link target are compared for all. Content and attributes are read of what was written or
    renamed after `trusted_until_ns`, of all when that is None. A directory above an entry is changed when its mode is
    not 0755; the build's is called `.`. `owner` is the user and group of everything, `capability` the attribute of the
    interpreter.
    """
    entries = {path: entry for path, entry in entries.items() if entry.kind != "dir" and not is_bytecode(path)}
    directories = _directories(entries)
    published = _Published(directory, trusted_until_ns, compare_modes, owner, interpreter_of(entries), capability)
    changed, added, seen = [], [], set()
    for path, status in walk(directory):
        if stat.S_ISDIR(status.st_mode):
            if path in directories and not published.has_directory(path, status):
                changed.append(path)
            if _is_too_long(path):
                added.append(path)
        elif path not in entries:
            added.append(path)
        else:
            seen.add(path)
            if not published.has_entry(path, status, entries[path]):
                changed.append(path)
    return Drift(tuple(sorted(changed)), tuple(sorted(set(entries) - seen)), tuple(sorted(added)))


class _Published(NamedTuple):
    """What was published, with the arguments of `find_drift`; `program` is the interpreter."""

    directory: str
    trusted_until_ns: int | None
    compare_modes: bool
    owner: tuple[int, int] | None
    program: str | None
    capability: bytes | None

    def has_directory(self, path: str, status: os.stat_result) -> bool:
        """Whether a directory is as it was published."""
        has_mode = not self.compare_modes or stat.S_IMODE(status.st_mode) == _DIRECTORY_MODE
        return has_mode and self._has_owner(path, status) and self._has_attributes(path, status)

    def has_entry(self, path: str, status: os.stat_result, entry: Entry) -> bool:
        """Whether a file or link is the published one."""
        if not (self._has_owner(path, status) and self._has_attributes(path, status)):
            return False
        file = f"{self.directory}/{path}"  # quicker than `os.path.join`
        return _same_entry(file, status, entry, self.trusted_until_ns, self.compare_modes)

    def _has_owner(self, path: str, status: os.stat_result) -> bool:
        return self.owner is None or path == "." or (status.st_uid, status.st_gid) == self.owner

    def _has_attributes(self, path: str, status: os.stat_result) -> bool:
        is_trusted = self.trusted_until_ns is not None and status.st_ctime_ns <= self.trusted_until_ns
        if is_trusted or not self.compare_modes:
            return True
        expected = self.capability if path == self.program else None
        return not attributes_differ(os.path.join(self.directory, path), expected)


def interpreter_of(entries: Mapping[str, Entry]) -> str | None:
    """The real file of the interpreter of a Unix build; None when there is none."""
    found = (path for path in sorted(entries) if INTERPRETER.match(path) and entries[path].kind == "file")
    return next(found, None)


def is_bytecode(path: str) -> bool:
    """Whether a relative path is, or is in, a bytecode directory."""
    return BYTECODE_DIRECTORY in path and BYTECODE_DIRECTORY in path.split("/")


def _directories(paths: Iterable[str]) -> set[str]:
    directories = {"."}
    for path in paths:
        parent = path.rpartition("/")[0]
        while parent and parent not in directories:
            directories.add(parent)
            parent = parent.rpartition("/")[0]
    return directories


def walk(directory: str) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below, as (relative path, lstat), except bytecode, the receipt and the manifest.

    Directories nested so deeply that no file in them could be opened by its path are not entered. The build's owner may
    exchange all meanwhile.
    """
    waiting = [""]
    while waiting:  # no recursion: the build's owner could make it too deep
        below = waiting.pop()
        path = below.rstrip("/")
        place = os.path.join(directory, path)
        try:
            status = os.lstat(place)
            enter = stat.S_ISDIR(status.st_mode) and not _is_too_long(path)
            items = list(os.scandir(place)) if enter else []
        except (FileNotFoundError, NotADirectoryError):
            if path:
                continue
            raise
        yield path or ".", status
        for item in items:
            path = below + item.name
            if item.is_dir(follow_symlinks=False):
                if item.name != BYTECODE_DIRECTORY:
                    waiting.append(path + "/")
            elif path not in (MANIFEST, RECEIPT):
                with suppress(FileNotFoundError):
                    yield path, item.stat(follow_symlinks=False)


def _is_too_long(path: str) -> bool:
    return len(os.fsencode(path)) > _LONGEST_PATH


def _same_entry(
    path: str, status: os.stat_result, entry: Entry, trusted_until_ns: int | None, compare_modes: bool
) -> bool:
    if stat.S_ISLNK(status.st_mode):
        return entry.kind == "link" and link_target(path) == entry.target
    if not stat.S_ISREG(status.st_mode) or entry.kind != "file":
        return False
    if status.st_size != entry.size_bytes or (compare_modes and stat.S_IMODE(status.st_mode) != entry.mode):
        return False
    if trusted_until_ns is not None and max(status.st_mtime_ns, status.st_ctime_ns) <= trusted_until_ns:
        return True
    try:
        handle = open_regular(path, os.O_RDONLY)  # it may have become a named pipe, in a build of another user
    except (StoreError, FileNotFoundError):
        return False
    hasher = hashlib.sha256()
    with os.fdopen(handle, "rb", buffering=0) as stream:
        add_all(stream, hasher)
    return hasher.hexdigest() == entry.sha256


def _escape(text: str) -> str:
    """Keep the five fields separate whatever a path contains; ordinary paths stay as they are."""
    if text.isascii() and text.isprintable() and "%" not in text:
        return text
    from urllib.parse import quote

    return quote(text)


def _unescaper(text: str) -> Callable[[str], str]:
    """The inverse of `_escape`. Few manifests need its import, which is slow."""
    if "%" not in text:
        return str
    from urllib.parse import unquote

    return unquote
