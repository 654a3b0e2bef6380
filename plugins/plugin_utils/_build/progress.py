# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells an operator at a terminal how a long download or transfer goes: whole lines, which workers cannot garble."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Asked when this file is imported: Ansible does that before it forks, and its workers have no terminal of their own.
_IS_WATCHED = sys.stdout.isatty() and not os.environ.get("CI")

_FIRST_S = 2
_THEN_S = 10
_MEGABYTE = 1_000_000


class Progress:
    """How many bytes of how many there are; None where that is not known. `update` may be called from any thread."""

    def __init__(self, total_bytes: int | None = None) -> None:
        self.total_bytes = total_bytes
        self.count_bytes: int | None = None
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since

    def update(self, count_bytes: int, total_bytes: int | None) -> None:
        self.count_bytes, self.total_bytes = count_bytes, total_bytes

    def so_far(self) -> str:
        """Such as `3.1 of 32.0 MB, 1.5 MB/s`, or only `32.0 MB, 12 s` where nobody counts."""
        if self.count_bytes is None:
            return f"{_megabytes(self.total_bytes)} MB, {self.seconds:.0f} s"
        return f"{_megabytes(self.count_bytes)} of {_megabytes(self.total_bytes)} MB, {self._rate(self.count_bytes)}"

    def at_the_end(self) -> str:
        size_bytes = self.count_bytes if self.count_bytes is not None else self.total_bytes
        return f"{_megabytes(size_bytes)} MB, {self.seconds:.0f} s, {self._rate(size_bytes)}"

    def _rate(self, size_bytes: int | None) -> str:
        return f"{(size_bytes or 0) / _MEGABYTE / max(self.seconds, 0.001):.1f} MB/s"


@contextmanager
def fetching(what: str, say: Callable[[str], None]) -> Iterator[Progress]:
    """For a download, which calls `update`. One that another worker does is that worker's to tell."""
    with _told(what, "fetching", "fetched", say, Progress()) as progress:
        yield progress


@contextmanager
def sending(what: str, size_bytes: int, say: Callable[[str], None]) -> Iterator[None]:
    """For a transfer, which is done by a program that does not tell how far it is."""
    with _told(what, "sending", "sent", say, Progress(size_bytes)):
        yield


@contextmanager
def _told(what: str, doing: str, done: str, say: Callable[[str], None], progress: Progress) -> Iterator[Progress]:
    """Says a line after two seconds, another each ten seconds, and one at the end; nothing of what is quicker."""
    if not _IS_WATCHED:
        yield progress
        return
    is_counted = progress.total_bytes is None
    ended = threading.Event()

    def tell() -> None:
        wait_s = _FIRST_S
        while not ended.wait(wait_s):
            wait_s = _THEN_S
            if progress.count_bytes is not None or not is_counted:
                say(f"{what}: {doing}, {progress.so_far()}")

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        ended.set()
        thread.join()
    if progress.seconds >= _FIRST_S and (progress.count_bytes is not None or not is_counted):
        say(f"{what}: {done}, {progress.at_the_end()}")


def _megabytes(size_bytes: int | None) -> str:
    return "?" if size_bytes is None else f"{size_bytes / _MEGABYTE:.1f}"
