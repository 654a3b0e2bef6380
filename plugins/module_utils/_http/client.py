# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One GET over http(s), with redirects followed by hand. The only file of host code that depends on Ansible.

Ansible's `open_url` would take 55 to 100 ms more, and follow redirects with the user's headers. Its `make_context`
knows the certificates of more systems than Python does.

Connecting has a separate timeout, since an unreachable server must not delay an archive that is available elsewhere.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import SplitResult

from .._errors import DownloadError
from .errors import TransferFailure, refused
from .options import USER_AGENT, UrlOptions
from .patience import Patience, watched
from .peer import Body, Peer, body_of, checked, redirected, with_login_of
from .proxies import Proxy, socks_connection


def patient_handlers(
    patience: Patience, connect_timeout_s: int | None, tls_context: Any, socks: Proxy | None = None
) -> list[Any]:
    """The handlers for `urllib`; the one for https only when there is a `tls_context`. `socks` is the proxy to use."""
    from http.client import HTTPConnection, HTTPSConnection
    from urllib import request

    class Patient(HTTPConnection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._create_connection = (
                partial(_connected_by, socks, patience) if socks else partial(_connected, patience)
            )

        def connect(self) -> None:
            self.timeout: Any
            patience_s, self.timeout = self.timeout, connect_timeout_s or self.timeout
            try:
                super().connect()  # with TLS if the class has it
            except socket.timeout:
                if connect_timeout_s is None:
                    raise
                raise OSError(errno.EHOSTUNREACH, f"no connection within {connect_timeout_s} s") from None
            self.sock.settimeout(patience_s)

    class PatientTls(Patient, HTTPSConnection):
        pass

    class Handler(request.HTTPHandler):
        def http_open(self, req: Any) -> Any:
            return self.do_open(watched(Patient, patience), req)

    class TlsHandler(request.HTTPSHandler):
        def https_open(self, req: Any) -> Any:
            return self.do_open(watched(PatientTls, patience), req, context=tls_context)

    return [Handler(), *([TlsHandler(context=tls_context)] if tls_context else [])]


def _connected_by(
    proxy: Proxy, patience: Patience, address: tuple[str, int], timeout_s: float, _source: Any = None
) -> Any:
    return socks_connection(proxy, address, timeout_s, lambda server: _connected(patience, server, timeout_s))


def _connected(patience: Patience, address: tuple[str, int], timeout_s: float, _source: Any = None) -> socket.socket:
    """As `socket.create_connection`: the timeout is for each address of a name; `patience` limits their sum."""
    failure: OSError = OSError(errno.EHOSTUNREACH, "its name has no address")
    for family, kind, protocol, _name, place in socket.getaddrinfo(*address, 0, socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(min(timeout_s, patience.connect_left_s))
            connection.connect(place)
        except OSError as error:
            connection.close()
            failure = error
        else:
            connection.settimeout(timeout_s)
            return connection
    raise failure


_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 10
_OUR_HEADERS = frozenset({"range", "accept-encoding"})


@contextmanager
def opened(url: str, *, options: UrlOptions, offset: int = 0) -> Iterator[Body]:
    """The file at `url` from byte `offset` on, or from its start when the server cannot do that.

    Raises `TransferFailure` when this URL fails, `DownloadError` for options that no URL could be requested with.
    """
    address = checked(url)
    options = with_login_of(url, options)
    patience = Patience(options.timeout, options.min_rate, is_counted=True)
    answer = _final_answer(address, options, offset, patience)
    body = body_of(answer.response, offset, answer.peer, patience) if answer.response else None
    if body:
        with answer.response:
            yield body
        return
    answer.close()
    if not offset or answer.code not in (206, 416):
        raise refused(_who_answers(answer), answer.code, answer.headers)
    # 416: the part file is longer than the file. 206: the answer is not the requested range.
    with opened(url, options=options) as whole:  # pylint: disable=contextmanager-generator-missing-cleanup
        yield whole


def _who_answers(answer: _Answer) -> str:
    """The server for a message. Proxies such as tinyproxy refuse a login with 401, as if they were it."""
    proxy = answer.peer.proxy
    may_be_proxy = proxy and not proxy.is_socks and answer.peer.address.scheme == "http" and answer.code in (401, 403)
    return f"{answer.peer.host} through the proxy {proxy.server}" if proxy and may_be_proxy else answer.peer.host


class _Answer(NamedTuple):
    """The answer of `peer`. `response` is None for every status but 2xx."""

    peer: Peer
    code: int
    headers: Any
    response: Any

    def close(self) -> None:
        if self.response:
            self.response.close()


def _final_answer(address: SplitResult, options: UrlOptions, offset: int, patience: Patience) -> _Answer:
    asked = peer = Peer(address, options)
    for _unused in range(_MAX_REDIRECTS + 1):
        answer = _ask(peer, offset, patience)
        location = answer.headers.get("Location")
        if answer.code not in _REDIRECTS or not location:
            return answer
        target = Peer(redirected(peer.address, location), options)
        peer = target if target.server == asked.server else target._replace(options=options.without_credentials())
    raise TransferFailure(f"it redirects more than {_MAX_REDIRECTS} times", remedy="")


def _ask(peer: Peer, offset: int, patience: Patience) -> _Answer:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request

    request = Request(peer.address.geturl(), headers=_headers(peer.options, offset))  # noqa: S310  (http and https only)
    try:
        proxy = peer.proxy
        if proxy and not proxy.is_socks:
            request.set_proxy(proxy.server, "http")
            if proxy.login:
                request.add_header("Proxy-Authorization", _basic(*proxy.login))
        opener = _opener(peer, patience, proxy if proxy and proxy.is_socks else None)
        response = opener.open(request, timeout=peer.options.timeout)
    except HTTPError as refusal:
        if refusal.fp:
            refusal.close()
        return _Answer(peer, refusal.code, refusal.headers, None)
    except (OSError, HTTPException, ValueError, IndexError) as error:
        raise peer.failure(error) from error
    return _Answer(peer, response.code, response.headers, response)


def _opener(peer: Peer, patience: Patience, socks: Proxy | None) -> Any:
    from urllib import request

    options = peer.options
    handlers: list[Any] = [request.HTTPErrorProcessor(), request.HTTPDefaultErrorHandler()]
    context = None
    if peer.address.scheme == "https":
        context = _tls_context(options)
    handlers += patient_handlers(patience, options.connect_timeout, context, socks)
    if options.url_username and not options.force_basic_auth:
        passwords = request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, peer.address.netloc, options.url_username, options.url_password or "")
        handlers += [request.HTTPBasicAuthHandler(passwords), request.HTTPDigestAuthHandler(passwords)]
    opener = request.OpenerDirector()
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _tls_context(options: UrlOptions) -> Any:
    files = {option: getattr(options, option) for option in ("ca_path", "client_cert", "client_key")}
    files["REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"] = options.more_authorities
    try:
        return _loaded(options.validate_certs, *files.values())
    except OSError as error:  # also SSLError
        words = getattr(error, "reason", None) or error.strerror
        given = " and ".join(f"{option} ({path})" for option, path in files.items() if path) or "the system"
        raise DownloadError(
            f"The certificates for https could not be loaded ({words}). Check that {given} has them on this host, in "
            "PEM form and readable."
        ) from error


@lru_cache(maxsize=2)  # with and without the client's certificate
def _loaded(validate_certs: bool, ca_path: str | None, cert: str | None, key: str | None, more: str | None) -> Any:
    from ansible.module_utils.urls import make_context

    context = make_context(cafile=ca_path, validate_certs=validate_certs, client_cert=cert, client_key=key)
    if more:
        context.load_verify_locations(**{"capath" if os.path.isdir(more) else "cafile": more})
    return context


def _headers(options: UrlOptions, offset: int) -> dict[str, str]:
    """The request headers.

    `identity`, because the digest is that of the archive's own bytes: a server's compression would change it.
    """
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    headers.update((name, value) for name, value in options.headers.items() if name.lower() not in _OUR_HEADERS)
    if offset:
        headers["Range"] = f"bytes={offset}-"
    if options.url_username and options.force_basic_auth:
        headers["Authorization"] = _basic(options.url_username, options.url_password or "")
    return headers


def _basic(user: str, password: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
