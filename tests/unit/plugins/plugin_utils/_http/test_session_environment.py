# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies and logins of the environment count by the same rule for an index and for an archive."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("requests", reason="an index is fetched by the library requests")

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.client import opened
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch as _fetch
from ansible_collections.standalone.python.plugins.plugin_utils._http.fetch import Validators
from tests.support.servers import files, login, redirect, serve
from tests.support.socks import socks_proxy

CONTENT = b"what was asked for"


def index(url: str, options: UrlOptions) -> bytes:
    document = _fetch.fetch(url, options=options, validators=Validators())
    assert document
    return document.body


def archive(url: str, options: UrlOptions) -> bytes:
    with opened(url, options=options) as body:
        return b"".join(map(bytes, body.chunks))


Client = Callable[[str, UrlOptions], bytes]
CLIENTS = pytest.mark.parametrize("client", [index, archive])


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr(_fetch, "sleep", lambda _s: None)
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "file").write_bytes(CONTENT)
    return tmp_path / "served"


@CLIENTS
@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"http_proxy": "http://{proxy}"}, "proxy"),
        ({"HTTP_PROXY": "http://{proxy}"}, "proxy"),
        ({"http_proxy": "{proxy}"}, "proxy"),
        ({"all_proxy": "http://{proxy}"}, "proxy"),
        ({"ALL_PROXY": "http://{proxy}/"}, "proxy"),
        ({"all_proxy": "http://127.0.0.1:1", "http_proxy": "http://{proxy}"}, "proxy"),
        ({"https_proxy": "http://{proxy}"}, "direct"),
        ({"http_proxy": "socks5://{socks}"}, "socks"),
        ({"http_proxy": "socks5h://{socks}"}, "socks"),
        ({"all_proxy": "socks5h://{socks}"}, "socks"),
        ({"http_proxy": "http://{proxy}", "no_proxy": "*"}, "direct"),
        ({"http_proxy": "http://{proxy}", "NO_PROXY": "127.0.0.1"}, "direct"),
        ({"http_proxy": "http://{proxy}", "no_proxy": "e.org, 127.0.0.0/8"}, "direct"),
        ({"all_proxy": "socks5://{socks}", "no_proxy": "127.0.0.0/8"}, "direct"),
        ({"http_proxy": "http://{proxy}", "no_proxy": "127.0.0.1:{port}"}, "direct"),
        ({"http_proxy": "http://{proxy}", "no_proxy": "127.0.0.1:1"}, "proxy"),
        ({"http_proxy": "http://{proxy}", "no_proxy": "10.0.0.0/8,::1,localhost"}, "proxy"),
    ],
)
def test_the_way_to_a_server(
    directory: Path, monkeypatch: pytest.MonkeyPatch, client: Client, environment: dict[str, str], way: str
) -> None:
    with serve(directory) as server, serve(directory) as proxy, socks_proxy(server.port) as socks:
        for name, value in environment.items():
            places = {"proxy": f"127.0.0.1:{proxy.port}", "socks": f"127.0.0.1:{socks.port}", "port": server.port}
            monkeypatch.setenv(name, value.format(**places))
        assert client(f"{server.url}/file", UrlOptions(timeout=5)) == CONTENT
        used = {"direct": bool(server.requests) and not socks.asked, "proxy": bool(proxy.requests)}
        assert {**used, "socks": bool(socks.asked)} == {"direct": False, "proxy": False, "socks": False, way: True}
        assert client(f"{server.url}/file", UrlOptions(timeout=5, use_proxy=False)) == CONTENT
        assert (len(proxy.requests), len(socks.asked)) == (way == "proxy", way == "socks")


