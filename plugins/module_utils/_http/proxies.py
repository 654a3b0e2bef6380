# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies and logins that the environment of a process names, by one rule for hosts and the controller.

Python's `urllib` and the library `requests` have two, which differ in `all_proxy`, networks in `no_proxy`, SOCKS and
`~/.netrc`. Neither is asked here.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_NO_PROXY = re.compile(r"(?:\[(?P<literal>[^]]+)\]|(?P<network>.*/[0-9.]+)|(?P<name>[^:]*))(?::(?P<port>[0-9]+))?")
_ESCAPED = " with # in a password as %23, / as %2F and ? as %3F,"
_SOCKS_FAILURES = {2: "does not allow it", 3: "has no route", 4: "does not reach it", 5: "is refused there"}


class ProxyFailure(OSError):
    """A proxy cannot be used. `str(error)` is a clause that begins with the proxy."""


@dataclass(frozen=True)
class Proxy:
    """A proxy. `scheme` is `http`, `socks5`, or `socks5h`, which resolves names itself. `login`: user and password."""

    scheme: str
    host: str
    port: int
    login: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def server(self) -> str:
        """The proxy as host:port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Whether connections are made by SOCKS."""
        return self.scheme != "http"


def proxy_for(address: SplitResult) -> Proxy | None:
    """The proxy for an http(s) URL; None when it is asked directly. Raises `ProxyFailure` for an unsupported one.

    The variable of the scheme counts, else `all_proxy`. Each has its name in lower case, else in capitals.
    """
    from urllib.request import getproxies, getproxies_environment, proxy_bypass

    proxies = getproxies()
    url = proxies.get(address.scheme) or proxies.get("all")
    host = (address.hostname or "").rstrip(".")
    if not url or _is_direct(host, address.port or _PORTS[address.scheme], proxies.get("no", "")):
        return None
    if not getproxies_environment() and proxy_bypass(host):  # the settings of macOS
        return None
    return _parsed(url)


def login_of_netrc(host: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """User and password of a host in `$NETRC`, else `~/.netrc`; None without an entry or a readable file."""
    from netrc import NetrcParseError, netrc

    try:
        found = netrc(environ.get("NETRC") or os.path.expanduser("~/.netrc")).authenticators(host)
    except (OSError, NetrcParseError, ValueError):
        return None
    return (found[0] or found[1] or "", found[2] or "") if found else None


def socks_connection(proxy: Proxy, target: tuple[str, int], timeout_s: float, connect: Callable[..., Any]) -> Any:
    """A socket that the proxy has connected to `target`, after at most `timeout_s` seconds.

    `connect` connects to an address of host and port. Raises `ProxyFailure`.
    """
    until = time.monotonic() + timeout_s
    try:
        connection = connect((proxy.host, proxy.port))
    except OSError as error:
        raise ProxyFailure(f"the proxy {proxy.server} cannot be reached ({error.strerror or error})") from error
    own_timeout_s = connection.gettimeout()
    try:
        _ask_socks(connection, proxy, target, until)
    except BaseException:
        connection.close()
        raise
    connection.settimeout(own_timeout_s)
    return connection


def _parsed(url: str) -> Proxy:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("http", "socks5", "socks5h") or not host:
        named, escaped = (f"{scheme}://{host}", "") if host else ("of the environment", _ESCAPED)
        raise ProxyFailure(
            f"the proxy {named} is of no kind that can be used; write http://, socks5:// or socks5h:// in http_proxy, "
            f"https_proxy and all_proxy,{escaped} name the server in no_proxy, or set use_proxy to false"
        )
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(scheme, host, port or _PORTS[scheme], login)


def _is_direct(host: str, port: int, no_proxy: str) -> bool:
    """Whether `no_proxy` has the host: by its name or that of a domain, by its address or network, or all by `*`."""
    return any(_is_match(host.lower(), port, item) for item in re.split(r"[\s,]+", no_proxy.lower()) if item)


def _is_match(host: str, port: int, item: str) -> bool:
    if item == "*":
        return True
    parts = _NO_PROXY.fullmatch(item)
    if parts is None:
        return _is_in_network(host, item)  # an address such as ::1, which has no port without brackets
    if parts["port"] and int(parts["port"]) != port:
        return False
    network = parts["literal"] or parts["network"]
    if network:
        return _is_in_network(host, network.replace("[", "").replace("]", ""))
    domain = parts["name"].lstrip("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _is_in_network(host: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:  # a name, which is not resolved for it
        return False


def _ask_socks(connection: Any, proxy: Proxy, target: tuple[str, int], until: float) -> None:
    """Ask the proxy for a connection, as RFC 1928 and RFC 1929 say."""

    def received(size_bytes: int) -> bytes:
        content = b""
        while len(content) < size_bytes:
            connection.settimeout(max(until - time.monotonic(), 0.001))
            try:
                more = connection.recv(size_bytes - len(content))
            except OSError as error:
                raise ProxyFailure(f"the proxy {proxy.server} sent no answer ({error.strerror or error})") from error
            if not more:
                raise ProxyFailure(f"the proxy {proxy.server} closed the connection, and may speak no SOCKS 5")
            content += more
        return content

    methods = b"\x00\x02" if proxy.login else b"\x00"
    connection.sendall(bytes([5, len(methods)]) + methods)
    version, method = received(2)
    if version != 5:
        raise ProxyFailure(f"the proxy {proxy.server} speaks no SOCKS 5")
    if method not in methods:
        raise ProxyFailure(f"the proxy {proxy.server} wants a login; give its URL a user and a password")
    if method == 2 and proxy.login:
        user, password = (text.encode()[:255] for text in proxy.login)
        connection.sendall(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if received(2)[1] != 0:
            raise ProxyFailure(f"the proxy {proxy.server} refuses the user and the password in its URL")
    connection.sendall(b"\x05\x01\x00" + _socks_address(proxy, *target))
    _version, code, _reserved, kind = received(4)
    if code:
        raise ProxyFailure(
            f"the proxy {proxy.server} cannot connect to {target[0]}: it {_SOCKS_FAILURES.get(code, f'answers {code}')}"
        )
    received({1: 4, 4: 16}.get(kind) or received(1)[0])
    received(2)


def _socks_address(proxy: Proxy, host: str, port: int) -> bytes:
    import socket

    if proxy.scheme == "socks5":
        try:
            host = str(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise ProxyFailure(
                f"the proxy {proxy.server} cannot be asked for {host}, whose name does not resolve here; with "
                "socks5h:// the proxy resolves it"
            ) from error
    for kind, family in ((b"\x01", socket.AF_INET), (b"\x04", socket.AF_INET6)):
        try:
            return kind + socket.inet_pton(family, host) + port.to_bytes(2, "big")
        except OSError:  # an address of the other family, or a name
            continue
    name = host.encode("idna")
    return b"\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big")
