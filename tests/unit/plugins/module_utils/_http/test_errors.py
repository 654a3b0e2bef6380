# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import socket
from collections.abc import Mapping

import pytest

from ansible_collections.standalone.python.plugins.module_utils._http.errors import unverified
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.authority import ANOTHER_NAME, UNKNOWN_AUTHORITY
from tests.support.downloads import Downloads
from tests.support.misbehaviours import raw
from tests.support.servers import Behaviour, login, serve, status

CHECK_LOGIN = "; check url_username, url_password and headers"

ANSWERS: Mapping[str, tuple[Behaviour, str]] = {
    "not there": (status(404), "127.0.0.1 answers 404 Not Found"),
    "unauthorized": (status(401), f"127.0.0.1 answers 401 Unauthorized{CHECK_LOGIN}"),
    "forbidden": (status(403), f"127.0.0.1 answers 403 Forbidden{CHECK_LOGIN}"),
    "no content": (status(204), "127.0.0.1 answers 204 No Content"),
    "unknown status": (status(299), "127.0.0.1 answers 299"),
    "not modified": (status(304), "127.0.0.1 answers 304 Not Modified"),
    "a range that was not asked for": (status(206), "127.0.0.1 answers 206 Partial Content"),
    "a redirect to nowhere": (status(302), "127.0.0.1 answers 302 Found"),
    "500": (status(500), "127.0.0.1 answers 500 Internal Server Error (3 tries)"),
    "busy": (status(429), "127.0.0.1 answers 429 Too Many Requests (3 tries)"),
    "hangs up": (raw(b""), "the connection to 127.0.0.1 broke (3 tries)"),
    "hangs up within the headers": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "the connection to 127.0.0.1 broke (3 tries)",
    ),
    "hangs up before a body without length": (
        raw(b"HTTP/1.1 200 OK\r\n\r\n"),
        "the connection to 127.0.0.1 broke off before the first byte (3 tries)",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "127.0.0.1 answers something that is not HTTP"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_the_server_answers_is_said(case: str, downloads: Downloads) -> None:
    behaviour, reason = ANSWERS[case]
    with serve(script={"/file": behaviour}) as server:
        assert downloads.reasons(f"{server.url}/file", retries=2) == f"{server.url}/file: {reason}."
    assert not downloads.part.exists()


@pytest.mark.parametrize("challenge", ['Basic realm="r"', 'Digest realm="r", nonce="n", qop="auth"'])
def test_a_login_that_the_server_refuses(challenge: str, downloads: Downloads) -> None:
    options = UrlOptions(url_username="user", url_password="secret")
    with serve(script={"/file": status(401, {"WWW-Authenticate": challenge})}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=options)
    assert reasons == f"{server.url}/file: 127.0.0.1 answers 401 Unauthorized{CHECK_LOGIN}."


@pytest.mark.parametrize(
    "challenge", ["Negotiate", "Digest", "Digest realm=", 'Digest realm="r", nonce="n", qop="auth-int"']
)
def test_a_kind_of_login_that_is_not_known(challenge: str, downloads: Downloads) -> None:
    options = UrlOptions(url_username="user", url_password="secret")
    with serve(script={"/file": status(401, {"WWW-Authenticate": challenge})}) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=options)
    assert reasons == (
        f"{server.url}/file: 127.0.0.1 wants another login than Basic or Digest, or one of the headers is malformed."
    )


CLOCK = r"set the clock, which says 2\d{3}-\d\d-\d\d \d\d:\d\d UTC, or renew the certificate"


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("certificate has expired", CLOCK),
        ("certificate is not yet valid", CLOCK),
        ("Hostname mismatch, certificate is not valid for 'a'.", ANOTHER_NAME),
        ("hostname 'a' doesn't match 'b'", ANOTHER_NAME),
        ("self-signed certificate", UNKNOWN_AUTHORITY),
    ],
)
def test_what_helps_depends_on_why_a_certificate_is_refused(words: str, advice: str) -> None:
    said = unverified("a", words)
    assert re.fullmatch(rf"the certificate of a could not be verified \({words.rstrip('.')}\); {advice}", said)


@pytest.mark.parametrize(
    "headers",
    [{"X-Token": "secret\r\nX-Other: 1"}, {"X-Token": "\u0394secret"}, {"X Token:": "secret"}],
)
def test_headers_that_cannot_be_sent(headers: dict[str, str], downloads: Downloads) -> None:
    with serve() as server:
        reasons = downloads.reasons(f"{server.url}/file", options=UrlOptions(headers=headers))
    assert "header" in reasons
    assert "secret" not in reasons
    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://127.0.0.1/file", "it is no http://, https:// or file:// URL"),
        ("/srv/mirror/file", "it is no http://, https:// or file:// URL"),
        ("http://127.0.0.1:port/file", "it is no http://, https:// or file:// URL"),
        ("http:///file", "it is no http://, https:// or file:// URL"),
        ("http://host.invalid/file", "the name of host.invalid does not resolve"),
        ("http://127.0.0.1:9/a b", "the URL or one of the headers holds a character that may not be there"),
        ("http://127.0.0.1:9/\u00e9", "the URL or one of the headers holds a character that may not be there"),
    ],
)
def test_urls_that_nobody_can_be_asked_for(url: str, reason: str, downloads: Downloads) -> None:
    assert downloads.reasons(url) == f"{url}: {reason}."


def test_a_malformed_url_is_not_shown(downloads: Downloads) -> None:
    reasons = downloads.reasons("http://user:secret@[half/file")
    assert reasons == "(a malformed URL): it is no http://, https:// or file:// URL."


def test_a_closed_port(downloads: Downloads) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/file"
        assert downloads.reasons(url, retries=1) == f"{url}: 127.0.0.1 refuses the connection (2 tries)."


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            status(407),
            "mirror.example answers 407 Proxy Authentication Required; give the proxy's URL a user and a password",
        ),
        (
            status(401),
            "mirror.example through the proxy {proxy} answers 401 Unauthorized; check url_username, url_password and "
            "headers",
        ),
        (status(503), "mirror.example answers 503 Service Unavailable"),
        (raw(b""), "the connection to the proxy {proxy} broke"),
    ],
)
def test_a_proxy_that_refuses(
    behaviour: Behaviour, reason: str, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(script={"/file": behaviour}) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:secret@127.0.0.1:{proxy.port}")
        reasons = downloads.reasons("http://mirror.example/file")
    assert reasons == f"http://mirror.example/file: {reason.format(proxy=f'127.0.0.1:{proxy.port}')}."


@pytest.mark.parametrize("written", ["http://user:secret@127.0.0.1:{port}", "user:secret@127.0.0.1:{port}"])
def test_a_proxy_that_is_not_there(written: str, downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv("http_proxy", written.format(port=port))
        reasons = downloads.reasons("http://mirror.example/file")
    assert reasons == f"http://mirror.example/file: the proxy 127.0.0.1:{port} refuses the connection."


def test_secrets_in_urls_are_not_shown(downloads: Downloads) -> None:
    with serve(script={"/file": login("user", "right")}) as server:
        reasons = downloads.reasons(f"http://user:secret@127.0.0.1:{server.port}/file?token=secret#secret")
    assert reasons == f"{server.url}/file: 127.0.0.1 answers 401 Unauthorized{CHECK_LOGIN}."
