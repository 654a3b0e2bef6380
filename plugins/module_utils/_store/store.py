# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store: the directory of builds beside a path, with its lock, staging and entries.

docs/store.md describes the layout. An entry appears by one rename out of staging, after its data has reached the disk,
and disappears by one rename back before anything of it is removed. Where overlayfs refuses that, for a directory of a
lower layer, the receipt goes first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .._builds.asset_name import is_entry_name
from .._errors import StoreError
from .._os.atomic import make_open_directory, sync_directory, sync_file_system
from .._os.attributes import drop_acls
from .._os.flock import DEFAULT_LOCK_TIMEOUT_S, Limit, held_in
from .._os.paths import checked_path, is_writable, kind_of, remove_tree
from .._os.permissions import require_ours, require_way_of_root
from .._os.processes import occupied_below
from .._os.target_root import RUNNING, TargetRoot
from .._readable import readable
from . import receipt as _receipts
from .manifest import GONE, RECEIPT
from .receipt import Damage, Receipt

STORE_DIRECTORY = ".builds"
USUAL_STORE = "/opt/python/.builds"
STAGING_DIRECTORY = ".staging"
SBOM_DIRECTORY = ".sbom"
SBOM_ENDINGS = {"cyclonedx": ".cdx.json", "spdx": ".spdx.json"}
HISTORY_DIRECTORY = ".roots"
LOCK_FILE = ".lock"
TEMPORARY_PREFIX = "bootstrap-"  # in staging: an interpreter that runs one module, perhaps this one

_REMOVALS = 9  # more than there are workers, each of which can interfere once
_T = TypeVar("_T")


