# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching an index over http: conditions, retries, secrets, and a message for each way to fail."""

from __future__ import annotations

import email.utils
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch as _fetch
from ansible_collections.standalone.python.plugins.plugin_utils._http import session
from ansible_collections.standalone.python.plugins.plugin_utils._http.errors import FetchError
from ansible_collections.standalone.python.plugins.plugin_utils._http.fetch import Document, Validators, fetch
from tests.support.misbehaviours import INFORMATIONAL, break_off, chunked, early, raw, stall
from tests.support.servers import Server, files, login, redirect, serve, status

CONTENT = b"0123456789" * 1000
SECRETS = UrlOptions(headers={"X-Token": "secret", "Cookie": "secret"}, url_username="user", url_password="secret")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr(_fetch, "sleep", pauses.append)
    return pauses


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "index").write_bytes(CONTENT)
    return tmp_path


@pytest.fixture
def server(directory: Path) -> Iterator[Server]:
    with serve(directory) as running:
        yield running


def get(url: str, options: UrlOptions | None = None, validators: Validators | None = None) -> Document | None:
    return fetch(url, options=options or UrlOptions(), validators=validators or Validators())


def test_a_document_comes_with_its_validators(server: Server, directory: Path) -> None:
    document = get(f"{server.url}/index")
    assert document is not None
    assert document.body == CONTENT
    assert document.validators.etag is not None
    modified_s = os.stat(directory / "index").st_mtime
    assert document.validators.last_modified == email.utils.formatdate(modified_s, usegmt=True)


def test_informational_answers_are_skipped(server: Server) -> None:
    server.script["/index"] = [early(*INFORMATIONAL)]
    document = get(f"{server.url}/index")
    assert document is not None
    assert document.body == CONTENT
    server.script["/index"] = [early(*INFORMATIONAL, then=status(304))]
    assert get(f"{server.url}/index", validators=document.validators) is None


def test_the_same_document_is_not_sent_again(server: Server) -> None:
    document = get(f"{server.url}/index")
    assert document is not None
    assert get(f"{server.url}/index", validators=document.validators) is None
    assert server.requests[-1].headers["if-none-match"] == document.validators.etag
    assert server.requests[-1].headers["if-modified-since"] == document.validators.last_modified


