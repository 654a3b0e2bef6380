# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an http(s) request failed, as a clause without the credentials that Python's own messages can contain."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from .._errors import REACH, DownloadError
from .patience import TooSlow
from .proxies import ProxyFailure

_BUSY = frozenset({408, 425, 429})
_OF_LOGIN = "; check url_username, url_password and headers"
_OF_PROXY = "; give the proxy's URL a user and a password"
_HINTS = {401: _OF_LOGIN, 403: _OF_LOGIN, 407: _OF_PROXY}
_ABSENT = "The server was reached but has no such file: sync the mirror, or correct its address in `mirror`"
_REMEDIES = {401: "", 403: "", 407: "", 404: _ABSENT, 410: _ABSENT}
OF_SERVER = "The server was reached: look at its log or try again later, or set `mirror` to another address"
_OF_PROXIES = "Allow the address in the proxy, or name it in no_proxy, or set `mirror` to one that the proxy allows"
_TUNNEL_REFUSED = "Tunnel connection failed: "  # http.client's text, before the proxy's own status


class TransferFailure(DownloadError):
    """One source failed. `str(error)` is a clause that follows the source's URL.

    `may_pass` is whether the same request can succeed in a moment; `wait_s` are the seconds that the source asks to
    wait, or None. `is_local` is whether this machine's network or disk is the cause, which others may not have.
    `remedy` is what helps, without a full stop; "" when the reason says it.
    """

    def __init__(
        self,
        reason: str,
        *,
        may_pass: bool = False,
        wait_s: int | None = None,
        is_local: bool = False,
        remedy: str = REACH,
    ) -> None:
        super().__init__(reason)
        self.remedy = remedy
        self.may_pass = may_pass
        self.is_local = is_local
        self.wait_s = wait_s


def refused(host: str, code: int, headers: Any) -> TransferFailure:
    """The failure for a status other than 200 and 206."""
    # The header's other form, a date, is not used: it compares two clocks.
    return TransferFailure(
        _answers(host, code) + _HINTS.get(code, ""),
        remedy=_REMEDIES.get(code, OF_SERVER),
        may_pass=_may_pass(code),
        is_local=code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        wait_s=retry_after_s(headers),
    )


def explained(error: BaseException, *, host: str, proxy: str | None, timeout_s: int) -> TransferFailure:
    """The failure for an error raised by a request to `host`, or while reading its answer.

    `proxy` is the proxy in between as host:port, None when there is none. `timeout_s` is in seconds.
    """
    peer = f"the proxy {proxy}" if proxy else host
    for cause in _causes(error):
        failure = _of_tls(cause, host) or _of_network(cause, peer, timeout_s) or _of_protocol(cause, peer)
        if failure:
            return failure
    return TransferFailure(f"the request to {peer} failed ({type(error).__name__})")


def retry_after_s(headers: Any) -> int | None:
    """The seconds to wait that a server asks for. A date is ignored: it compares two clocks."""
    seconds = re.fullmatch("[0-9]{1,9}", headers.get("Retry-After", "").strip())
    return int(seconds[0]) if seconds else None


def unverified(host: str, words: str) -> str:
    """Why the certificate of `host` is not accepted, in `words` of the TLS library, and what to do."""
    if "expired" in words or "not yet valid" in words:
        now = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        advice = f"set the clock, which says {now} UTC, or renew the certificate"
    elif "match" in words:
        advice = "use a name or an address that the certificate has"
    else:
        advice = (
            "if a proxy that inspects TLS or a private authority signed it, add that authority to the system's "
            "certificates or name its file in ca_path"
        )
    return f"the certificate of {host} could not be verified ({words.rstrip('.')}); {advice}"


def _of_tls(cause: BaseException, host: str) -> TransferFailure | None:
    import ssl

    if isinstance(cause, ssl.SSLCertVerificationError):
        return TransferFailure(unverified(host, cause.verify_message), remedy="")
    if isinstance(cause, ssl.SSLError):
        return TransferFailure(f"TLS with {host} fails ({cause.reason or 'the connection broke'})", may_pass=True)
    return None


def _of_network(cause: BaseException, peer: str, timeout_s: int) -> TransferFailure | None:
    if isinstance(cause, ProxyFailure):
        return TransferFailure(str(cause), may_pass=True, is_local=True)
    if isinstance(cause, socket.gaierror):
        may_pass = cause.errno == socket.EAI_AGAIN
        return TransferFailure(f"the name of {peer} does not resolve", may_pass=may_pass, is_local=True)
    if isinstance(cause, socket.timeout):  # no TimeoutError before Python 3.10
        return TransferFailure(f"{peer} sent nothing for {timeout_s} s", may_pass=True)
    if isinstance(cause, TooSlow):
        return TransferFailure(f"{peer} {cause}", may_pass=True)
    if isinstance(cause, ConnectionRefusedError):
        return TransferFailure(f"{peer} refuses the connection", may_pass=True)
    if isinstance(cause, ConnectionError):
        return TransferFailure(f"the connection to {peer} broke", may_pass=True)
    if isinstance(cause, OSError) and str(cause).startswith(_TUNNEL_REFUSED):
        status = str(cause)[len(_TUNNEL_REFUSED) :][:3]
        code = int(status) if status.isascii() and status.isdecimal() else 0
        said = _answers(peer, code) + (_OF_PROXY if code == 407 else "")
        return TransferFailure(said, may_pass=_may_pass(code), is_local=True, remedy=_OF_PROXIES)
    if isinstance(cause, OSError) and cause.errno and cause.strerror:
        return TransferFailure(f"{peer} cannot be reached ({cause.strerror})", may_pass=True)
    return None


def _of_protocol(cause: BaseException, peer: str) -> TransferFailure | None:
    from http.client import HTTPException, IncompleteRead, InvalidURL
    from urllib.error import URLError

    if isinstance(cause, IncompleteRead):
        return TransferFailure(f"the connection to {peer} broke off half way", may_pass=True)
    if isinstance(cause, (UnicodeError, InvalidURL)):
        return TransferFailure("the URL or one of the headers holds a character that may not be there", remedy="")
    if isinstance(cause, HTTPException):
        return TransferFailure(f"{peer} answers something that is not HTTP")
    # urllib's, for an unsupported login, which for Digest is a text as a reason, and for a header with a line end; the
    # second for a value of Digest that is empty
    if isinstance(cause, (ValueError, IndexError)) or (isinstance(cause, URLError) and isinstance(cause.reason, str)):
        return TransferFailure(
            f"{peer} wants another login than Basic or Digest, or one of the headers is malformed", remedy=""
        )
    return None


def _answers(peer: str, code: int) -> str:
    try:
        phrase = " " + HTTPStatus(code).phrase
    except ValueError:  # a number of the server's own
        phrase = ""
    return f"{peer} answers {code}{phrase}"


def _may_pass(code: int) -> bool:
    return code in _BUSY or code >= 500


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, the innermost first: `urllib` wraps an error in a less specific one."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        yield from _causes(reason)
    yield error
