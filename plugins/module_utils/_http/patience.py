# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server may take: a deadline for headers, a minimum rate for data, a limit for a whole document.

A socket's timeout starts again with each byte. A server that sends single bytes now and then never reaches it, be it in
a status line, a header, the length of a chunk, a trailer or a proxy's answer to CONNECT. So every byte that
`http.client` reads passes through `Patience.read`, here and, by `watched`, in the connections of urllib3.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any

from .._os.flock import Limit

# A server and all of its redirects have this many times the timeout of one answer.
_TIMEOUTS_UNTIL_FINAL_ANSWER = 3
_MAX_BYTES_WITHOUT_DATA = 4 * 1024**2  # far more than is read at once before it is counted


class TooSlow(OSError):
    """The server sends, but too slowly. `str(error)` is a clause that follows the server's name."""


class Patience:
    """The time that one request has, with its redirects and the body of its last answer.

    `min_rate` is in bytes a second, measured over `timeout_s` seconds of waiting; 0 allows any rate. Time that this
    side spends on its disk does not count. With `is_counted`, only what the caller reports by `count` is data: the
    framing of a chunked body, which a server can make arbitrarily long, is not.
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
        """Begin a new request, as opposed to a redirect from an earlier one."""
        self._until_final_answer = Limit(_TIMEOUTS_UNTIL_FINAL_ANSWER * self.timeout_s, "timeout")
        self._total_bytes = self._bytes_since_data = 0
        self.expect_headers()

    def expect_headers(self) -> None:
        """Treat the next bytes as an answer's status and headers, or as several such as `100 Continue`."""
        self.has_ended = False  # whether the server has closed the connection
        self._headers: Limit | None = Limit(self.timeout_s, "timeout")
        self._bytes, self._waited_s = 0, 0.0

    def expect_body(self) -> None:
        """Treat the next bytes as the body of the answer."""
        self._headers = None
        self._bytes, self._waited_s = 0, 0.0

    def count(self, size_bytes: int) -> None:
        """Record that `size_bytes` of a body have arrived."""
        self._bytes += size_bytes
        self._bytes_since_data = 0

    @property
    def connect_left_s(self) -> float:
        """The seconds that a connection may still take. Raises `TooSlow` when none are left."""
        self.expect_headers()  # after a redirect's body
        self._require_time()
        return min(self.timeout_s, self._until_final_answer.left_s)

    def read(self, connection: Any, buffer: Any) -> int:
        """`recv_into` within the time that is left; returns the number of bytes.

        Raises `TooSlow`, or the socket's own timeout.
        """
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
        self.has_ended = not size_bytes
        self._total_bytes += size_bytes
        self._bytes_since_data += size_bytes
        if self._headers or not self._is_counted:
            self.count(size_bytes)
        return size_bytes

    def _limits(self) -> tuple[Limit | None, ...]:
        return self._headers, self._until_final_answer if self._headers else None, self._whole

    def _require_time(self, is_silent: bool = False) -> None:
        """Raise `TooSlow` when a limit is over. The timeout of a server that `is_silent` has a better message."""
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
    """What a socket receives, for a buffered reader. `stream` is the socket's own reader, which keeps it open."""

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
    """A subclass of a connection class of `http.client` or urllib3; `patience` limits its answers."""
    from http.client import HTTPResponse, RemoteDisconnected

    class Answer(HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp: Any = io.BufferedReader(_Watched(self.fp.detach(), sock, patience))
            patience.expect_headers()

        def begin(self) -> None:
            super().begin()
            while 100 <= self.status < 200 and self.status != 101:  # such as Early Hints: http.client only skips 100
                self.headers: Any = None
                super().begin()
            if patience.has_ended:  # http.client takes what has come for all headers
                raise RemoteDisconnected("")
            patience.expect_body()

    return type(f"Watched{connection_class.__name__}", (connection_class,), {"response_class": Answer})