@pytest.mark.parametrize(
    ("first", "paused_s"),
    [
        (status(503), 0.5),
        (status(429, {"Retry-After": "7"}), 7),
        (status(503, {"Retry-After": "100000"}), 30),
        (status(503, {"Retry-After": "9" * 5000}), 0.5),
        (status(500, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 0.5),
        (break_off(5000), 0.5),
        (chunked(complete=False), 0.5),
        (raw(b""), 0.5),
    ],
    ids=[
        "busy",
        "says-when",
        "says-much-later",
        "says-a-huge-number",
        "says-a-date",
        "breaks-off",
        "broken-chunks",
        "hangs-up",
    ],
)
def test_what_may_pass_is_tried_again(directory: Path, no_pauses: list[float], first: object, paused_s: float) -> None:
    with serve(directory, script={"/index": [first, files()]}) as server:  # type: ignore[list-item]
        document = get(f"{server.url}/index")
    assert document is not None
    assert document.body == CONTENT
    assert no_pauses == [paused_s]


@pytest.mark.parametrize(
    ("answer", "reason", "tries", "outlook"),
    [
        (status(404), "the server answers 404 Not Found", 1, "never"),
        (status(401), "the server answers 401 Unauthorized; check url_username, url_password and headers", 1, "never"),
        (status(403), "the server answers 403 Forbidden; check url_username, url_password and headers", 1, "never"),
        (raw(b"HTTP/1.1 404 " + b"x" * 5000 + b"\r\n\r\n"), f"the server answers 404 {'x' * 80}", 1, "never"),
        (status(500), "the server answers 500 Internal Server Error", 3, "soon"),
        (status(503), "the server answers 503 Service Unavailable", 3, "soon"),
        (break_off(5000), "the answer broke off half way", 3, "soon"),
        (chunked(complete=False), "the answer broke off half way", 3, "soon"),
        (
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
            "the answer broke off half way",
            3,
            "soon",
        ),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "the connection to 127.0.0.1 broke", 3, "soon"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "127.0.0.1 answers something that is not HTTP", 3, "soon"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), "127.0.0.1 answers something that is not HTTP", 3, "soon"),
        (
            status(200, {"Content-Length": "5, 7"}),
            "127.0.0.1 gives a Content-Length that is no length",
            1,
            "never",
        ),
        (stall(), "127.0.0.1 sent nothing for 0.3 s", 3, "soon"),
        (stall(5000), "127.0.0.1 sent nothing for 0.3 s", 3, "soon"),
        (redirect("/index"), "the server redirects in a circle", 1, "never"),
        (
            redirect("http://[/x"),
            "it, an address that it redirects to, a header or the login cannot be sent",
            1,
            "never",
        ),
        (redirect("file:///etc/passwd"), "it, or an address that it redirects to, is no http(s) URL", 1, "never"),
        (
            status(200, {"Content-Encoding": "gzip"}, b"no gzip"),
            "the answer is not encoded as its header says",
            1,
            "never",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_failure_is_a_message(directory: Path, answer: object, reason: str, tries: int, outlook: str) -> None:
    with serve(directory, script={"/index": answer}) as server:  # type: ignore[dict-item]
        with_secrets = server.url.replace("://", "://me:secret@")
        with pytest.raises(FetchError) as caught:
            get(f"{with_secrets}/index?token=secret", UrlOptions(timeout=0.3 if "sent nothing" in reason else 30))
    assert str(caught.value) == f"The index {server.url}/index could not be read: {reason}."
    assert caught.value.outlook == outlook
    assert caught.value.__suppress_context__ or caught.value.__context__ is None  # which would show the address
    assert tries == 1 or len(server.requests) == tries


@pytest.mark.parametrize("challenge", ["Digest", 'Digest realm="r"', 'Digest realm="r', 'Digest realm="r", nonce="n"'])
def test_a_login_that_the_server_asks_for_in_an_odd_way_is_a_message(challenge: str) -> None:
    with serve(script={"/index": status(401, {"WWW-Authenticate": challenge})}) as server:
        with pytest.raises(FetchError, match="the server answers 401 Unauthorized; check url_username, "):
            get(f"{server.url}/index", SECRETS)


def test_a_refused_connection_is_a_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(FetchError) as caught:
        get(f"http://127.0.0.1:{port}/index")
    assert str(caught.value) == (
        f"The index http://127.0.0.1:{port}/index could not be read: 127.0.0.1 refuses the connection."
    )


def test_a_name_that_does_not_resolve_is_a_message(no_pauses: list[float]) -> None:
    with pytest.raises(FetchError) as caught:
        get("http://no-such-host.invalid/index")
    assert str(caught.value) == (
        "The index http://no-such-host.invalid/index could not be read: the name no-such-host.invalid does not resolve."
    )
    assert caught.value.is_unreachable
    assert no_pauses == []


def test_a_server_that_cannot_be_connected_to_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listening socket with a full backlog answers as a firewall that drops packets does: not at all."""
    monkeypatch.setattr(_fetch, "_CONNECT_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.socket() as first, socket.socket() as second:
        port = deaf.getsockname()[1]
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        with pytest.raises(FetchError) as caught:
            get(f"http://127.0.0.1:{port}/index")
    assert str(caught.value) == f"The index http://127.0.0.1:{port}/index could not be read: 127.0.0.1 does not answer."


def test_an_endless_document_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "_MAX_BYTES", len(CONTENT) - 1)
    with pytest.raises(FetchError) as caught:
        get(f"{server.url}/index")
    assert str(caught.value) == f"The index {server.url}/index could not be read: it is larger than 0 MiB."


def test_secrets_go_to_the_server_that_was_asked(directory: Path) -> None:
    with serve(directory, script={"/index": login("user", "secret")}) as server:
        assert get(f"{server.url}/index", SECRETS) is not None
        assert get(f"{server.url.replace('://', '://user:secret@')}/index") is not None
    assert all(request.headers["x-token"] == "secret" for request in server.requests[:2])


def test_a_login_waits_until_it_is_asked_for_unless_forced(directory: Path) -> None:
    with serve(directory) as server:
        get(f"{server.url}/index", SECRETS)
        get(f"{server.url}/index", UrlOptions(url_username="user", url_password="secret", force_basic_auth=True))
    assert ["authorization" in request.headers for request in server.requests] == [False, True]


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("wants_login", [False, True])
def test_a_redirect_to_another_host_gets_no_secret(directory: Path, forced: bool, wants_login: bool) -> None:
    options = UrlOptions(headers=SECRETS.headers, url_username="user", url_password="secret", force_basic_auth=forced)
    there = login("user", "secret") if wants_login else files()
    with serve(directory, script={"/index": there}) as other:
        moved = redirect(other.url.replace("127.0.0.1", "localhost") + "/index")
        with serve(script={"/index": login("user", "secret", then=moved)}) as server:
            if wants_login:
                with pytest.raises(FetchError, match="401"):
                    get(f"{server.url}/index", options)
            else:
                assert get(f"{server.url}/index", options) is not None
    assert server.requests[-1].headers["authorization"].startswith("Basic ")
    assert other.requests
    for request in other.requests:
        assert "secret" not in str(request.headers)
        assert not {"authorization", "cookie", "x-token"} & set(request.headers)


def test_a_redirect_on_the_same_host_keeps_the_headers(directory: Path) -> None:
    with serve(directory, script={"/old": redirect("/index")}) as server:
        get(f"{server.url}/old", SECRETS)
    assert [request.headers["x-token"] for request in server.requests] == ["secret", "secret"]


def test_a_header_outranks_netrc(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serve(directory) as server:
        get(f"{server.url}/index")
        get(f"{server.url}/index", UrlOptions(headers={"authorization": "Bearer x"}))
    assert [request.headers["authorization"][:6] for request in server.requests] == ["Basic ", "Bearer"]


@pytest.mark.parametrize(("use_proxy", "asked"), [(True, "proxy"), (False, "server")])
def test_a_proxy_is_used_unless_that_is_switched_off(
    directory: Path, monkeypatch: pytest.MonkeyPatch, use_proxy: bool, asked: str
) -> None:
    with serve(directory) as server, serve(directory) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        get(f"{server.url}/index", UrlOptions(use_proxy=use_proxy))
    assert {"proxy": len(proxy.requests), "server": len(server.requests)} == {"proxy": 0, "server": 0, asked: 1}


def test_a_proxy_that_is_gone_is_a_message(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:secret@127.0.0.1:1")
    with pytest.raises(FetchError) as caught:
        get(f"{server.url}/index")
    assert str(caught.value) == (
        f"The index {server.url}/index could not be read: its proxy refuses or does not answer; see use_proxy."
    )


def test_without_requests_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MISSING", "No module named 'requests'")
    with pytest.raises(IndexUnavailable) as caught:
        fetch("http://index.example.com/", options=UrlOptions(), validators=Validators())
    assert str(caught.value) == (
        "Fetching an index needs the Python package requests, which the Python that runs Ansible does not have "
        f"(No module named 'requests'). Run {sys.executable} -m pip install requests, or set index to a file or to "
        "bundled."
    )
