# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A requests session that keeps secrets where they were meant to go.

`requests` is imported here only, and this file only when something must really be fetched.
"""

from __future__ import annotations

import ssl
from typing import Any

import requests
import requests.adapters
import requests.auth

from ansible_collections.standalone.python.plugins.module_utils._url_options import UrlOptions

_USER_AGENT = "standalone.python (Ansible collection)"
_MAX_REDIRECTS = 10


class GuardedSession(requests.Session):
    """Drops the user's own headers, any of which can be a credential, when a redirect leads to another host."""

    def __init__(self, options: UrlOptions) -> None:
        super().__init__()
        self.max_redirects = _MAX_REDIRECTS
        self.trust_env = options.use_proxy  # what trust_env adds beside proxies is given explicitly below
        self.headers["User-Agent"] = _USER_AGENT
        self.headers.update(options.headers)
        self.auth = _auth(options)
        if options.client_cert:
            self.cert = (options.client_cert, options.client_key) if options.client_key else options.client_cert
        if options.validate_certs and not options.ca_path:
            self.mount("https://", _SystemTrustAdapter())
        self._private_headers = ("Authorization", "Cookie", *options.headers)
        self._trust = _trust(options)

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, _verify: Any, cert: Any) -> Any:
        # Given here, because the session's attribute `verify` loses against REQUESTS_CA_BUNDLE.
        return super().merge_environment_settings(url, proxies, stream, self._trust, cert)

    def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
        if self.should_strip_auth(response.request.url, prepared_request.url):  # type: ignore[no-untyped-call]
            for name in self._private_headers:
                prepared_request.headers.pop(name, None)


class _SystemTrustAdapter(requests.adapters.HTTPAdapter):
    """Trusts the system's certificate authorities beside those of `certifi`.

    A company's own authority is in the system's store, and `requests` alone would not look there.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=ssl.create_default_context(), **kwargs)


def _trust(options: UrlOptions) -> bool | str:
    return (options.ca_path or True) if options.validate_certs else False


def _auth(options: UrlOptions) -> Any:
    if options.url_username:
        return requests.auth.HTTPBasicAuth(options.url_username, options.url_password or "")
    if any(name.lower() == "authorization" for name in options.headers):
        return _keep_header  # else a line in ~/.netrc would take the place of the header
    return None


def _keep_header(request: Any) -> Any:
    return request
