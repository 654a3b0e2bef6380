# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error messages for documents that could not be fetched. Those of `requests` itself can hold credentials."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._http.errors import retry_after_s, unverified
from ansible_collections.standalone.python.plugins.module_utils._http.patience import TooSlow
from ansible_collections.standalone.python.plugins.module_utils._http.proxies import ProxyFailure
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url

# The outlook for the same request: "soon" means that a short wait can help, "later" that the server was not reached
# and an older copy is better than nothing, "never" that the answer is final.
Outlook = Literal["soon", "later", "never"]

_LONGEST_REASON = 80  # characters; the server may send any text
_BUSY_STATUS = frozenset({429, 500, 502, 503, 504})


class FetchError(IndexUnavailable):
    """A document could not be fetched.

    `retry_after_s` is how many seconds the server asks to wait, None when it does not say. `status` is that of the
    response, None without one.
    """

    def __init__(
        self, message: str, outlook: Outlook, retry_after_s: int | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.outlook = outlook
        self.retry_after_s = retry_after_s
        self.status = status

    @classmethod
    def of(
        cls, url: str, reason: str, outlook: Outlook, retry_after_s: int | None = None,
        *, status: int | None = None, what: str = "The index",
    ) -> FetchError:  # fmt: skip
        """The error for `reason` at `url`, whose secrets it leaves out. `what` is the document's name in messages."""
        return cls(f"{what} {shown_url(url)} could not be read: {reason}.", outlook, retry_after_s, status)

    @property
    def is_unreachable(self) -> bool:
        """Whether no server has given a final answer."""
        return self.outlook != "never"


def refused(url: str, response: Any, *, what: str) -> FetchError:
    """The error for a `requests` response that is neither 200 nor 304."""
    status = response.status_code
    hint = "; check url_username, url_password and headers" if status in (401, 403) else ""
    return FetchError.of(
        url,
        f"the server answers {status} {(response.reason or '')[:_LONGEST_REASON]}".rstrip() + hint,
        "soon" if status in _BUSY_STATUS else "never",
        retry_after_s(response.headers),
        status=status,
        what=what,
    )


def explained(url: str, error: BaseException, *, timeout_s: int, what: str) -> FetchError:
    """The error for an exception that `requests` raised."""
    causes = tuple(_causes(error))
    for kinds, reason, outlook in _explanations():
        found = next((cause for cause in causes if isinstance(cause, kinds)), None)
        if found:
            host = urlsplit(_asked_url(error) or url).hostname or ""
            words = reason.format(host=host, timeout_s=timeout_s, tls=_of_tls(causes, host), error=found)
            return FetchError.of(url, words, outlook, what=what)
    raise error


def _asked_url(error: BaseException) -> str | None:
    """The URL that failed, which differs from the index's own after a redirect."""
    return getattr(getattr(error, "request", None), "url", None)


def _explanations() -> tuple[tuple[tuple[type[BaseException], ...], str, Outlook], ...]:
    """Rows of causes, the reason without its full stop, and the outlook. The first row that fits counts.

    The order matters: `requests` derives its errors for proxies, TLS and timeouts from its `ConnectionError`, and
    all of them from `OSError`.
    """
    from http.client import HTTPException, RemoteDisconnected

    from requests import exceptions as of_requests
    from urllib3.exceptions import InvalidHeader, ReadTimeoutError

    from .session import Downgrade, OddCoding

    return (
        ((TooSlow,), "{host} {error}", "soon"),
        ((ProxyFailure,), "{error}", "later"),
        ((of_requests.ProxyError,), "its proxy refuses or does not answer; see use_proxy", "later"),
        ((of_requests.SSLError,), "{tls}", "never"),
        ((socket.gaierror,), "the name {host} does not resolve", "later"),
        ((of_requests.ConnectTimeout,), "{host} does not answer", "later"),
        ((ConnectionRefusedError,), "{host} refuses the connection", "soon"),
        ((of_requests.Timeout, ReadTimeoutError), "{host} sent nothing for {timeout_s} s", "soon"),
        ((of_requests.ChunkedEncodingError,), "the answer broke off half way", "soon"),
        ((RemoteDisconnected,), "the connection to {host} broke", "soon"),
        ((HTTPException,), "{host} answers something that is not HTTP", "soon"),
        ((of_requests.ConnectionError,), "the connection to {host} broke", "soon"),
        ((Downgrade,), "the server redirects from https to http, where nobody vouches for the digests", "never"),
        ((of_requests.TooManyRedirects,), "the server redirects in a circle", "never"),
        ((of_requests.ContentDecodingError, OddCoding), "the answer is not encoded as its header says", "never"),
        ((InvalidHeader,), "{host} gives a Content-Length that is no length", "never"),
        ((of_requests.InvalidHeader,), "a header holds a character that may not be there; see headers", "never"),
        ((of_requests.RequestException,), "it, or an address that it redirects to, is no http(s) URL", "never"),
        ((ValueError,), "it, an address that it redirects to, a header or the login cannot be sent", "never"),
        ((OSError,), "{error}", "never"),
    )


def _of_tls(causes: tuple[BaseException, ...], host: str) -> str:
    """The reason with OpenSSL's own words, or urllib3 1.26's on the name in a certificate."""
    import ssl

    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return unverified(host, cause.verify_message)
    for cause in causes:
        if type(cause).__name__ == "CertificateError":  # each urllib3 1.26 has it in another module
            return unverified(host, str(cause))
    words = next((cause.reason for cause in causes if isinstance(cause, ssl.SSLError) and cause.reason), "no details")
    return f"TLS with {host} fails ({words})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all its causes. `requests` and `urllib3` keep those in three attributes."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
