# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A requests session for one URL, which keeps its secrets from every other host.

`requests` is imported here, and this file only when a document must really be fetched.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

try:
    import requests
    import requests.adapters
    import requests.auth
    import requests.hooks
    import urllib3
except ImportError as error:
    # ansible-test imports every file without the requirements of the collection. `fetch` reports a missing one.
    MISSING: ImportError | None = error
    _Session: Any = object
    _RequestException: Any = Exception
    _Adapter: Any = object
    _DigestAuth: Any = object
else:
    MISSING = None
    _Session = requests.Session
    _RequestException = requests.RequestException
    _Adapter = requests.adapters.HTTPAdapter
    _DigestAuth = requests.auth.HTTPDigestAuth

from ansible_collections.standalone.python.plugins.module_utils._http.options import USER_AGENT, UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.patience import Patience, watched
from ansible_collections.standalone.python.plugins.module_utils._http.peer import with_login_of
from ansible_collections.standalone.python.plugins.module_utils._http.proxies import (
    Proxy,
    proxy_for,
    socks_connection,
)

_MAX_REDIRECTS = 10
_SIMPLE_CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


class Downgrade(_RequestException):
    """A redirect from https to http, on which an attacker in between could choose the digests."""


class OddCoding(_RequestException):
    """A body in several codings, or in one that was not requested: a few bytes could inflate without end."""


class GuardedSession(_Session):
    """A session that sends the user's headers, login and certificate to the host of `url` only, not after a redirect.

    All responses together have as much time as `patience` has left.
    """

    def __init__(self, url: str, options: UrlOptions, patience: Patience) -> None:
        super().__init__()
        self._url = url
        self.max_redirects = _MAX_REDIRECTS
        self.trust_env = False  # proxies and logins of the environment count by the same rule as on hosts
        self._uses_proxy = options.use_proxy
        self.headers["User-Agent"] = USER_AGENT
        self.headers["Accept-Encoding"] = "gzip, deflate"
        self.headers.update(options.headers)
        self.auth = _auth(url, options)
        if options.client_cert:
            self.cert = (options.client_cert, options.client_key) if options.client_key else options.client_cert
        uses_system_trust = options.validate_certs and not options.ca_path
        self.mount("https://", (_SystemTrustAdapter if uses_system_trust else _PatientAdapter)(patience))
        self.mount("http://", _PatientAdapter(patience))
        self.verify = (options.ca_path or options.more_authorities or True) if options.validate_certs else False
        self._secret_headers = ("Authorization", "Cookie", *options.headers)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As `requests` does, without secrets for another host. Raises `Downgrade`."""
        if self._url.startswith("https:") and not str(request.url).startswith("https:"):
            raise Downgrade
        if self.should_strip_auth(self._url, request.url):
            for name in self._secret_headers:
                request.headers.pop(name, None)
            request.hooks = requests.hooks.default_hooks()  # a login registers itself in the hooks
            kwargs["cert"] = None
        kwargs["proxies"] = self._proxies(str(request.url))
        answer: requests.Response = super().send(request, **kwargs)
        return answer

    def rebuild_proxies(self, prepared_request: requests.PreparedRequest, _proxies: Any) -> dict[str, str]:
        """No proxies and no login of one for a redirected request: `send` determines its proxy.

        `requests` would send the login of the former proxy, also to a server without one.
        """
        prepared_request.headers.pop("Proxy-Authorization", None)
        return {}

    def _proxies(self, url: str) -> dict[str, str]:
        """The HTTP proxy for a URL, by its scheme. Raises `ProxyFailure`."""
        parts = urlsplit(url)
        proxy = proxy_for(parts) if self._uses_proxy else None
        for adapter in self.adapters.values():
            adapter.socks = proxy if proxy and proxy.is_socks else None
        if proxy is None or proxy.is_socks:
            return {}
        login = ":".join(quote(part, safe="") for part in proxy.login) + "@" if proxy.login else ""
        return {parts.scheme: f"http://{login}{proxy.server}"}


class _PatientAdapter(_Adapter):
    """Read responses with `patience`, and only the body of a 200: `requests` reads those of redirects to their end."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.socks: Proxy | None = None  # for the connections that are made next
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _make_patient(self.poolmanager, self._patience, self)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if is_new:
            _make_patient(manager, self._patience)
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """The login of a proxy, as `_basic` sends that of a server."""
        parts = urlsplit(proxy)
        if not parts.username:
            return {}
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"Proxy-Authorization": f"Basic {b64encode(login.encode()).decode()}"}

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().send(request, *args, **kwargs)
        answer.raw.enforce_content_length = True  # urllib3 1.26 accepts a truncated response
        if answer.status_code != 200:
            answer.raw.close()
        elif answer.headers.get("Content-Encoding", "").strip().lower() not in _SIMPLE_CODINGS:
            answer.close()
            raise OddCoding(request=request)
        return answer


