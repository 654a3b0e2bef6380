# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slow retrieval and endless data, on the controller: whichever part of an answer never ends, the fetch does.

No test says how long anything takes. One that hangs shows that the client would wait for ever.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch as _fetch
from ansible_collections.standalone.python.plugins.plugin_utils._http.errors import FetchError
from ansible_collections.standalone.python.plugins.plugin_utils._http.fetch import Validators, fetch
from tests.support.servers import Behaviour, serve, status
from tests.support.slow_servers import (
    ENDLESS_BODIES,
    ENDLESS_FRAMES,
    HALF_A_HANDSHAKE,
    SLOW_BODIES,
    SLOW_HEADERS,
    ReadClock,
    dripping,
    dripping_socket,
    endless,
    slow_redirects,
)

STEP_S, TIMEOUT_S = 3, 30
SHORT = UrlOptions(timeout=TIMEOUT_S, use_proxy=False)
AMPLE = replace(SHORT, timeout=1_000_000, index_timeout=1_000_000)  # where another limit ends it
REAL = replace(SHORT, timeout=0.5)  # type: ignore[arg-type]  # of a socket; users give whole seconds
_OF_HEADERS = r"127\.0\.0\.1 sent \d+ bytes of its headers in 30 s, the limit of timeout"
_OF_RATE = r"127\.0\.0\.1 sent only \d+ bytes in 30 s, less than the 1024 bytes a second of min_rate"
_OF_WHOLE = r"127\.0\.0\.1 sent \d+ bytes in 45 s, the limit of index_timeout"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ReadClock(monkeypatch, step_s=STEP_S)


@pytest.fixture(autouse=True)
def one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "_PAUSES_S", ())


def failure(url: str, options: UrlOptions = SHORT) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, options=options, validators=Validators())
    return caught.value


def check(behaviour: Behaviour, said: str, options: UrlOptions = SHORT) -> None:
    with serve(script={"/index": behaviour}) as server:
        error = failure(f"{server.url}/index", options)
    assert re.fullmatch(rf"The index {server.url}/index could not be read: {said}\.", str(error))
    assert error.is_unreachable  # so an older copy counts, with a warning


@pytest.mark.parametrize("case", SLOW_HEADERS)
def test_headers_that_never_end(case: str) -> None:
    check(SLOW_HEADERS[case], _OF_HEADERS)


@pytest.mark.parametrize("case", SLOW_BODIES)
def test_data_below_the_least_rate(case: str) -> None:
    check(SLOW_BODIES[case], _OF_RATE)


@pytest.mark.parametrize("case", {**SLOW_BODIES, **ENDLESS_FRAMES})
def test_the_whole_of_an_index_has_a_limit(case: str) -> None:
    """Whatever its rate is."""
    options = replace(SHORT, min_rate=0, index_timeout=45)
    check({**SLOW_BODIES, **ENDLESS_FRAMES}[case], _OF_WHOLE, options)


@pytest.mark.parametrize("case", ENDLESS_BODIES)
def test_a_body_without_end(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "_MAX_BYTES", 2**17)
    with serve(script={"/index": ENDLESS_BODIES[case]}) as server:
        assert str(failure(f"{server.url}/index", AMPLE)).endswith("could not be read: it is larger than 0 MiB.")


def test_the_retries_count_towards_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "_PAUSES_S", (1000.0, 1000.0))
    monkeypatch.setattr(_fetch, "sleep", pytest.fail)
    with serve(script={"/index": status(503)}) as server:
        failure(f"{server.url}/index", replace(SHORT, timeout=20, index_timeout=20))
    assert len(server.requests) == 1


def test_redirects_that_each_come_just_in_time() -> None:
    with serve(script=slow_redirects(TIMEOUT_S * 0.5)) as server:
        error = failure(f"{server.url}/0")
    assert str(error).endswith(
        "127.0.0.1 came to no final answer in 90 s with its redirects, the limit for them (3 times timeout)."
    )


@pytest.mark.parametrize("code", [302, 401, 404, 503])
def test_no_body_of_another_answer_is_read(code: int) -> None:
    """The library reads that of a redirect, and of a question for a login, to its end."""
    start = f"HTTP/1.1 {code} So\r\nLocation: /next\r\nWWW-Authenticate: Digest realm=x, nonce=y\r\n\r\n".encode()
    options = replace(SHORT, url_username="user", url_password="secret")
    with serve(script={"/index": endless(start, b"x"), "/next": status(404)}) as server:
        error = failure(f"{server.url}/index", options)
    assert "the server answers" in str(error)
    assert server.requests[-1].path == ("/next" if code == 302 else "/index")


def test_a_proxy_that_never_ends_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(script={"index.example:443": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")}) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        error = failure("https://index.example/", replace(SHORT, use_proxy=True))
    assert "sent" in str(error)
    assert "the limit of timeout" in str(error)


def test_a_proxy_that_never_ends_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(script={"/": SLOW_HEADERS["a header that never ends"]}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        error = failure("http://index.example/", replace(SHORT, use_proxy=True))
    assert "the limit of timeout" in str(error)


@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_handshake_that_never_ends(validate_certs: bool) -> None:
    with dripping_socket(HALF_A_HANDSHAKE) as port:
        error = failure(f"https://127.0.0.1:{port}/index", replace(REAL, validate_certs=validate_certs))
    assert error.is_unreachable


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,identity", "br", "zstd", "compress"])
def test_codings_that_were_not_asked_for(coding: str) -> None:
    """Two in a row make a gigabyte of a kilobyte."""
    with serve(script={"/index": status(200, {"Content-Encoding": coding}, gzip.compress(b"x"))}) as server:
        assert "the answer is not encoded as its header says" in str(failure(f"{server.url}/index"))


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "_MAX_BYTES", 2**20)
    bomb = gzip.compress(bytes(2**24))
    with serve(script={"/index": status(200, {"Content-Encoding": "gzip"}, bomb)}) as server:
        assert str(failure(f"{server.url}/index")).endswith("it is larger than 1 MiB.")
