# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slow retrieval and endless data, on a host: whichever part of an answer never ends, the download does.

Time passes with what the client reads (`ReadClock`), so no test depends on how busy the machine is. One that hangs
shows that the client would wait for ever.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download import download
from ansible_collections.standalone.python.plugins.module_utils._download.content_length import Sizes
from ansible_collections.standalone.python.plugins.module_utils._errors import NoSource
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.downloads import CONTENT, Downloads
from tests.support.index_documents import url_of
from tests.support.servers import Answering, files, serve
from tests.support.slow_servers import (
    ENDLESS_BODIES,
    ENDLESS_FRAMES,
    HALF_A_HANDSHAKE,
    SLOW_BODIES,
    SLOW_HEADERS,
    ReadClock,
    dripping,
    dripping_socket,
    late,
    slow_redirects,
    write_and_pause,
)

STEP_S, TIMEOUT_S = 3, 30
SHORT = UrlOptions(timeout=TIMEOUT_S, use_proxy=False)
AMPLE = replace(SHORT, timeout=1_000_000)  # where another limit ends it
REAL = replace(SHORT, timeout=0.5)  # type: ignore[arg-type]  # of a socket; users give whole seconds


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ReadClock(monkeypatch, step_s=STEP_S)


@pytest.mark.parametrize("case", SLOW_HEADERS)
def test_headers_that_never_end(case: str, downloads: Downloads) -> None:
    with serve(script={"/file": SLOW_HEADERS[case]}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=SHORT)
    assert re.fullmatch(
        rf"{server.url}/file: 127\.0\.0\.1 sent \d+ bytes of its headers in 30 s, the limit of timeout\.", reasons
    )


@pytest.mark.parametrize("case", SLOW_BODIES)
def test_data_below_the_least_rate(case: str, downloads: Downloads) -> None:
    with serve(script={"/file": SLOW_BODIES[case]}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=SHORT)
    assert re.fullmatch(
        rf"{server.url}/file: 127\.0\.0\.1 sent only \d+ bytes in 30 s, less than the 1024 bytes a second of "
        r"min_rate\.",
        reasons,
    )


@pytest.mark.parametrize("case", ENDLESS_FRAMES)
def test_frames_without_data(case: str, downloads: Downloads) -> None:
    with serve(script={"/file": ENDLESS_FRAMES[case]}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=AMPLE)
    assert re.fullmatch(
        rf"{server.url}/file: 127\.0\.0\.1 sent \d+ bytes in a row that are no data of the file\.", reasons
    )


@pytest.mark.parametrize("case", ENDLESS_BODIES)
def test_a_body_without_end(case: str, downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 100_000)
    with serve(script={"/file": ENDLESS_BODIES[case]}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=AMPLE)
    assert reasons == f"{server.url}/file: it is longer than 1 GiB, which no build is."
    assert not downloads.part.exists()


def test_redirects_that_each_come_just_in_time(downloads: Downloads) -> None:
    with serve(script=slow_redirects(TIMEOUT_S * 0.5)) as server:
        reasons = downloads.reasons(f"{server.url}/0", options=SHORT)
    assert reasons == (
        f"{server.url}/0: 127.0.0.1 came to no final answer in 90 s with its redirects, the limit for them (3 times "
        "timeout)."
    )


