# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest

from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.downloads import Downloads
from tests.support.servers import login, redirect, serve

BASIC = "Basic " + base64.b64encode(b"user:s3cret").decode()
SECRETS = UrlOptions(
    headers={"X-Token": "s3cret", "Authorization": "Bearer s3cret", "Cookie": "session=s3cret"}, timeout=5
)
LOGIN = UrlOptions(url_username="user", url_password="s3cret", timeout=5)
FORCED = UrlOptions(url_username="user", url_password="s3cret", force_basic_auth=True, timeout=5)


def sent_secrets(headers: Mapping[str, str]) -> list[str]:
    return sorted(name for name, value in headers.items() if "s3cret" in value or BASIC in value)


def test_the_same_server_gets_credentials_after_a_redirect_too(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/a": redirect("/file")}) as server:
        downloads.get(f"{server.url}/a", options=SECRETS)
    assert server.paths() == ["/a", "/file"]
    for request in server.requests:
        assert sent_secrets(request.headers) == ["authorization", "cookie", "x-token"]


@pytest.mark.parametrize("options", [SECRETS, FORCED])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])  # another port; another host and port
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_another_server_gets_no_credentials(code: int, host: str, options: UrlOptions, downloads: Downloads) -> None:
    with serve(downloads.mirror, host=host) as other:
        with serve(script={"/a": redirect(f"{other.url}/file", code)}) as server:
            fetched = downloads.get(f"{server.url}/a", options=options)
    assert sent_secrets(server.requests[0].headers)
    assert not sent_secrets(other.requests[0].headers)
    assert "cookie" not in other.requests[0].headers
    assert fetched.url == f"{server.url}/a"


@pytest.mark.parametrize("options", [LOGIN, FORCED])
def test_another_server_that_asks_for_a_login_gets_none(options: UrlOptions, downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/file": login("user", "s3cret")}) as other:
        with serve(script={"/a": redirect(f"{other.url}/file")}) as server:
            assert "127.0.0.1 answers 401 Unauthorized" in downloads.reasons(f"{server.url}/a", options=options)
    assert [sent_secrets(request.headers) for request in other.requests] == [[]]


def test_credentials_are_sent_again_when_the_way_leads_back(downloads: Downloads) -> None:
    with serve(downloads.mirror) as server:
        with serve(script={"/there": redirect(f"{server.url}/file")}) as other:
            server.script["/a"] = [redirect(f"{other.url}/there")]
            downloads.get(f"{server.url}/a", options=SECRETS)
    assert sent_secrets(server.requests[1].headers)


def test_cookies_of_a_server_are_not_kept(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/a": redirect("/file")}) as server:
        downloads.get(f"{server.url}/a")
    assert "cookie" not in server.requests[1].headers


def test_a_login_in_a_redirect_is_not_used(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/file": login("user", "s3cret")}) as server:
        server.script["/a"] = [redirect(f"http://user:s3cret@127.0.0.1:{server.port}/file")]
        assert "401 Unauthorized" in downloads.reasons(f"{server.url}/a")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/a", "it redirects more than 10 times"),
        ("file:///etc/passwd", "it redirects to what is no http:// or https:// URL"),
        ("http://[half", "it redirects to what is no http:// or https:// URL"),
        ("http://host.invalid/?token=secret", "the name of host.invalid does not resolve"),
        ("/none", "127.0.0.1 answers 404 Not Found"),
    ],
)
def test_redirects_that_lead_nowhere(location: str, reason: str, downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/a": redirect(location)}) as server:
        assert downloads.reasons(f"{server.url}/a") == f"{server.url}/a: {reason}."


def test_a_redirect_to_raw_letters_and_blanks_is_followed(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/a": redirect("/\xef b%2Bc?d=e")}) as server:
        assert "404" in downloads.reasons(f"{server.url}/a")
    assert server.requests[1].path == "/%EF%20b%2Bc?d=e"


def test_ten_redirects_are_followed(downloads: Downloads) -> None:
    script = {f"/{number}": redirect(f"/{number + 1}") for number in range(10)}
    (downloads.mirror / "10").symlink_to("file")
    with serve(downloads.mirror, script=script) as server:
        downloads.get(f"{server.url}/0")
    assert len(server.requests) == 11


@pytest.mark.parametrize(
    ("use_proxy", "no_proxy", "through_proxy"),
    [(True, "", True), (True, "127.0.0.1", False), (True, "other.example", True), (False, "", False)],
)
def test_a_proxy_is_asked_when_it_may_be(
    use_proxy: bool, no_proxy: str, through_proxy: bool, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(downloads.mirror) as proxy, serve(downloads.mirror) as mirror:
        monkeypatch.setenv("http_proxy", f"http://user:s3cret@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", no_proxy)
        downloads.get(f"{mirror.url}/file", options=UrlOptions(use_proxy=use_proxy))
    assert (len(proxy.requests), len(mirror.requests)) == ((1, 0) if through_proxy else (0, 1))
    asked = proxy if through_proxy else mirror
    assert asked.requests[0].headers.get("proxy-authorization") == (BASIC if through_proxy else None)


@pytest.mark.parametrize(
    ("options", "login_in_url", "requests"),
    [
        (LOGIN, "", 2),
        (FORCED, "", 1),
        (UrlOptions(), "user:s3cret@", 2),
        (UrlOptions(), "user:s%33cret@", 2),
        (UrlOptions(force_basic_auth=True), "user:s3cret@", 1),
        (LOGIN, "somebody:else@", 2),
    ],
)
def test_a_server_that_wants_a_login(
    options: UrlOptions, login_in_url: str, requests: int, downloads: Downloads
) -> None:
    with serve(downloads.mirror, script={"/file": login("user", "s3cret")}) as server:
        fetched = downloads.get(f"http://{login_in_url}127.0.0.1:{server.port}/file", options=options)
    assert len(server.requests) == requests
    assert fetched.url == f"{server.url}/file"


def test_what_a_request_says(downloads: Downloads) -> None:
    options = UrlOptions(headers={"X-Mirror": "1", "accept-encoding": "gzip", "RANGE": "bytes=1-"})
    with serve(downloads.mirror) as server:
        downloads.get(f"{server.url}/file?v=1#top", options=options)
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/file?v=1")
    assert dict(request.headers) == {
        "accept-encoding": "identity",
        "user-agent": "standalone.python (Ansible collection)",
        "x-mirror": "1",
        "host": f"127.0.0.1:{server.port}",
        "connection": "close",
    }


def test_the_user_agent_can_be_another(downloads: Downloads) -> None:
    with serve(downloads.mirror) as server:
        downloads.get(f"{server.url}/file", options=UrlOptions(headers={"user-agent": "mine"}))
    assert server.requests[0].headers["user-agent"] == "mine"