class Store:
    """The builds below `directory` of a system. Writers hold `locked()`."""

    def __init__(self, directory: str, system: TargetRoot = RUNNING) -> None:
        self.path = directory  # as the system sees it; `directory` is its current path
        self.system = system
        self.directory = system.place_of(directory)
        self.staging = os.path.join(self.directory, STAGING_DIRECTORY)

    def entry_path(self, entry: str) -> str:
        """The entry's path for this process."""
        return os.path.join(self.directory, entry)

    def is_there(self) -> bool:
        """Whether the store exists. Raises `OSError` when the system cannot say."""
        return kind_of(os.path.realpath(self.directory)) == "directory"

    def entries(self) -> tuple[str, ...]:
        """The names of the complete builds, sorted: those with a receipt, readable or not."""
        return self._directories_with(RECEIPT)

    def _directories_with(self, name: str) -> tuple[str, ...]:
        files = ((entry, os.path.join(self.directory, entry, name)) for entry in self._names())
        return tuple(sorted(entry for entry, file in files if _is_there(file)))

    def _names(self) -> list[str]:
        try:
            with os.scandir(self.directory) as found:
                return [item.name for item in found if not item.name.startswith(".")]
        except FileNotFoundError:
            return []

    def receipts(self) -> tuple[dict[str, Receipt], tuple[Damage, ...]]:
        """The sound receipts of the complete builds by entry, and the damage of the others."""
        found, damage = {}, []
        for entry in self.entries():
            try:
                receipt = self.receipt(entry)
            except StoreError as error:
                damage.append(Damage.of_receipt(self._file(entry, RECEIPT), error))
                continue
            if receipt:
                found[entry] = receipt
        return found, tuple(damage)

    def receipt(self, entry: str) -> Receipt | None:
        """The entry's receipt, or None. Raises `StoreError` for one that is damaged or another's."""
        receipt = _receipts.read(self.entry_path(entry))
        if receipt:
            receipt.require_entry(entry, self._file(entry, RECEIPT))
        return receipt

    @contextlib.contextmanager
    def locked(self, wait_s: float = DEFAULT_LOCK_TIMEOUT_S) -> Iterator[None]:
        """Make the store if need be and hold its lock; a second writer waits up to `wait_s` seconds."""
        self._require_way()
        with held_in(self._lock_file, f"the store {self.directory}", Limit(wait_s, "lock_timeout")):
            yield

    def _lock_file(self) -> str:
        make_directory(self.directory)
        self._require_ours()
        return os.path.join(self.directory, LOCK_FILE)

    def require_safe(self) -> None:
        """Raise `StoreError` when another user could change or exchange the store."""
        self._require_way()
        self._require_ours()

    def require_changeable(self, *others: str) -> None:
        """Raise `StoreError` for what `locked` refuses, and where this user may not write to the store or `others`."""
        self.require_safe()
        for directory in (self.directory, *others):
            if not is_writable(directory):
                from .._os.errors import why_not_writable

                raise StoreError(readable(f"Cannot change anything in {directory}: {why_not_writable(directory)}"))

    def _require_way(self) -> None:
        if not self.system.is_image:  # only the process that makes an image works in it
            require_way_of_root(self.directory)

    def _require_ours(self) -> None:
        require_ours(self.directory, self.staging, os.path.join(self.directory, HISTORY_DIRECTORY))

    def settled(self, read: Callable[[], _T], tries_left: int = _REMOVALS) -> _T:
        """What `read` returns or raises, without the lock, while no run removes a build."""
        before = self._builds()
        try:
            found = read()
            if not tries_left or before <= self._builds():
                return found
        except (OSError, StoreError):
            if not tries_left or before <= self._builds():
                raise
        return self.settled(read, tries_left - 1)

    def _builds(self) -> set[tuple[str, int, int]]:
        """The directories of the builds, told apart from later ones."""
        found = set()
        for name in self._names():
            with contextlib.suppress(OSError):
                status = os.lstat(self.entry_path(name))
                found.add((name, status.st_ino, status.st_ctime_ns))
        return found

    def sweep(self, spare: str | None = None) -> None:
        """Remove from staging what an interrupted run left; `spare` is a name in it that stays.

        Temporary interpreters stay too, while a process uses them.
        """
        for entry, form in self.sboms():
            if kind_of(self.entry_path(entry)) == "absent":
                with contextlib.suppress(OSError):
                    os.unlink(self._file(SBOM_DIRECTORY, entry + SBOM_ENDINGS[form]))
        try:
            names = os.listdir(self.staging)
        except FileNotFoundError:
            return
        temporary = any(name.startswith(TEMPORARY_PREFIX) for name in names)
        occupied = occupied_below(self.staging) if temporary else ()  # asking all processes is slow
        for name in names:
            work = os.path.join(self.staging, name)
            is_spared = name == spare and kind_of(work) == "file"
            if not is_spared and not (name.startswith(TEMPORARY_PREFIX) and name in occupied):
                with contextlib.suppress(FileNotFoundError):  # removed by its bootstrap
                    self._bury(work)

    def half_removed(self) -> tuple[str, ...]:
        """The entries whose removal was interrupted, unless it was one rename; at the end they are empty."""
        marked = (entry for entry in self._directories_with(GONE) if kind_of(self._file(entry, GONE)) == "file")
        half = [entry for entry in marked if kind_of(self._file(entry, RECEIPT)) == "absent"]
        return tuple(sorted([*half, *(entry for entry in self._names() if self._is_empty_build(entry))]))

    def _is_empty_build(self, entry: str) -> bool:
        place = self.entry_path(entry)
        return is_entry_name(entry) and kind_of(place) == "directory" and not os.listdir(place)

    def _file(self, entry: str, name: str) -> str:
        return os.path.join(self.entry_path(entry), name)

    def new_stage(self) -> str:
        """Make an empty directory in staging."""
        make_directory(self.staging)
        stage = os.path.join(self.staging, f"build-{os.getpid()}-{time.time_ns():x}")
        os.mkdir(stage, 0o755)
        drop_acls(stage)
        os.chmod(stage, 0o755)
        return stage

    def publish(self, stage: str, stem: str) -> str:
        """Make the staged build an entry and return its name.

        The build can be there for another path or settings, or as a drifted copy.
        """
        sync_file_system(stage)
        entry = self.free_name(stem)
        os.rename(stage, self.entry_path(entry))
        sync_directory(self.directory)  # if a link to the entry survives a power cut, the entry must, too
        return entry

    def free_name(self, stem: str) -> str:
        """The first of `stem`, `stem.2` and so on that is free."""
        entry, number = stem, 1
        while os.path.lexists(self.entry_path(entry)):
            number += 1
            entry = f"{stem}.{number}"
        return entry

    def remove(self, entry: str) -> None:
        """Remove the entry in staging, or in place if it cannot be moved."""
        make_directory(self.staging)
        if not self._moved_to_grave(self.entry_path(entry)):
            remove_in_place(self.entry_path(entry))

    def sboms(self) -> list[tuple[str, str]]:
        """The entry and format of each SBOM here."""
        directory = os.path.join(self.directory, SBOM_DIRECTORY)
        names = os.listdir(directory) if kind_of(directory) == "directory" else []
        kinds = SBOM_ENDINGS.items()
        return [(name[: -len(end)], form) for name in names for form, end in kinds if name.endswith(end)]

    def _bury(self, path: str) -> None:
        """Move it, then remove it: nobody sees half of it, and workers that outlived a run lose its name."""
        if not self._moved_to_grave(path):
            _remove_tree(path)

    def _moved_to_grave(self, path: str) -> bool:
        """Whether the directory could be moved, unlike one in a lower layer of an overlay."""
        grave = os.path.join(self.staging, f"removed-{os.getpid()}-{time.time_ns():x}")
        try:
            os.rename(path, grave)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        if kind_of(grave) == "directory":
            _remove_tree(grave)
        else:
            os.unlink(grave)
        return True

    def remove_if_empty(self) -> None:
        """Remove the store itself when it has no builds and no histories, unless it is a mount point."""
        self.sweep()
        for name in (STAGING_DIRECTORY, HISTORY_DIRECTORY, SBOM_DIRECTORY):
            directory = os.path.join(self.directory, name)
            with contextlib.suppress(OSError):
                os.rmdir(directory)
        if os.listdir(self.directory) == [LOCK_FILE]:
            os.unlink(os.path.join(self.directory, LOCK_FILE))
            with contextlib.suppress(OSError):
                os.rmdir(self.directory)