def _make_patient(manager: Any, patience: Patience, adapter: Any = None) -> None:
    manager.pool_classes_by_scheme = {
        scheme: type(
            pool.__name__, (pool,), {"ConnectionCls": watched(_by_socks(pool.ConnectionCls, adapter), patience)}
        )
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _by_socks(connection_class: Any, adapter: Any) -> Any:
    """A subclass that connects through the SOCKS proxy that the adapter has then, if any."""

    class Connection(connection_class):
        def _new_conn(self) -> Any:
            proxy = adapter.socks if adapter else None
            if proxy is None:
                return super()._new_conn()
            return socks_connection(
                proxy,
                (self.host, self.port),
                self.timeout,
                lambda server: socket.create_connection(server, self.timeout),
            )

    return Connection


class _SystemTrustAdapter(_PatientAdapter):
    """Trust the system's certificate authorities in addition to those of `certifi`.

    An in-house authority is in the system's store, where `requests` alone does not look.
    """

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.poolmanager.connection_pool_kw["ssl_context"] = self._trust
        return super().send(request, *args, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._trust, **kwargs)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made for the first request, since to read all authorities takes longer than most answers."""
        context = ssl.create_default_context()
        # urllib3 1.26 passes no name to OpenSSL when the host is an IP address, and OpenSSL then refuses. With this
        # off, every urllib3 compares the certificate with the name or address itself.
        context.check_hostname = not getattr(urllib3, "__version__", "1.").startswith("1.")
        return context


class _Login(_DigestAuth):
    """Log in when the server asks for it, by the scheme that it asks for, as hosts do."""

    def handle_401(self, r: requests.Response, **kwargs: Any) -> requests.Response:
        asked = r.headers.get("WWW-Authenticate", "").lower()
        if r.status_code != 401 or "digest" in asked or "basic" not in asked or "Authorization" in r.request.headers:
            with suppress(KeyError):  # of a challenge without realm or nonce
                return super().handle_401(r, **kwargs)  # type: ignore[no-any-return]
            return r
        r.close()
        again = _basic(self.username, self.password)(r.request.copy())
        answer: requests.Response = r.connection.send(again, **kwargs)
        answer.request = again
        return answer


def _auth(url: str, options: UrlOptions) -> Any:
    """What logs in. A login in the URL or of `~/.netrc` is sent with the first request."""
    if not options.url_username and any(name.lower() == "authorization" for name in options.headers):
        return _as_it_is  # else a login in the URL would replace the header
    found = with_login_of(url, options)
    if not found.url_username:
        return None
    kind = _Login if found is options and not options.force_basic_auth else _basic
    return kind(found.url_username, found.url_password or "")


def _basic(user: str, password: str) -> Any:
    """The login in UTF-8, as hosts send it; `requests` alone sends Latin-1, in which many passwords cannot be sent."""
    return requests.auth.HTTPBasicAuth(user.encode(), password.encode())


def _as_it_is(request: Any) -> Any:
    return request
