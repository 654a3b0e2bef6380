# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server may take: a deadline for headers, a least rate for data, a limit for the whole of a document.

A socket's own timeout starts again with each byte. A server that sends one byte now and then never meets it, be it in
a status line, a header, the length of a chunk, a trailer or a proxy's answer to CONNECT. So every byte that
`http.client` reads comes through `Patience.read`, here and, by `watched`, in the connections of urllib3.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any

from .._os.time_limit import Limit

# A server and all that it redirects to have this many times the timeout of one answer.
_TIMEOUTS_UNTIL_FINAL_ANSWER = 3
_MAX_BYTES_WITHOUT_DATA = 4 * 1024**2  # far more than is ever read at once before it is counted


class TooSlow(OSError):
    """The server sends, but too slowly. `str(error)` is a clause that goes after the server's name."""


class Patience:
    """The time that one request has, with its redirects and the body of its last answer.

    `min_rate` is in bytes a second, over as many seconds of waiting as `timeout_s` says; 0 allows any rate. Time that
    this side needs for its disk does not count. Where `is_counted`, only what the caller reports by `count` is data:
    the frame of a chunked body, which a server can make as long as it likes, is none.
    """

    def __init__(
        self, timeout_s: float, min_rate: int, *, whole: Limit | None = None, is_counted: bool = False
    ) -> None:
        self.timeout_s = timeout_s
        self._min_rate = min_rate
        self._whole = whole
        self._is_counted = is_counted
        self.start()

    def start(self) -> None:
        """Begins with a request, which is not a redirect from an earlier one."""
        self._until_final_answer = Limit(_TIMEOUTS_UNTIL_FINAL_ANSWER * self.timeout_s, "timeout")
        self._total_bytes = self._bytes_since_data = 0
        self.expect_headers()

    def expect_headers(self) -> None:
        """The next bytes are an answer's status and headers, or those of several such as `100 Continue`."""
        self._headers: Limit | None = Limit(self.timeout_s, "timeout")
        self._bytes, self._waited_s = 0, 0.0

    def expect_body(self) -> None:
        self._headers = None
        self._bytes, self._waited_s = 0, 0.0

    def count(self, size_bytes: int) -> None:
        """So much of a body has arrived."""
        self._bytes += size_bytes
        self._bytes_since_data = 0

    @property
    def connect_left_s(self) -> float:
        """How long a connection may still take. Raises `TooSlow` when there is no time left."""
        self._require_time()
        return min(self.timeout_s, self._until_final_answer.left_s)

    def read(self, connection: Any, buffer: Any) -> int:
        """`recv_into` with as much patience as is left. Raises `TooSlow`, or the socket's own timeout."""
        self._require_time()
        self._require_rate()
        limits = [limit for limit in self._limits() if limit]
        own_timeout_s, began_s = connection.gettimeout(), time.monotonic()
        connection.settimeout(max(min([self.timeout_s, *(limit.left_s for limit in limits)]), 0.001))
        try:
            size_bytes: int = connection.recv_into(buffer)
        except socket.timeout:  # no TimeoutError before Python 3.10
            self._require_time(is_silent=not self._bytes)
            raise
        finally:
            self._waited_s += time.monotonic() - began_s
            connection.settimeout(own_timeout_s)
        self._total_bytes += size_bytes
        self._bytes_since_data += size_bytes
        if self._headers or not self._is_counted:
            self.count(size_bytes)
        return size_bytes

    def _limits(self) -> tuple[Limit | None, ...]:
        return self._headers, self._until_final_answer if self._headers else None, self._whole

    def _require_time(self, is_silent: bool = False) -> None:
        """A server that `is_silent` has run into the timeout of one wait, whose own words say more."""
        headers, until_final_answer, whole = (
            limit if limit and limit.left_s <= 0 else None for limit in self._limits()
        )
        if whole:
            raise TooSlow(f"sent {self._total_bytes} bytes in {whole.seconds:g} s, the limit of {whole.option}")
        if headers and not is_silent:
            raise TooSlow(f"sent {self._bytes} bytes of its headers in {self.timeout_s:g} s, the limit of timeout")
        if until_final_answer:
            raise TooSlow(
                f"came to no final answer in {until_final_answer.seconds:g} s with its redirects, the limit for them "
                f"({_TIMEOUTS_UNTIL_FINAL_ANSWER} times timeout)"
            )

    def _require_rate(self) -> None:
        if self._bytes_since_data > _MAX_BYTES_WITHOUT_DATA:
            raise TooSlow(f"sent {self._bytes_since_data} bytes in a row that are no data of the file")
        if self._headers or self._waited_s < self.timeout_s:
            return
        if self._bytes < self._min_rate * self._waited_s:
            raise TooSlow(
                f"sent only {self._bytes} bytes in {self._waited_s:.0f} s, less than the {self._min_rate} bytes a "
                "second of min_rate"
            )
        self._bytes, self._waited_s = 0, 0.0


class _Watched(io.RawIOBase):
    """What a socket receives, for a buffered reader. `stream` is the socket's own such object, which keeps it open."""

    def __init__(self, stream: io.RawIOBase, connection: Any, patience: Patience) -> None:
        self._stream = stream
        self._connection = connection
        self._patience = patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._patience.read(self._connection, buffer)

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def watched(connection_class: Any, patience: Patience) -> Any:
    """A class of connections, derived from that one of `http.client` or urllib3, whose answers `patience` limits."""
    from http.client import HTTPResponse

    class Answer(HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp: Any = io.BufferedReader(_Watched(self.fp.detach(), sock, patience))
            patience.expect_headers()

        def begin(self) -> None:
            super().begin()
            patience.expect_body()

    return type(f"Watched{connection_class.__name__}", (connection_class,), {"response_class": Answer})
