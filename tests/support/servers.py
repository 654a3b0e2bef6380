# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP servers on the loopback, which serve files as a good server does, or behave as a test wants.

    with serve(directory) as server:                                    # files, ranges, ETags
        fetch(f"{server.url}/file")
        assert server.paths() == ["/file"]

    with serve(directory, script={"/file": [status(500), files()]}) as server:
        ...                                                             # the first request fails, later ones do not

A behaviour is a function of the request to answer. In a list, each serves one request and the last one
all that follow. Here are those of good servers; `misbehaviours` has the others.
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import os
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Callable, NamedTuple, Union
from urllib.parse import unquote, urlsplit


class RequestedName(NamedTuple):
    """One request that a server was sent. The names of `headers` are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Server:
    """A running server; `requests` grows with each request."""

    url: str
    port: int
    directory: Path | None
    script: dict[str, Sequence[Behaviour]]
    latency_s: float
    requests: list[RequestedName] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


class Answering(BaseHTTPRequestHandler):
    """One request on its way to an answer."""

    protocol_version = "HTTP/1.1"
    origin: Server  # set by `serve`

    def do_GET(self) -> None:
        path = self.path if self.command == "CONNECT" else urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = RequestedName(self.command, self.path, headers, body)
        with self.origin.lock:
            self.origin.requests.append(request)
            earlier = sum(urlsplit(other.path).path == path for other in self.origin.requests) - 1
        time.sleep(self.origin.latency_s)
        behaviours = self.origin.script.get(path) or [files()]
        behaviours[min(earlier, len(behaviours) - 1)](self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Says nothing: what was asked is in `Server.requests`."""

    def start(self, code: int, headers: Mapping[str, object]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def finish_with(self, code: int, body: bytes, headers: Mapping[str, object]) -> None:
        self.start(code, {"Content-Length": len(body), **headers})
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True

    def file(self) -> Path:
        """The file that the request names, below the server's directory, whether it exists or not."""
        if self.origin.directory is None:
            return Path(os.devnull) / "no-directory"
        return self.origin.directory / unquote(urlsplit(self.path).path).lstrip("/")

    def offset(self) -> int:
        """Where the range begins that was asked for; 0 without one."""
        wanted = self.headers.get("Range", "bytes=0-")
        return int(wanted[len("bytes=") :].split("-")[0])


Behaviour = Callable[[Answering], None]
Script = Mapping[str, Union[Behaviour, Sequence[Behaviour]]]


@contextmanager
def serve(
    directory: Path | None = None,
    *,
    script: Script | None = None,
    latency_s: float = 0,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[Server]:
    """A server on a free port. Paths (without query) that `script` does not name get the files of `directory`."""
    httpd = ThreadingHTTPServer((host, 0), Answering)
    httpd.daemon_threads = True
    httpd.handle_error = lambda request, client_address: None  # type: ignore[method-assign]  # clients may hang up
    port = httpd.server_address[1]
    if tls:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
    lists = {path: [given] if callable(given) else list(given) for path, given in (script or {}).items()}
    server = Server(f"{'https' if tls else 'http'}://{host}:{port}", port, directory, lists, latency_s)
    httpd.RequestHandlerClass = type("Handler", (Answering,), {"origin": server})
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        httpd.shutdown()
        thread.join()
        httpd.socket.close()


def files(*, ranges: bool = True, etag: bool = True) -> Behaviour:
    """The file, or the range of it that was asked for, as a good server does it."""

    def behave(answering: Answering) -> None:
        try:
            content = answering.file().read_bytes()
        except OSError:
            answering.finish_with(404, b"there is no such file\n", {})
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"Accept-Ranges": "bytes" if ranges else "none", **({"ETag": tag} if etag else {})}
        headers["Last-Modified"] = email.utils.formatdate(answering.file().stat().st_mtime, usegmt=True)
        offset = answering.offset() if ranges else 0
        if etag and answering.headers.get("If-None-Match") == tag:
            answering.start(304, headers)
        elif not offset:
            answering.finish_with(200, content, headers)
        elif offset < len(content):
            headers["Content-Range"] = f"bytes {offset}-{len(content) - 1}/{len(content)}"
            answering.finish_with(206, content[offset:], headers)
        else:
            answering.finish_with(416, b"", {**headers, "Content-Range": f"bytes */{len(content)}"})

    return behave


def status(code: int, headers: Mapping[str, object] | None = None, body: bytes = b"") -> Behaviour:
    return lambda answering: answering.finish_with(code, body, headers or {})


def redirect(location: str, code: int = 302) -> Behaviour:
    return status(code, {"Location": location, "Set-Cookie": "visited=yes; Path=/"})


def login(user: str, password: str, then: Behaviour | None = None) -> Behaviour:
    """Asks for Basic authentication before anything else."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def behave(answering: Answering) -> None:
        if answering.headers.get("Authorization") == expected:
            (then or files())(answering)
        else:
            answering.finish_with(401, b"", {"WWW-Authenticate": 'Basic realm="mirror"'})

    return behave
