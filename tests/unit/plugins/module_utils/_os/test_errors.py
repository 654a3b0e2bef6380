# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.errors import reading_sentence, sentence

FILE = "/opt/python/.builds/x"
STILL = "What was at /opt/python/3.13 before is still there."


def error(number: int, file: str | None = FILE) -> OSError:
    return OSError(number, os.strerror(number), file) if file else OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full. Free some space, or choose a place on another file system."),
        (errno.EROFS, "the file system is mounted read-only. Remount it, or choose another path."),
        (errno.EACCES, "permission was denied. Use `become: true`, or choose a path that this user may write to."),
        (errno.EXDEV, "it lies on another file system than the store. Set `store` to a place on the same one."),
        (errno.ENOTDIR, "a part of that path is a file, not a directory. Move it away, or choose another path."),
        (errno.EEXIST, "File exists."),
    ],
)
def test_an_error_becomes_a_sentence(number: int, advice: str) -> None:
    assert sentence(error(number), "/opt/python/3.13") == f"Could not write {FILE}: {advice} {STILL}"


def test_an_error_that_names_no_file_is_about_the_path() -> None:
    told = sentence(error(errno.EIO, file=None), "/opt/python/3.13")
    assert told == (
        "Could not write /opt/python/3.13: the disk reported an error. Look at the kernel's log before you try again. "
        + STILL
    )


def test_an_error_while_tidying_up_says_that_the_rest_is_done() -> None:
    told = sentence(error(errno.EIO), "/opt/python/3.13", is_switched=True)
    assert told == (
        f"Could not write {FILE}: the disk reported an error. Look at the kernel's log before you try again. "
        "What was asked for at /opt/python/3.13 is done; run again to remove what is left of the rest."
    )


def test_an_error_without_a_number_keeps_its_words() -> None:
    assert sentence(OSError("odd"), "/opt/python/3.13") == f"Could not write /opt/python/3.13: odd. {STILL}"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (error(errno.EACCES), f"Could not read {FILE}: permission was denied. Use `become: true`."),
        (error(errno.EIO), f"Could not read {FILE}: the disk reported an error. Look at the kernel's log before you "
         "try again."),
        (error(errno.EIO, file=None), "Could not read /opt/python/.builds: the disk reported an error. Look at the "
         "kernel's log before you try again."),
        (error(errno.ESTALE), f"Could not read {FILE}: Stale file handle."),
    ],
)  # fmt: skip
def test_reading_fails_in_its_own_words(problem: OSError, told: str) -> None:
    assert reading_sentence(problem, "/opt/python/.builds") == told
