# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SOCKS 5 proxy on the loopback that connects every client to one port, and notes what it was asked for."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class SocksProxy:
    """A running proxy. `asked` has the host and port of each request, `answer` is the code that it answers with."""

    port: int
    target_port: int
    login: tuple[str, str] | None = None
    answer: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)

    def serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(IndexError, OSError):  # the client hangs up
            self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        with client.makefile("rb") as sent:
            methods = sent.read(sent.read(2)[1])
            method = 2 if self.login else 0
            if method not in methods:
                client.sendall(b"\x05\xff")
                return
            client.sendall(bytes([5, method]))
            if self.login:
                user = sent.read(sent.read(2)[1])
                password = sent.read(sent.read(1)[0])
                is_right = (user.decode(), password.decode()) == self.login
                client.sendall(bytes([1, 0 if is_right else 1]))
                if not is_right:
                    return
            kind = sent.read(4)[3]
            if kind == 3:
                host = sent.read(sent.read(1)[0]).decode()
            else:
                family = socket.AF_INET if kind == 1 else socket.AF_INET6
                host = socket.inet_ntop(family, sent.read(4 if kind == 1 else 16))
            self.asked.append((host, int.from_bytes(sent.read(2), "big")))
            client.sendall(bytes([5, self.answer, 0, 1]) + bytes(6))
            if not self.answer:
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.target_port)) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def socks_proxy(target_port: int, login: tuple[str, str] | None = None, answer: int = 0) -> Iterator[SocksProxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = SocksProxy(listener.getsockname()[1], target_port, login, answer)

        def accept() -> None:
            while True:
                try:
                    client, _address = listener.accept()
                except OSError:
                    return
                threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
