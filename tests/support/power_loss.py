# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power loss, simulated: the tree as it was at an instant of an operation, without the data that no sync had saved.

    for crash in crashes(world, operation, randomness, instants=6):
        ...  # `world` is now what the disk has after the crash; `crash` says which instant, and what was lost

An instant is just before a call that changes a name or opens a file for writing. Python reports these as audit events,
in all threads. The calls that make data durable are watched too: `syncfs` for every file, `os.fsync` for one.

The model is that of ext4, XFS and btrfs: names change on the disk in the order of the calls, and a crash keeps all of
them up to some instant. The content of a file is independent of its name until it is synced: it may be whole, missing,
cut off, or zeros. Not in the model are disks that ignore a flush, file systems that reorder names, and files that a
child process or SQLite wrote and synced by itself: their content counts as not saved.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

_CHANGES_OF_NAMES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate"}
)
_LOSSES = ("nothing", "everything", "the second half", "everything but the size", "at random")

_recorders: list[_Recorder] = []  # at most one; the hook stays for the life of the process, and is idle without any


def crashes(world: Path, operation: Callable[[], object], randomness: Random, instants: int) -> Iterator[str]:
    """Puts `world` into the state after a crash of `operation`, again and again. It begins each time as it is now."""
    copies = world.with_name(f"{world.name}.power-loss")
    copies.mkdir()
    copy_tree(world, copies / "before")
    with _recording(_Recorder(world, copies, ())) as count:
        operation()
    chosen = _chosen(count, randomness, instants)
    restore_tree(copies / "before", world)
    with _recording(_Recorder(world, copies, chosen)) as recorder:
        operation()
    for instant, unsaved in sorted(recorder.unsaved.items()):
        restore_tree(copies / str(instant), world)
        loss = randomness.choice(_LOSSES if unsaved else _LOSSES[:1])
        for file in unsaved:
            _lose(world / file, loss, randomness)
        yield f"instant {instant} of {recorder.instant}, {len(unsaved)} files not saved, lost: {loss}"
    shutil.rmtree(copies)


def _chosen(count: _Recorder, randomness: Random, instants: int) -> set[int]:
    """One half at random, one half just after something got its name: there most depends on what was saved."""
    named = [instant for instant in count.after_renames if instant < count.instant]
    chosen = set(randomness.sample(named, min(instants // 2, len(named))))
    rest = sorted(set(range(count.instant)) - chosen)
    return chosen | set(randomness.sample(rest, min(instants - len(chosen), len(rest))))


class _Recorder:
    """Counts instants, and copies the tree at the chosen ones. `unsaved` are the files without saved content then."""

    def __init__(self, world: Path, copies: Path, chosen: Any) -> None:
        self.instant = 0
        self.unsaved: dict[int, list[str]] = {}
        self.after_renames: list[int] = []
        self._world = world
        self._copies = copies
        self._chosen = frozenset(chosen)
        self._saved: dict[int, bytes] = {file.stat().st_ino: file.read_bytes() for file in self._files()}
        self._lock = threading.RLock()
        self._is_busy = False  # with the lock held: what this class does itself is no instant

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        if name in _CHANGES_OF_NAMES or (name == "open" and writes(args)):
            self._do(self._at_instant)
            if name == "os.rename":
                self.after_renames.append(self.instant)
        elif name == "ctypes.dlsym" and args[1] == "syncfs":
            self._do(self.save_all)

    def save_all(self) -> None:
        self._saved = {file.stat().st_ino: file.read_bytes() for file in self._files()}

    def save(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        for file in self._files():
            if file.stat().st_ino == status.st_ino:
                self._saved[status.st_ino] = file.read_bytes()

    def _do(self, what: Callable[[], None]) -> None:
        with self._lock:
            if not self._is_busy:
                self._is_busy = True
                try:
                    what()
                finally:
                    self._is_busy = False

    def _at_instant(self) -> None:
        if self.instant in self._chosen:
            copy_tree(self._world, self._copies / str(self.instant))
            self.unsaved[self.instant] = sorted(
                str(file.relative_to(self._world))
                for file in self._files()
                if self._saved.get(file.stat().st_ino) != file.read_bytes()
            )
        self.instant += 1

    def _files(self) -> Iterator[Path]:
        for directory, _directories, names in os.walk(self._world):
            for name in names:
                path = Path(directory) / name
                if path.is_file() and not path.is_symlink():
                    yield path


@contextmanager
def _recording(recorder: _Recorder) -> Iterator[_Recorder]:
    fsync = os.fsync

    def saving(descriptor: Any) -> None:
        fsync(descriptor)
        recorder._do(lambda: recorder.save(descriptor if isinstance(descriptor, int) else descriptor.fileno()))

    _recorders.append(recorder)
    try:
        with mock.patch("os.fsync", saving), mock.patch("os.fdatasync", saving):
            yield recorder
    finally:
        _recorders.clear()


def _hook(name: str, args: tuple[Any, ...]) -> None:
    for recorder in _recorders:
        recorder.event(name, args)


sys.addaudithook(_hook)


def writes(args: tuple[Any, ...]) -> bool:
    """Whether the arguments of the audit event `open` say that the file is opened for writing."""
    flags = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))


def _lose(file: Path, loss: str, randomness: Random) -> None:
    status, content = file.stat(), file.read_bytes()
    if loss == "at random":
        loss = randomness.choice(_LOSSES[:-1])
    kept = {
        "nothing": content,
        "everything": b"",
        "the second half": content[: len(content) // 2],
        "everything but the size": bytes(len(content)),
    }[loss]
    if kept != content:
        file.write_bytes(kept)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def copy_tree(tree: Path, copy: Path) -> None:
    """Makes `copy`, which does not exist yet, what `tree` is."""
    shutil.copytree(tree, copy, symlinks=True)


def restore_tree(copy: Path, tree: Path) -> None:
    """The tree keeps its own inode: tests and operations may have it open."""
    for item in list(tree.iterdir()):
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
    shutil.copytree(copy, tree, symlinks=True, dirs_exist_ok=True)
