# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server of an http(s) request: the rules for addresses, what counts as the same server, and what it sends.

A body has exactly the promised bytes, after headers that do not contradict themselves.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from string import punctuation
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from .errors import OF_SERVER, TransferFailure, explained
from .options import UrlOptions
from .patience import Patience
from .proxies import Proxy, ProxyFailure, login_of_netrc, proxy_for
from .urls import shown_url

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Body(NamedTuple):
    """What a source sends: the whole file from byte `offset` on.

    `total_bytes` is the size of the whole file, None when the source does not say. Taking from `chunks` raises
    `TransferFailure` when the source fails; never an error of the disk that they are written to.
    """

    offset: int
    total_bytes: int | None
    chunks: Iterator[bytes | memoryview]


class Peer(NamedTuple):
    """The server that is asked for one answer; a redirect makes another peer."""

    address: SplitResult
    options: UrlOptions

    @property
    def host(self) -> str:
        """The host name."""
        return self.address.hostname or ""

    @property
    def server(self) -> tuple[str, str, int]:
        """Scheme, host and port, which must be the same for credentials to be sent."""
        scheme = self.address.scheme
        return scheme, self.host, self.address.port or _DEFAULT_PORTS[scheme]

    @property
    def proxy(self) -> Proxy | None:
        """The proxy in between; None without one. Raises `ProxyFailure` for one that cannot be used."""
        return proxy_for(self.address) if self.options.use_proxy else None

    def failure(self, error: Exception) -> TransferFailure:
        """The failure for an error of a request to this peer."""
        try:
            proxy = self.proxy
        except ProxyFailure as failure:
            return TransferFailure(str(failure), is_local=True, remedy="")
        server = proxy.server if proxy else None
        return explained(error, host=self.host, proxy=server, timeout_s=self.options.timeout)


def checked(url: str) -> SplitResult:
    """The parts of an http(s) URL without login and fragment. Raises `TransferFailure`."""
    parts = _http_parts(url)
    if parts is None:
        raise TransferFailure("it is no http://, https:// or file:// URL", remedy="")
    return parts


def redirected(here: SplitResult, location: str) -> SplitResult:
    """The target of the header `Location` in an answer from `here`."""
    # Some servers do not escape it, and http.client reads it as Latin-1.
    target = _http_parts(quote(location, safe=punctuation, encoding="latin-1"), base=here.geturl())
    if target is None:
        raise TransferFailure("it redirects to what is no http:// or https:// URL", remedy="")
    if here.scheme == "https" and target.scheme == "http":
        raise TransferFailure(
            f"it redirects from https to http ({shown_url(target.geturl())}), which is refused", remedy=""
        )
    return target


def with_login_of(url: str, options: UrlOptions) -> UrlOptions:
    """The options with the login from the URL, else from `~/.netrc`, which counts when the options have none.

    That of `~/.netrc` is sent with the first request, as `get_url` does.
    """
    if options.url_username:
        return options
    parts = urlsplit(url)
    login, at, _unused = parts.netloc.rpartition("@")
    if at:
        user, _unused, password = login.partition(":")
        return replace(options, url_username=unquote(user), url_password=unquote(password))
    has_header = any(name.lower() == "authorization" for name in options.headers)
    found = login_of_netrc(parts.hostname or "", os.environ) if options.use_netrc and not has_header else None
    return replace(options, url_username=found[0], url_password=found[1], force_basic_auth=True) if found else options


def _http_parts(url: str, base: str = "") -> SplitResult | None:
    try:
        parts = urlsplit(urljoin(base, url))
        valid = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that make no sense
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="") if valid else None


_CHUNK_BYTES = 512 * 1024


def body_of(response: Any, offset: int, peer: Peer, patience: Patience) -> Body | None:
    """The body, from byte `offset` on or whole; None when the answer is neither the whole file nor the requested rest.

    Raises `TransferFailure` for an impossible length.
    """
    length = _length(response, peer)
    if response.code == 200:
        return Body(0, length, _chunks(response, length, peer, patience))
    if response.code == 206 and offset:
        found = re.fullmatch(
            r"bytes ([0-9]{1,15})-[0-9]+/([0-9]{1,15})", response.headers.get("Content-Range", "").strip()
        )
        if found and int(found[1]) == offset < int(found[2]):
            return Body(offset, int(found[2]), _chunks(response, int(found[2]) - offset, peer, patience))
    return None


def _length(response: Any, peer: Peer) -> int | None:
    """The bytes of the body; None when the answer does not say, as one in chunks.

    `http.client` parses a length like a Python number, and uses the first of several.
    """
    said = {value.strip() for value in response.headers.get_all("Content-Length", ())}
    if not said or response.chunked:
        return None
    if len(said) > 1 or not re.fullmatch("[0-9]{1,18}", min(said), re.ASCII):
        raise TransferFailure(f"{peer.host} gives a Content-Length that is no length", remedy=OF_SERVER)
    return int(min(said))


def _chunks(response: Any, expected_bytes: int | None, peer: Peer, patience: Patience) -> Iterator[bytes]:
    from http.client import HTTPException

    received = 0
    while expected_bytes is None or received < expected_bytes:
        room = _CHUNK_BYTES if expected_bytes is None else min(_CHUNK_BYTES, expected_bytes - received)
        try:
            chunk = response.read1(room)
        except (OSError, HTTPException, ValueError) as error:
            raise peer.failure(error) from error
        if not chunk:
            break
        received += len(chunk)
        patience.count(len(chunk))
        yield chunk
    if not received and expected_bytes is None:  # only the end of the connection ends such a body
        raise TransferFailure(f"the connection to {peer.host} broke off before the first byte", may_pass=True)
    if expected_bytes is not None and received < expected_bytes:
        raise TransferFailure(
            f"the connection to {peer.host} broke off after {received} of {expected_bytes} bytes", may_pass=True
        )
