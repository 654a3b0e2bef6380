# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that give up soon on a server that cannot be reached, and are patient once they stand.

`urllib` has one timeout for both. Where the archive can come another way, a closed firewall must not cost that long.
"""

from __future__ import annotations

import errno
import socket
from typing import Any


def hasty_handlers(connect_timeout_s: int, tls_context: Any) -> list[Any]:
    """The handlers for `urllib`; the one for https only where there is a context for it."""
    from http.client import HTTPConnection, HTTPSConnection
    from urllib import request

    class Hasty(HTTPConnection):
        def connect(self) -> None:
            patience_s, self.timeout = self.timeout, connect_timeout_s
            try:
                super().connect()  # with TLS where the class has it
            except socket.timeout:
                raise OSError(errno.EHOSTUNREACH, f"no connection within {connect_timeout_s} s") from None
            self.sock.settimeout(patience_s)

    class HastyTls(Hasty, HTTPSConnection):
        pass

    class Handler(request.HTTPHandler):
        def http_open(self, req: Any) -> Any:
            return self.do_open(Hasty, req)

    class TlsHandler(request.HTTPSHandler):
        def https_open(self, req: Any) -> Any:
            return self.do_open(HastyTls, req, context=tls_context)

    return [Handler(), *([TlsHandler(context=tls_context)] if tls_context else [])]
