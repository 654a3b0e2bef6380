# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of archives, from the servers that have them: no index contains sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from .._http.errors import TransferFailure
from .._http.options import UrlOptions
from .._os.flock import Limit
from .mirrors import candidate_urls, options_for
from .source import opened

_CONNECT_TIMEOUT_S = 5


class Sizes:
    """Asks the mirrors, else the asset's own address. A server that fails once is not asked again.

    All answers together may take as long as an index: sizes are for a report, which is no reason to wait. Each answer
    is closed after its headers. A HEAD request would be more polite, but object stores behind a redirect refuse it:
    their addresses are signed for GET.
    """

    def __init__(self, mirrors: Sequence[str], options: UrlOptions) -> None:
        self._mirrors = mirrors
        self._options = replace(options, connect_timeout=min(options.timeout, _CONNECT_TIMEOUT_S))
        self._silent_servers: set[str] = set()
        self._limit = Limit(options.index_timeout, "index_timeout")

    def size_of(self, asset_url: str) -> int | None:
        """The size in bytes; None when no server reports it. Raises as `candidate_urls` does."""
        options = options_for(asset_url, self._mirrors, self._options)
        answers = (self._ask(url, options) for url in candidate_urls(asset_url, self._mirrors))
        return next((size for size in answers if size is not None), None)

    def _ask(self, url: str, options: UrlOptions) -> int | None:
        server = urlsplit(url).netloc
        if server in self._silent_servers or self._limit.left_s <= 0:
            return None
        try:
            with opened(url, options) as body:
                return body.total_bytes
        except TransferFailure as failure:
            if server and (failure.may_pass or failure.is_local):
                self._silent_servers.add(server)
            return None
