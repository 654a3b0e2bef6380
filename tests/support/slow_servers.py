# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that never stop: they send a byte now and then, or without end, in each part of an answer.

Every wait of a client is short, so none of its timeouts for one wait ever passes. Each behaviour goes on until the
client hangs up or the test ends. `STEP_S` is the pause after a byte; a client with a timeout of several such steps has
to end by itself.

With a `ReadClock` no pause is real: only what the client reads takes time, and servers wait until it has read.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from ansible_collections.standalone.python.plugins.module_utils._http import patience
from ansible_collections.standalone.python.plugins.module_utils._os import flock

from .servers import Answering, Behaviour, redirect

if TYPE_CHECKING:
    import pytest

STEP_S = 0.05

_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


class ReadClock:
    """A clock for the limits of requests, on which each read of the thread that made it takes `step_s`.

    Whatever else the machine does, the same reads end at the same time. A limit has to be many steps long, and a step
    some seconds, since sockets still have what is left of a limit as their own, real timeout.
    """

    current: ReadClock | None = None

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, step_s: float) -> None:
        self.step_s = step_s
        self.now_s = 0.0
        self.reads = 0
        reader = threading.get_ident()
        recv_into = socket.socket.recv_into

        def read(connection: socket.socket, *args: Any) -> int:
            size_bytes = recv_into(connection, *args)
            if threading.get_ident() == reader:
                self.now_s += self.step_s
                self.reads += 1
            return size_bytes

        begin = flock.Limit.__init__

        def begin_at_this_clock(limit: flock.Limit, seconds: float, option: str) -> None:
            begin(limit, seconds, option, self.now_s)

        monkeypatch.setattr(ReadClock, "current", self)
        monkeypatch.setattr(socket.socket, "recv_into", read)
        monkeypatch.setattr(flock.Limit, "__init__", begin_at_this_clock)
        for module in (patience, flock):
            monkeypatch.setattr(module, "time", self)

    sleep = staticmethod(time.sleep)

    def monotonic(self) -> float:
        """What the code under test asks in place of the module `time`."""
        return self.now_s


def write_and_pause(answering: Answering, piece: bytes) -> bool:
    """Sends a piece and waits, with a clock of reads until it was read; True when the test is over."""
    clock = ReadClock.current
    if clock is None:
        answering.wfile.write(piece)
        return answering.origin.stopping.wait(STEP_S)
    reads = clock.reads
    answering.wfile.write(piece)
    while clock.reads == reads:
        if answering.origin.stopping.wait(0.001):
            return True
    return answering.origin.stopping.is_set()


def dripping(at_once: bytes, then: bytes) -> Behaviour:
    """Sends `at_once`, then `then` again and again, a byte at a time."""

    def behave(answering: Answering) -> None:
        answering.close_connection = True
        answering.wfile.write(at_once)
        for byte in cycle(then):
            if write_and_pause(answering, bytes([byte])):
                return

    return behave


def endless(at_once: bytes, then: bytes) -> Behaviour:
    """Sends `at_once`, then `then` again and again, as fast as the client takes it."""

    def behave(answering: Answering) -> None:
        answering.close_connection = True
        answering.wfile.write(at_once)
        while not answering.origin.stopping.is_set():
            answering.wfile.write(then * (4096 // len(then)))

    return behave


def paced(piece: bytes, times: int) -> Behaviour:
    """Sends as much as anybody could ask for in each step, for `times` steps, and no length."""

    def behave(answering: Answering) -> None:
        answering.start(200, {})
        for _step in range(times):
            if write_and_pause(answering, piece.ljust(4096)):
                break
        answering.hang_up()

    return behave


def late(behaviour: Behaviour, pause_s: float) -> Behaviour:
    """Waits before it answers, less long than a client's timeout."""

    def behave(answering: Answering) -> None:
        clock = ReadClock.current
        if clock is None:
            answering.origin.stopping.wait(pause_s)
        else:
            clock.now_s += pause_s
        behaviour(answering)

    return behave


# Until the headers are whole. In each the client has seen something before its timeout for one wait could pass.
SLOW_HEADERS: Mapping[str, Behaviour] = {
    "a status line that never ends": dripping(b"HTTP/1.1 200 O", b"K"),
    "a header that never ends": dripping(_OK + b"X-Long: ", b"x"),
    "headers one after the other": dripping(_OK, b"X: y\r\n"),
    "continue, slowly": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "continue, without end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers of a redirect": dripping(b"HTTP/1.1 302 Found\r\nLocation: /", b"a"),
    "headers of a refusal": dripping(b"HTTP/1.1 503 Busy\r\nRetry-After: ", b"1"),
}

# Once the headers are there. None gives the bytes of a file at a rate that anybody would wait for.
SLOW_BODIES: Mapping[str, Behaviour] = {
    "a body with a length": dripping(_OK + b"Content-Length: 96000\r\n\r\n", b"x"),
    "a body until the end of the connection": dripping(b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
    "chunks of a byte": dripping(_CHUNKED, b"1\r\nx\r\n"),
    "the length of a chunk": dripping(_CHUNKED, b"0"),
    "the extension of a chunk": dripping(_CHUNKED + b"1;", b"x"),
    "trailers": dripping(_CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
}

# At full speed. None ever comes to the end of a file.
ENDLESS_BODIES: Mapping[str, Behaviour] = {
    "a body without end": endless(b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
    "chunks without end": endless(_CHUNKED, b"1\r\nx\r\n"),
}

# At full speed, in what frames a body and is none of it.
ENDLESS_FRAMES: Mapping[str, Behaviour] = {
    "trailers without end": endless(_CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
}


def slow_redirects(pause_s: float) -> Mapping[str, Behaviour]:
    """A script: `/0` redirects to `/1` and so on, with a pause each that is within the patience for one answer."""
    return {f"/{number}": late(redirect(f"/{number + 1}"), pause_s) for number in range(20)}


@contextmanager
def dripping_socket(at_once: bytes = b"", then: bytes = b"\x00") -> Iterator[int]:
    """The port of a server that reads no request and sends a byte now and then, such as half of a TLS handshake."""
    stopping = Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.sendall(at_once)
            while not stopping.wait(STEP_S):
                connection.sendall(then)

    def accept(listening: socket.socket) -> None:
        while not stopping.is_set():
            try:
                connection, _address = listening.accept()
                serve(connection)
            except OSError:  # the client has hung up, or the test is over
                continue

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        thread = Thread(target=accept, args=[listening], daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stopping.set()
            thread.join()


# The beginning of a TLS record that promises 16 KiB of handshake.
HALF_A_HANDSHAKE = b"\x16\x03\x03\x40\x00"
