# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build's archive unpacked into an empty directory. The archive is hostile until proven otherwise.

docs/development/builds.md 3 describes the shape of archives: `python/` contains either the build itself, or (flavor
`full`)
`PYTHON.json`, `install/` with the build, and other content that is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import NamedTuple

from .._errors import ArchiveError
from .._os.paths import Entry
from .decompress import open_chunks, unpacked_size
from .errors import UnsafeArchive, member, quoted
from .members import CopyMembers, Members, is_bytecode
from .tar_reader import Limits, Member, TarReader
from .tree_writer import TreeWriter

__all__ = ("Extracted", "Limits", "count_files", "extract", "unpacked_size")

_LIMITS = Limits()
_ROOT = "python"
_FULL_PREFIX = "python/install"
_FULL_DESCRIPTION = "python/PYTHON.json"  # how the build was made; nothing here depends on it
_FULL_DIRECTORIES = ("python/build/", "python/install/", "python/licenses/")
_OWN_FILES = ".build."  # receipt and manifest, written into the unpacked build later: no link may have their names


class Extracted(NamedTuple):
    """What `extract` wrote."""

    entries: Mapping[str, Entry]  # by path below the destination, without the destination itself
    size_bytes: int  # of all files together


def extract(
    archive_path: str,
    destination: str,
    *,
    limits: Limits = _LIMITS,
    chunks: Iterator[bytes] | None = None,
    members: Members | None = None,
) -> Extracted:
    """Unpack the build's prefix (`bin`, `lib` and so on) into `destination`, an existing empty directory.

    `chunks` are the decompressed bytes, if that has begun. `members` gets all of them; only `CopyMembers` allows
    bytecode, which is not among the entries. Modes become 0644 and 0755 whatever the umask; owners are those of the
    process.

    Raises `ArchiveError` for an archive that is damaged or has what no build has, and `OSError`, with its `filename`,
    for the disk. The caller removes what was written.
    """
    try:
        source = open_chunks(archive_path) if chunks is None else nullcontext(chunks)
        with source as opened, TreeWriter(destination) as tree:
            _unpack(TarReader(opened, limits), tree, members)
            tree.make_links()
            entries = tree.entries
            if isinstance(members, CopyMembers):
                members.finish()
                entries = {path: entry for path, entry in entries.items() if not is_bytecode(path)}
            return Extracted(entries, sum(entry.size_bytes for entry in entries.values()))
    except UnsafeArchive as refusal:
        raise _unusable(archive_path, refusal) from None


def count_files(archive_path: str, *, with_bytecode: bool) -> int:
    """The files, links and directories that unpacking and compiling an archive makes, its own directory included.

    Raises as `extract`.
    """
    paths: set[str] = set()
    try:
        with open_chunks(archive_path) as opened:
            for found in TarReader(opened, _LIMITS):
                prefix = _prefix(found.path)
                if found.path.startswith(prefix + "/"):
                    directory, _slash, name = found.path.rpartition("/")
                    paths.update((directory, found.path))
                    if name.endswith(".py"):
                        paths.update([f"{directory}/__pycache__", *([f"{found.path}c"] if with_bytecode else [])])
    except UnsafeArchive as refusal:
        raise _unusable(archive_path, refusal) from None
    return len(paths)


def _unusable(archive_path: str, refusal: UnsafeArchive) -> ArchiveError:
    return ArchiveError(
        f"The archive {os.path.basename(archive_path)} is not usable: {refusal}. Nothing was installed. "
        "Fetch it again, and if that does not help, from another mirror.",
        str(refusal),
    )


def _unpack(reader: TarReader, tree: TreeWriter, members: Members | None) -> None:
    prefix = None
    for found in _without_bytecode(reader, tree, members) if isinstance(members, CopyMembers) else reader:
        if found.path == _ROOT and found.kind == "dir":
            _record(found, None, members)
            continue
        shown = _prefix(found.path)
        prefix = prefix or shown
        if shown == _FULL_PREFIX != prefix:
            raise UnsafeArchive(f"{member(found.path)} belongs to a full archive, but the members before it do not")
        path = found.path[len(prefix) + 1 :]
        if found.path.startswith(prefix + "/"):
            _write(found, path, reader, tree, prefix)
        elif found.path == prefix and found.kind != "dir":
            raise UnsafeArchive(f"{member(found.path)} is no directory")
        _record(found, tree.entries.get(path), members)
    if not tree.entries:
        raise UnsafeArchive(f"it holds nothing below {prefix or _ROOT}/")


def _record(found: Member, entry: Entry | None, members: Members | None) -> None:
    if members:
        members.add(found, entry.sha256 if entry and found.kind == "file" else None)


def _without_bytecode(reader: TarReader, tree: TreeWriter, members: CopyMembers) -> Iterator[Member]:
    """The members but the bytecode of a prepared copy, which is checked and written."""
    for found in reader:
        if not is_bytecode(found.path):
            yield found
        elif members.with_bytecode:
            content = members.bytecode(found, reader.content())
            path = found.path.partition("/")[2]
            tree.add_file(path, executable=False, mtime=found.mtime, content=content)


def _prefix(path: str) -> str:
    if not path.startswith(_ROOT + "/"):
        raise UnsafeArchive(f"{member(path)} is not below python/, where a build keeps everything")
    return _FULL_PREFIX if path == _FULL_DESCRIPTION or f"{path}/".startswith(_FULL_DIRECTORIES) else _ROOT


def _write(found: Member, path: str, reader: TarReader, tree: TreeWriter, prefix: str) -> None:
    if path.startswith(_OWN_FILES):
        raise UnsafeArchive(f"{member(found.path)} has a name that only this collection gives to its files")
    if found.kind == "file":
        tree.add_file(path, executable=found.executable, mtime=found.mtime, content=reader.content())
    elif found.kind == "link":
        tree.add_link(path, found.target)
    elif found.kind == "dir":
        tree.add_directory(path)
    elif found.target.startswith(prefix + "/"):
        tree.add_hard_link(path, found.target[len(prefix) + 1 :])
    else:
        raise UnsafeArchive(
            f"{member(found.path)} is a hard link to {quoted(found.target)}, which is not below {prefix}/"
        )
