# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that fail before the disk is full, and report both figures."""

from __future__ import annotations

import os

from .._errors import StoreError

# A stripped archive of 32 MB unpacks to 86 MB (docs/development/performance.md), bytecode adds about a fifth: the
# archive and 3.3 times its size.
ARCHIVE_TO_TOTAL = 4.3
_LARGE_BUILD_FILES = 50_000  # the largest has 8,000 files, and half as many of bytecode
_MEGABYTE = 1_000_000
_MARGIN = 1.25  # bytecode, and the last block of thousands of files


def require_for_archive(directory: str, archive_bytes: int, *, free_bytes: int | None = None) -> None:
    """Check before a download, by the archive's size. Raises `StoreError`.

    `free_bytes` is the space left; None measures it on this host.
    """
    free = _free_bytes(directory) if free_bytes is None else free_bytes
    _require(directory, int(archive_bytes * ARCHIVE_TO_TOTAL), free)


def require_for_build(directory: str, unpacked_bytes: int) -> None:
    """Check before unpacking, by the unpacked size. Raises `StoreError`."""
    _require(directory, int(unpacked_bytes * _MARGIN), _free_bytes(directory))


def require_for_files(directory: str, needed_bytes: int) -> None:
    """Check before a download of files that stay as they are. Raises `StoreError`."""
    free_bytes = _free_bytes(directory)
    if free_bytes < needed_bytes:
        raise StoreError(
            f"There is not enough space in {directory}: the files to fetch take {-(-needed_bytes // _MEGABYTE)} "
            f"MB, and {free_bytes // _MEGABYTE} MB are free. Free some space, or ask for less. What is not asked for "
            "any longer is removed only after the rest is there."
        )


def has_few_inodes(directory: str) -> bool:
    """Whether a large build might need more files than the file system can still have."""
    free = _free_inodes(directory)
    return free is not None and free < _LARGE_BUILD_FILES


def require_inodes(directory: str, files: int) -> None:
    """Check that `files` more files, links and directories can be made. Raises `StoreError`."""
    free = _free_inodes(directory)
    if free is not None and free < files:
        raise StoreError(
            f"There are not enough inodes in {directory}: the build needs {files} files and directories, and {free} "
            "can still be made. Remove files that nothing needs, or set `store` to a directory on another file system."
        )


def _free_inodes(directory: str) -> int | None:
    """None where the file system does not count them, as btrfs."""
    status = os.statvfs(directory)
    return status.f_favail if status.f_files else None


def _free_bytes(directory: str) -> int:
    status = os.statvfs(directory)
    return status.f_bavail * status.f_frsize


def _require(directory: str, needed_bytes: int, free_bytes: int) -> None:
    if free_bytes < needed_bytes:
        raise StoreError(
            f"There is not enough space in {directory}: the build needs about {-(-needed_bytes // _MEGABYTE)} MB, and "
            f"{free_bytes // _MEGABYTE} MB are free. Free some space, or set `store` to a place on another file system."
        )
