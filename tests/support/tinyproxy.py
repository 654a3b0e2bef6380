# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tinyproxy on loopback: a forward proxy that asks for a login, as houses have them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port, why_not_listening

CONFIGURATION = """\
Port {port}
Listen 127.0.0.1
Allow 127.0.0.1
BasicAuth {user} {password}
LogFile "{log}"
LogLevel Connect
DisableViaHeader Yes
"""


class TinyproxyUnavailable(Exception):
    """There is no tinyproxy on this machine, or it does not start; the message says why."""


@contextmanager
def tinyproxy(user: str, password: str, log: Path) -> Iterator[int]:
    """Yields the proxy's port. `log` gets a line for each connection. Raises `TinyproxyUnavailable`."""
    program = shutil.which("tinyproxy", path="/usr/bin:/usr/sbin")
    if program is None:
        raise TinyproxyUnavailable("There is no tinyproxy here: Debian has it as tinyproxy-bin.")
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        configuration = Path(scratch, "tinyproxy.conf")
        configuration.write_text(CONFIGURATION.format(port=port, user=user, password=password, log=log))
        process = subprocess.Popen([program, "-d", "-c", str(configuration)], stdout=subprocess.DEVNULL)
        try:
            complaint = why_not_listening(process, port)
            if complaint:
                raise TinyproxyUnavailable(f"tinyproxy {complaint}.")
            yield port
        finally:
            process.terminate()
            process.wait()