def remove_in_place(directory: str) -> None:
    """Remove a directory that cannot be moved; its receipt becomes the mark of a started removal."""
    mark = os.path.join(directory, GONE)
    try:
        os.rename(os.path.join(directory, RECEIPT), mark)
    except FileNotFoundError:
        write_mark(directory)
    sync_directory(directory)
    for name in os.listdir(directory):
        place = os.path.join(directory, name)
        if name == GONE:
            continue
        if kind_of(place) == "directory":
            _remove_tree(place)
        else:
            os.unlink(place)
    os.unlink(mark)
    os.rmdir(directory)


def write_mark(directory: str) -> None:
    """Write the mark of a started removal, unless it is there."""
    with contextlib.suppress(FileExistsError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(os.path.join(directory, GONE), flags, 0o644))


def _remove_tree(directory: str) -> None:
    """Remove it even when a worker in it adds or removes a file meanwhile."""
    for tries_left in reversed(range(_REMOVALS)):
        try:
            remove_tree(directory)
        except RecursionError:  # a build's owner can nest directories arbitrarily deep
            _remove_deep_tree(directory)
            return
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY) or not tries_left:
                raise
        else:
            return


def _remove_deep_tree(directory: str) -> None:
    """Remove what `shutil.rmtree` could not, before Python 3.13; follows no link."""
    import subprocess

    done = subprocess.run(  # pylint: disable=ansible-bad-function
        ["rm", "-rf", "--", directory], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise StoreError(f"Cannot remove {directory}: rm said: {' '.join(done.stderr.split())}. Remove it by hand.")


def part_name(sha256: str) -> str:
    """The name in staging of a download of the archive with this digest, which the next run resumes."""
    return f"{sha256}.part"


def _is_there(file: str) -> bool:
    """Whether a file of an entry exists. Raises `OSError` when the system cannot say, except for links in a circle."""
    try:
        return kind_of(file) != "absent"
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        return False


def default_store(path: str) -> str:
    """The store beside `path`."""
    return os.path.join(os.path.dirname(path), STORE_DIRECTORY)


def stores_of(paths: Iterable[str] | None, stores: Iterable[str] | None) -> list[str]:
    """The stores that a task names, and those beside its paths, each once; else the default. Empty lists name none."""
    if [] in (paths, paths or stores):
        return []
    given = [checked_path(store, "stores") for store in stores or ()]
    beside = [default_store(checked_path(path, "paths")) for path in paths or ()]
    return list(dict.fromkeys(given + beside)) or [USUAL_STORE]


def make_directory(directory: str) -> None:
    """Make `directory` and its missing parents, each 0755 whatever the umask; existing ones stay unchanged.

    Raises `StoreError` for a link above that does not point to a directory, and when none can be made.
    """
    missing = []
    while not os.path.isdir(directory):
        if os.path.islink(directory):
            raise StoreError(
                f"{directory} is a symbolic link to {os.readlink(directory)}, which is no directory. Make that "
                "directory, or remove the link."
            )
        missing.append(directory)
        directory, child = os.path.dirname(directory), directory
        if directory in ("", child):
            break
    for one in reversed(missing):
        _make_one(one)


def _make_one(directory: str) -> None:
    parent = os.path.dirname(directory)
    try:
        make_open_directory(directory)
    except FileExistsError:
        return
    except FileNotFoundError:
        if os.path.isdir(parent):
            raise StoreError(f"No directory can be made in {parent}. Choose a place that is meant for files.") from None
        raise
