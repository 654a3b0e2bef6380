# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.prefetch import prefetch


def endless(log: list[str]) -> Iterator[bytes]:
    try:
        while True:
            yield b"chunk"
    finally:
        log.append("closed")


def failing() -> Iterator[bytes]:
    yield b"chunk"
    raise KeyError("inside")


def test_chunks_arrive_in_order() -> None:
    with prefetch(b"%d" % number for number in range(1000)) as chunks:
        assert list(chunks) == [b"%d" % number for number in range(1000)]


def test_leaving_early_ends_the_thread_and_closes_the_source() -> None:
    log: list[str] = []
    with prefetch(endless(log)) as chunks:
        assert next(chunks) == b"chunk"
    assert log == ["closed"]
    assert threading.active_count() == 1


def test_an_error_in_the_thread_is_raised_where_the_chunks_are_used() -> None:
    with pytest.raises(KeyError, match="inside"), prefetch(failing()) as chunks:
        assert list(chunks) == []
    assert threading.active_count() == 1
