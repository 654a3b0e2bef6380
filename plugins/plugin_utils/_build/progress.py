# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show progress of a long download or transfer at a terminal, in whole lines, which workers cannot garble.

Ansible returns nothing of a module before it ends. So while a host fetches an archive itself, only the time is known.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Determined at import, which Ansible does before it forks: its workers have no terminal.
_IS_WATCHED = sys.stdout.isatty() and not os.environ.get("CI")

_FIRST_S = 2
_THEN_S = 10
_MEGABYTE = 1_000_000


class Progress:
    """The bytes so far and in total, None while unknown. `update` may be called from any thread."""

    def __init__(self, total_bytes: int | None = None) -> None:
        self.total_bytes = total_bytes
        self.count_bytes: int | None = None
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        """The seconds since the start."""
        return time.monotonic() - self._since

    def update(self, count_bytes: int, total_bytes: int | None) -> None:
        """Set the bytes so far and in total; None for an unknown total."""
        self.count_bytes, self.total_bytes = count_bytes, total_bytes

    def so_far(self) -> str:
        """The progress as text: `3.1 of 32.0 MB, 1.5 MB/s`, or `32.0 MB, 12 s` when the bytes are not counted."""
        if self.count_bytes is None:
            size = "" if self.total_bytes is None else f"{_megabytes(self.total_bytes)} MB, "
            return f"{size}{self.seconds:.0f} s"
        return f"{_megabytes(self.count_bytes)} of {_megabytes(self.total_bytes)} MB, {self._rate(self.count_bytes)}"

    def at_the_end(self) -> str:
        """The summary as text: size, duration and rate, as far as they are known."""
        size_bytes = self.count_bytes if self.count_bytes is not None else self.total_bytes
        if size_bytes is None:
            return f"{self.seconds:.0f} s"
        return f"{_megabytes(size_bytes)} MB, {self.seconds:.0f} s, {self._rate(size_bytes)}"

    def _rate(self, size_bytes: int) -> str:
        return f"{size_bytes / _MEGABYTE / max(self.seconds, 0.001):.1f} MB/s"


@contextmanager
def fetching(what: str, say: Callable[[str], None]) -> Iterator[Progress]:
    """Show the progress of a download, which calls `update`. A worker that waits for another's shows nothing."""
    with _reported(what, "fetching", "fetched", say, Progress(), is_counted=True) as progress:
        yield progress


@contextmanager
def sending(what: str, size_bytes: int, say: Callable[[str], None]) -> Iterator[None]:
    """Show that a transfer is running, by a program that does not report its progress."""
    with _reported(what, "sending", "sent", say, Progress(size_bytes)):
        yield


@contextmanager
def installing(what: str, say: Callable[[str], None]) -> Iterator[None]:
    """Show that a host is fetching an archive and installing its build."""
    with _reported(what, "the host fetches and installs it", "installed", say, Progress()):
        yield


@contextmanager
def _reported(
    what: str, doing: str, done: str, say: Callable[[str], None], progress: Progress, *, is_counted: bool = False
) -> Iterator[Progress]:
    """Show a line after two seconds, another every ten seconds, and one at the end; nothing for a quicker one.

    If it `is_counted`, nothing is shown before `update` was called.
    """
    if not _IS_WATCHED:
        yield progress
        return
    ended = threading.Event()

    def report() -> None:
        wait_s = _FIRST_S
        while not ended.wait(wait_s):
            wait_s = _THEN_S
            if progress.count_bytes is not None or not is_counted:
                say(f"{what}: {doing}, {progress.so_far()}")

    thread = threading.Thread(target=report, daemon=True)
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
