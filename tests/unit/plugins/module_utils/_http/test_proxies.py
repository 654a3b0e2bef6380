# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

from ansible_collections.standalone.python.plugins.module_utils._http.proxies import Proxy, proxy_for


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("url", "no_proxy", "is_direct"),
    [
        ("http://mirror.example/", "mirror.example", True),
        ("http://MIRROR.example./", "Mirror.Example", True),
        ("http://a.mirror.example/", "mirror.example", True),
        ("http://a.mirror.example/", ".mirror.example", True),
        ("http://mirror.example/", ".mirror.example", True),
        ("http://a.mirror.example/", "*.mirror.example", True),
        ("http://mymirror.example/", "mirror.example", False),
        ("http://mirror.example/", "a.mirror.example", False),
        ("https://mirror.example/", "mirror.example:443", True),
        ("https://mirror.example/", "mirror.example:80", False),
        ("https://mirror.example:8443/", "x y,mirror.example:8443", True),
        ("http://10.1.2.3/", "10.0.0.0/8", True),
        ("http://[fd00::5]/", "[fd00::]/8", True),
        ("http://[fe80::5]/", "[fd00::]/8", False),
        ("http://10.1.2.3/", "10.1.2.0/255.255.255.0", True),
        ("http://11.1.2.3/", "10.0.0.0/8", False),
        ("http://10.1.2.3/", "10.1.2.4/0", True),
        ("http://10.1.2.3:8080/", "10.0.0.0/8:8080", True),
        ("http://10.1.2.3/", "10.0.0.0/8:8080", False),
        ("http://10.1.2.3/", "10.1.2.0/255.255.255.0:80", True),
        ("http://mirror.example/", "10.0.0.0/8", False),
        ("http://mirror.example/", "mirror.example/8", False),
        ("http://[fd00::1]/", "fd00::/8", True),
        ("http://[fd00::1]/", "fd00::/8:80", True),
        ("http://[fd00::1]/", "fd00::/8:8080", False),
        ("http://[::1]/", "::1", True),
        ("http://[::1]/", "0:0:0:0:0:0:0:1", True),
        ("http://[::1]:8080/", "[::1]:8080", True),
        ("http://[::1]:8080/", "[::1]:80", False),
        ("http://10.1.2.3/", "fd00::/8", False),
        ("http://mirror.example/", "", False),
        ("http://mirror.example/", " , .,", False),
        ("http://mirror.example/", "e.org *", True),
    ],
)
def test_no_proxy(monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, is_direct: bool) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert (proxy_for(urlsplit(url)) is None) == is_direct


@pytest.mark.parametrize(
    ("written", "proxy"),
    [
        ("proxy.example", Proxy("http", "proxy.example", 80)),
        ("http://me:p%40@proxy.example:3128/", Proxy("http", "proxy.example", 3128, ("me", "p@"))),
        ("socks5://proxy.example", Proxy("socks5", "proxy.example", 1080)),
        ("SOCKS5H://me@[::1]:9", Proxy("socks5h", "::1", 9, ("me", ""))),
    ],
)
def test_the_address_of_a_proxy(monkeypatch: pytest.MonkeyPatch, written: str, proxy: Proxy) -> None:
    monkeypatch.setenv("https_proxy", written)
    assert proxy_for(urlsplit("https://mirror.example/")) == proxy
    assert proxy_for(urlsplit("http://mirror.example/")) is None


def test_a_login_is_not_shown() -> None:
    assert "s3cret" not in repr(Proxy("http", "e.org", 80, ("me", "s3cret")))
