# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large archives are, asked of whoever holds them: no index tells."""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from ansible_collections.standalone.python.plugins.module_utils._mirrors import candidate_urls
from ansible_collections.standalone.python.plugins.module_utils._url_options import UrlOptions

_CONNECT_TIMEOUT_S = 5


class Sizes:
    """Asks the mirrors, else the public addresses. A server that does not answer once is not asked again."""

    def __init__(self, mirrors: Sequence[str], options: UrlOptions) -> None:
        self._mirrors = mirrors
        self._options = options
        self._silent_servers: set[str] = set()

    def size_of(self, asset_url: str) -> int | None:
        """In bytes; None when nobody tells it. Raises what `candidate_urls` raises."""
        answers = (self._ask(url) for url in candidate_urls(asset_url, self._mirrors))
        return next((size for size in answers if size is not None), None)

    def _ask(self, url: str) -> int | None:
        parts = urlsplit(url)
        if parts.scheme == "file":
            return os.path.getsize(unquote(parts.path)) if os.path.isfile(unquote(parts.path)) else None
        return None if parts.netloc in self._silent_servers else self._head(url, parts.netloc)

    def _head(self, url: str, server: str) -> int | None:
        from ._session import MISSING, GuardedSession

        if MISSING:
            return None
        import requests

        # As for an index, credentials are for servers of the user's own.
        options = self._options if self._mirrors else self._options.without_credentials()
        timeouts_s = (min(options.timeout, _CONNECT_TIMEOUT_S), options.timeout)
        try:
            with GuardedSession(url, options) as session:
                # What is sent compressed has the length of that.
                headers = {"Accept-Encoding": "identity"}
                answer = session.head(url, headers=headers, timeout=timeouts_s, allow_redirects=True)
        except (requests.RequestException, OSError):
            self._silent_servers.add(server)
            return None
        length = answer.headers.get("Content-Length", "")
        return int(length) if answer.status_code == 200 and length.isdecimal() else None
