# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections with as much patience as a request has, which can give up sooner on a server that cannot be reached.

`urllib` has one timeout, for a connection and for each wait. Where the archive can come another way, a closed firewall
must not cost that long.
"""

from __future__ import annotations

import errno
import socket
from functools import partial
from typing import Any

from .patience import Patience, watched


def patient_handlers(patience: Patience, connect_timeout_s: int | None, tls_context: Any) -> list[Any]:
    """The handlers for `urllib`; the one for https only where there is a context for it."""
    from http.client import HTTPConnection, HTTPSConnection
    from urllib import request

    class Patient(HTTPConnection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._create_connection = partial(_connected, patience)

        def connect(self) -> None:
            self.timeout: Any
            patience_s, self.timeout = self.timeout, connect_timeout_s or self.timeout
            try:
                super().connect()  # with TLS where the class has it
            except socket.timeout:
                if connect_timeout_s is None:
                    raise
                raise OSError(errno.EHOSTUNREACH, f"no connection within {connect_timeout_s} s") from None
            self.sock.settimeout(patience_s)

    class PatientTls(Patient, HTTPSConnection):
        pass

    class Handler(request.HTTPHandler):
        def http_open(self, req: Any) -> Any:
            return self.do_open(watched(Patient, patience), req)

    class TlsHandler(request.HTTPSHandler):
        def https_open(self, req: Any) -> Any:
            return self.do_open(watched(PatientTls, patience), req, context=tls_context)

    return [Handler(), *([TlsHandler(context=tls_context)] if tls_context else [])]


def _connected(patience: Patience, address: tuple[str, int], timeout_s: float, _source: Any = None) -> socket.socket:
    """As `socket.create_connection`: the timeout is for each address of a name. `patience` ends a long row of them."""
    failure: OSError = OSError(errno.EHOSTUNREACH, "its name has no address")
    for family, kind, protocol, _name, place in socket.getaddrinfo(*address, 0, socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(min(timeout_s, patience.connect_left_s))
            connection.connect(place)
        except OSError as error:
            connection.close()
            failure = error
        else:
            connection.settimeout(timeout_s)
            return connection
    raise failure
