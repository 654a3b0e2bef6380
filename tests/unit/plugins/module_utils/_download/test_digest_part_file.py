# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from tests.support.downloads import CONTENT, Downloads
from tests.support.misbehaviours import break_off, chunked, drip, stall
from tests.support.servers import Behaviour, files, serve

# What an earlier run left, the ranges that are asked for (None: the whole file), and how much of it was used.
PARTS: Mapping[str, tuple[bytes, list[str | None], int]] = {
    "the beginning": (CONTENT[:40_000], ["bytes=40000-"], 40_000),
    "all of it": (CONTENT, [], 96_000),
    "the beginning of something else": (b"x" * 40_000, ["bytes=40000-", None], 0),
    "more than the archive": (CONTENT + b"x", ["bytes=96001-", None], 0),
    "something else, as long as the archive": (b"x" * 96_000, ["bytes=96000-", None], 0),
    "an empty file": (b"", [None], 0),
}


@pytest.mark.parametrize("case", PARTS)
def test_what_an_earlier_run_left_is_used_when_it_is_right(case: str, downloads: Downloads) -> None:
    part, ranges, resumed_bytes = PARTS[case]
    downloads.part.write_bytes(part)
    downloads.part.chmod(0o666)
    with serve(downloads.mirror) as server:
        fetched = downloads.get(f"{server.url}/file")
    assert downloads.part.read_bytes() == CONTENT
    assert downloads.part.stat().st_mode & 0o7777 == 0o600
    assert [request.headers.get("range") for request in server.requests] == ranges
    assert fetched.resumed_bytes == resumed_bytes


@pytest.mark.parametrize(
    ("behaviour", "reason", "came_bytes"),
    [
        (stall(), "127.0.0.1 sent nothing for 1 s", 0),
        (stall(after_bytes=500), "127.0.0.1 sent nothing for 1 s", 500),
        (break_off(500), "the connection to 127.0.0.1 broke off after 500 of 96000 bytes", 500),
        (chunked(complete=False), "the connection to 127.0.0.1 broke off half way", 48_000),
    ],
)
def test_what_came_stays_for_the_next_run(
    behaviour: Behaviour, reason: str, came_bytes: int, downloads: Downloads
) -> None:
    with serve(downloads.mirror, script={"/file": [behaviour, files()]}) as server:
        url = f"{server.url}/file"
        assert downloads.reasons(url, timeout=1) == f"{url}: {reason}."
        assert downloads.part.exists() == bool(came_bytes)
        assert downloads.get(url).resumed_bytes == came_bytes
    assert downloads.part.read_bytes() == CONTENT


def test_a_server_that_sends_a_byte_now_and_then_has_stalled(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/file": drip(20)}) as server:
        reasons = downloads.reasons(f"{server.url}/file", timeout=1)
    sent = downloads.part.stat().st_size
    assert reasons.startswith(f"{server.url}/file: 127.0.0.1 sent only {sent} bytes in 1 s, less than the 1024 bytes")


def test_a_link_in_place_of_the_part_is_not_followed(downloads: Downloads) -> None:
    victim = downloads.directory / "victim"
    victim.write_bytes(b"precious")
    downloads.part.symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        downloads.get(f"{downloads.mirror.as_uri()}/file")
    assert victim.read_bytes() == b"precious"


def test_a_pipe_in_place_of_the_part_is_refused(downloads: Downloads) -> None:
    os.mkfifo(downloads.part)
    with pytest.raises(StoreError) as caught:
        downloads.get(f"{downloads.mirror.as_uri()}/file")
    assert str(caught.value) == (
        f"{downloads.part} is no regular file, so nothing can be downloaded there. Move it away."
    )


@contextmanager
def full_disk() -> Iterator[None]:
    """A disk that takes 50,000 bytes, as far as a process that may mount nothing can have one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_an_error_of_the_disk_is_not_mistaken_for_one_of_the_server(downloads: Downloads) -> None:
    with serve(downloads.mirror) as server, full_disk(), pytest.raises(OSError, match="File too large") as caught:
        downloads.get(f"{server.url}/file", f"{server.url}/copy")
    assert caught.value.filename == str(downloads.part)
    assert not downloads.part.exists()
    assert server.paths() == ["/file"]