def test_a_proxy_that_never_ends_its_answer(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ansible", reason="https is asked with the trust that Ansible sets up")
    with serve(script={"mirror.example:443": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")}) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        reasons = downloads.reasons("https://mirror.example/file", options=replace(SHORT, use_proxy=True))
    assert re.fullmatch(
        rf"https://mirror\.example/file: the proxy 127\.0\.0\.1:{proxy.port} sent \d+ bytes of its headers in 30 s, "
        r"the limit of timeout\.",
        reasons,
    )


@pytest.mark.parametrize("connect_timeout", [None, 1])
def test_a_handshake_that_never_ends(connect_timeout: int | None, downloads: Downloads) -> None:
    pytest.importorskip("ansible", reason="https is asked with the trust that Ansible sets up")
    with dripping_socket(HALF_A_HANDSHAKE) as port:
        url = f"https://127.0.0.1:{port}/file"
        reasons = downloads.reasons(url, options=replace(REAL, connect_timeout=connect_timeout))
    said = "cannot be reached (no connection within 1 s)" if connect_timeout else "sent nothing for 0.5 s"
    assert reasons == f"{url}: 127.0.0.1 {said}."


def test_another_mirror_goes_on(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/slow": SLOW_BODIES["a body with a length"]}) as server:
        fetched = downloads.get(f"{server.url}/slow", f"{server.url}/file", options=SHORT)
    assert fetched.url == f"{server.url}/file"
    assert downloads.part.read_bytes() == CONTENT


def test_any_rate_will_do_where_the_user_says_so(downloads: Downloads) -> None:
    """A server that drips for longer than the timeout, below the least rate, and ends."""

    def behave(answering: Answering) -> None:
        answering.start(200, {"Content-Length": len(CONTENT)})
        for position in range(20):
            write_and_pause(answering, CONTENT[position : position + 1])
        answering.wfile.write(CONTENT[20:])

    with serve(script={"/file": [behave, behave]}) as server:
        assert "min_rate" in downloads.reasons(f"{server.url}/file", options=SHORT)
        downloads.part.unlink()
        downloads.get(f"{server.url}/file", options=replace(SHORT, min_rate=0))
    assert downloads.part.read_bytes() == CONTENT


def test_a_server_may_think_and_an_archive_may_take_its_time(downloads: Downloads) -> None:
    """Longer than the timeout altogether, at an honest rate: the whole of an archive has no limit."""

    def behave(answering: Answering) -> None:
        answering.start(200, {"Content-Length": len(CONTENT)})
        for start in range(0, len(CONTENT), len(CONTENT) // 10):
            write_and_pause(answering, CONTENT[start : start + len(CONTENT) // 10])

    with serve(script={"/file": late(behave, TIMEOUT_S / 2)}) as server:
        downloads.get(f"{server.url}/file", options=SHORT)
    assert downloads.part.read_bytes() == CONTENT


def test_sizes_are_not_waited_for(downloads: Downloads) -> None:
    name = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only.tar.gz"
    slow = SLOW_HEADERS["a header that never ends"]
    with serve(downloads.mirror, script={url_of(name, ""): slow}) as server:
        sizes = Sizes([server.url], SHORT)
        assert [sizes.size_of(url_of(name)), sizes.size_of(url_of(name))] == [None, None]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        (["99999999999999999"], "it is 99999999999999999 bytes long by its own account, and no build is longer than"),
        (["1073741825"], "it is 1073741825 bytes long by its own account, and no build is longer than 1 GiB"),
        *(
            (lengths, "127.0.0.1 gives a Content-Length that is no length")
            for lengths in (["9" * 5000], ["-1"], ["+5"], ["1_000"], ["0x10"], ["5 5"], [""], ["7", "8"], ["5, 5"])
        ),
    ],
)
def test_a_length_that_no_archive_has(lengths: list[str], said: str, downloads: Downloads) -> None:
    """The next source is asked, and nobody makes room for it."""

    def behave(answering: Answering) -> None:
        answering.send_response(200)
        for length in lengths:
            answering.send_header("Content-Length", length)
        answering.end_headers()
        answering.hang_up()

    lengths_told: list[int] = []
    with serve(downloads.mirror, script={"/long": behave}) as server:
        fetched = downloads.get(f"{server.url}/long", f"{server.url}/file", on_length=lengths_told.append)
        assert fetched.url == f"{server.url}/file"
        downloads.part.unlink()
        reasons = downloads.reasons(f"{server.url}/long")
    assert said in reasons
    assert lengths_told == [len(CONTENT)]


@pytest.mark.parametrize("ranges", ["bytes 10-19/5", "bytes 10-9/10", "bytes 10-19/*", "bytes 10-19/-5"])
def test_a_range_that_contradicts_itself(ranges: str, downloads: Downloads) -> None:
    def behave(answering: Answering) -> None:
        if answering.offset():
            answering.finish_with(206, b"0123456789", {"Content-Range": ranges})
        else:
            files()(answering)

    downloads.part.write_bytes(CONTENT[:10])
    with serve(downloads.mirror, script={"/file": behave}) as server:
        downloads.get(f"{server.url}/file")
    assert downloads.part.read_bytes() == CONTENT


def test_a_file_in_a_directory_that_is_longer_than_any_build(downloads: Downloads) -> None:
    """A sparse one, which costs no space."""
    with open(downloads.mirror / "sparse", "wb") as file:
        file.truncate(2**40)
    with pytest.raises(NoSource, match="1099511627776 bytes long by its own account"):
        downloads.get((downloads.mirror / "sparse").as_uri(), on_length=pytest.fail)