@CLIENTS
def test_a_socks_proxy_with_a_login_resolves_names(
    directory: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with serve(directory) as server, socks_proxy(server.port, ("me", "s3cr:t")) as socks:
        monkeypatch.setenv("all_proxy", f"socks5h://me:s3cr%3At@127.0.0.1:{socks.port}")
        assert client("http://mirror.example/file", UrlOptions(timeout=5)) == CONTENT
    assert socks.asked == [("mirror.example", 80)]


@CLIENTS
@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (
            "socks4://me:s3cret@127.0.0.1:1",
            "the proxy socks4://127.0.0.1 is of no kind that can be used; write http://",
        ),
        ("https://me:s3cret@127.0.0.1:1", "the proxy https://127.0.0.1 is of no kind that can be used; write http://"),
        ("http://me:s3cret@[::1", "the proxy of the environment is of no kind that can be used; write http://"),
        ("http://me:s3cret#x@127.0.0.1:1", "all_proxy, with # in a password as %23, / as %2F and ? as %3F, name"),
        (
            "http://me:s3cret/x@127.0.0.1:1",
            "the proxy of the environment is of no kind that can be used; write http://",
        ),
        ("socks5://me:s3cret@127.0.0.1:1", "the proxy 127.0.0.1:1 cannot be reached (Connection refused)"),
        ("socks5h://127.0.0.1:{login}", "the proxy 127.0.0.1:{login} wants a login; give its URL a user and a"),
        ("socks5h://me:s3cret@127.0.0.1:{login}", "the proxy 127.0.0.1:{login} refuses the user and the password"),
        ("socks5://127.0.0.1:{far}", "the proxy 127.0.0.1:{far} cannot be asked for mirror.example, whose name does"),
        ("socks5h://127.0.0.1:{far}", "the proxy 127.0.0.1:{far} cannot connect to mirror.example: it does not reach"),
    ],
)
def test_a_proxy_that_cannot_be_used(
    directory: Path, monkeypatch: pytest.MonkeyPatch, client: Client, proxy: str, words: str
) -> None:
    with socks_proxy(1, ("you", "x")) as login, socks_proxy(1, answer=4) as far:
        ports = {"login": login.port, "far": far.port}
        monkeypatch.setenv("all_proxy", proxy.format(**ports))
        with pytest.raises(StandaloneError) as error:
            client("http://mirror.example/file", UrlOptions(timeout=5))
    assert words.format(**ports) in str(error.value)
    assert "s3cret" not in str(error.value)


@CLIENTS
@pytest.mark.parametrize(
    ("options", "login"),
    [
        (UrlOptions(), "me:s3cret"),
        (UrlOptions(use_netrc=False), None),
        (UrlOptions(use_proxy=False), "me:s3cret"),
        (UrlOptions().without_credentials(), None),
        (UrlOptions(url_username="you", url_password="x", force_basic_auth=True), "you:x"),
        (UrlOptions(headers={"authorization": "Basic eDp5"}), "x:y"),
    ],
)
def test_the_login_of_netrc(directory: Path, client: Client, options: UrlOptions, login: str | None) -> None:
    (directory.parent / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    with serve(directory, host="localhost") as other, serve(directory) as server:
        server.script["/moved"] = [redirect(f"{other.url}/file")]
        client(f"{server.url}/file", options)
        client(f"{server.url}/moved", options)
    sent = [request.headers.get("authorization") for request in (*server.requests, *other.requests)]
    expected = login and "Basic " + base64.b64encode(login.encode()).decode()
    assert sent == [expected, expected, None]


@CLIENTS
def test_the_login_of_a_proxy_stays_with_the_proxy(
    directory: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with serve(directory, host="localhost") as other, serve(directory) as proxy:
        proxy.script["/moved"] = [redirect(f"{other.url}/file")]
        monkeypatch.setenv("http_proxy", f"http://me:s3cret@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "localhost")
        assert client("http://mirror.example/moved", UrlOptions(timeout=5)) == CONTENT
    sent = [request.headers.get("proxy-authorization") for request in (*proxy.requests, *other.requests)]
    assert sent == ["Basic " + base64.b64encode(b"me:s3cret").decode(), None]


@CLIENTS
@pytest.mark.parametrize(
    ("options", "in_url", "proxy"),
    [
        (UrlOptions(url_username="mé", url_password="s€cret", force_basic_auth=True), "", ""),
        (UrlOptions(url_username="mé", url_password="s€cret"), "", ""),
        (UrlOptions(), "m%C3%A9:s%E2%82%ACcret@", ""),
        (UrlOptions(), "", "m%C3%A9:s%E2%82%ACcret@"),
    ],
)
def test_a_login_is_sent_in_utf_8(
    directory: Path, monkeypatch: pytest.MonkeyPatch, client: Client, options: UrlOptions, in_url: str, proxy: str
) -> None:
    behaviour = files() if proxy else login("mé", "s€cret")
    with serve(directory, script={"/file": behaviour}) as server:
        if proxy:
            monkeypatch.setenv("http_proxy", f"http://{proxy}127.0.0.1:{server.port}")
        assert client(server.url.replace("//", f"//{in_url}") + "/file", options) == CONTENT
    name = "proxy-authorization" if proxy else "authorization"
    sent = server.requests[-1].headers[name]
    assert sent == "Basic " + base64.b64encode("mé:s€cret".encode()).decode()


@CLIENTS
def test_a_damaged_netrc_is_ignored(directory: Path, client: Client) -> None:
    (directory.parent / "netrc").write_text("machine")
    with serve(directory) as server:
        assert client(f"{server.url}/file", UrlOptions()) == CONTENT
