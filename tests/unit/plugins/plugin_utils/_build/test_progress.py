# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines about what takes long, for who sits at a terminal, and none for anybody else."""

from __future__ import annotations

import re
import threading

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._build import progress as _progress
from ansible_collections.standalone.python.plugins.plugin_utils._build.progress import (
    Progress,
    fetching,
    installing,
    sending,
)

MEGABYTE = 1_000_000


class Lines(list[str]):
    """What was said; `wait` returns when the first line was."""

    def __init__(self) -> None:
        super().__init__()
        self._said = threading.Event()

    def say(self, line: str) -> None:
        self.append(re.sub(r"[\d.]+ MB/s", "R MB/s", re.sub(r"\d+ s", "N s", line)))
        self._said.set()

    def wait(self) -> None:
        assert self._said.wait(60)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What somebody at a terminal sees of whatever takes longer than a moment."""
    monkeypatch.setattr(_progress, "_IS_WATCHED", True)
    monkeypatch.setattr(_progress, "_FIRST_S", 0.05)
    return Lines()


def test_a_long_transfer(lines: Lines) -> None:
    with sending("web1: a.tar.gz", 32 * MEGABYTE, lines.say):
        lines.wait()
    assert lines == ["web1: a.tar.gz: sending, 32.0 MB, N s", "web1: a.tar.gz: sent, 32.0 MB, N s, R MB/s"]


def test_a_long_download(lines: Lines) -> None:
    with fetching("a.tar.gz", lines.say) as progress:
        progress.update(MEGABYTE, 4 * MEGABYTE)
        lines.wait()
        progress.update(4 * MEGABYTE, 4 * MEGABYTE)
    assert lines == ["a.tar.gz: fetching, 1.0 of 4.0 MB, R MB/s", "a.tar.gz: fetched, 4.0 MB, N s, R MB/s"]


def test_a_host_that_fetches_and_installs(lines: Lines) -> None:
    """Nothing of a module is known before it ends, except how long it takes."""
    with installing("web1: a.tar.gz", lines.say):
        lines.wait()
    assert lines == ["web1: a.tar.gz: the host fetches and installs it, N s", "web1: a.tar.gz: installed, N s"]


def test_another_workers_download_is_not_reported(lines: Lines) -> None:
    with fetching("a.tar.gz", lines.say):
        threading.Event().wait(0.2)
    assert lines == []


def test_a_quick_one_is_not_reported(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_FIRST_S", 60)
    with sending("web1: a.tar.gz", MEGABYTE, lines.say):
        pass
    assert lines == []


def test_nothing_is_reported_without_a_terminal(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_IS_WATCHED", False)
    with sending("web1: a.tar.gz", MEGABYTE, lines.say):
        threading.Event().wait(0.2)
    assert lines == []


def test_a_size_that_no_server_reported() -> None:
    progress = Progress()
    progress.update(MEGABYTE, None)
    assert progress.so_far().startswith("1.0 of ? MB, ")
