# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch one document by http(s), above all an index: conditionally, with retries, in bounded memory."""

from __future__ import annotations

import sys
import warnings
from time import sleep
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.patience import Patience
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit

from .._documents import MAX_BYTES as _MAX_BYTES
from .errors import FetchError, explained, refused

_PAUSES_S = (0.5, 1.0)  # between three tries
_LONGEST_PAUSE_S = 30
_CONNECT_TIMEOUT_S = 10
_CHUNK_BYTES = 64 * 1024  # as received; inflated, they can be a thousand times as many


class Validators(NamedTuple):
    """The server's identifiers of the version that we have of a document. None means that it sent none."""

    etag: str | None = None
    last_modified: str | None = None

    def as_headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class Document(NamedTuple):
    """The bytes of a document, and the validators for the next request."""

    body: bytes
    validators: Validators


def fetch(
    url: str,
    *,
    options: UrlOptions,
    validators: Validators,
    what: str = "The index",
    whole: Limit | None = None,
) -> Document | None:
    """The document at `url`, or None when it is still the one that `validators` describe.

    `what` is the document's name in messages. The whole fetch, with redirects, retries and pauses, may take
    `index_timeout` seconds, or the rest of `whole` when it is one of several. Raises `FetchError`.
    """
    from .session import MISSING, GuardedSession

    if MISSING:
        raise IndexUnavailable(
            "Fetching an index needs the Python package requests, which the Python that runs Ansible does not have "
            f"({MISSING}). Run {sys.executable} -m pip install requests, or set index to a file or to bundled."
        )
    whole = whole or Limit(options.index_timeout, "index_timeout")
    patience = Patience(options.timeout, options.min_rate, whole=whole)
    with GuardedSession(url, options, patience) as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # urllib3 warns for each request that validate_certs=false is unsafe
        for pause_s in _PAUSES_S:
            try:
                return _ask(session, url, options, validators, what)
            except FetchError as error:
                wait_s = min(error.retry_after_s or pause_s, _LONGEST_PAUSE_S)
                if error.outlook != "soon" or wait_s >= whole.left_s:
                    raise
                sleep(wait_s)
                patience.start()
        return _ask(session, url, options, validators, what)


def _ask(session: Any, url: str, options: UrlOptions, validators: Validators, what: str) -> Document | None:
    import requests

    timeouts_s = (min(options.timeout, _CONNECT_TIMEOUT_S), options.timeout)
    try:
        with session.get(url, headers=validators.as_headers(), timeout=timeouts_s, stream=True) as response:
            if response.status_code == 304:
                return None
            if response.status_code != 200:
                raise refused(url, response, what=what)
            fresh = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
            return Document(_body(url, response, what), fresh)
    except (requests.RequestException, ValueError, OSError) as error:
        raise explained(
            url, error, timeout_s=options.timeout, what=what
        ) from None  # messages of `requests` can hold secrets


def _body(url: str, response: Any, what: str) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > _MAX_BYTES:
                raise FetchError.of(url, f"it is larger than {_MAX_BYTES // 2**20} MiB", "never", what=what)
    except ValueError:  # urllib3's, for a chunk of negative length
        raise FetchError.of(url, "the answer broke off half way", "soon", what=what) from None
    return bytes(body)
