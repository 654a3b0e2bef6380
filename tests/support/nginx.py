# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nginx on loopback, for tests and benchmarks where a real server matters (ranges, sendfile, conditional requests)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port, why_not_listening

# One process without privileges: as root, nginx would drop to a user who may not read the caller's directories.
CONFIGURATION = """\
daemon off;
master_process off;
pid {scratch}/pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log {access_log};
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    {server}
}}
"""
PLAIN_SERVER = 'server {{ listen 127.0.0.1:{port}; root "{directory}"; }}'


class NginxUnavailable(Exception):
    """There is no nginx on this machine, or it does not start; the message says why."""


def find_nginx() -> str | None:
    """The program's path, or None. Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")


@contextmanager
def nginx(directory: Path, access_log: Path | None = None, server: Callable[[int], str] | None = None) -> Iterator[str]:
    """Serve a directory; yields the base URL, without a '/' at the end. Raises `NginxUnavailable`.

    `access_log` gets a line for each request, in nginx's combined format. `server` makes a `server` block of a port of
    the loopback, to be used instead of a plain one.
    """
    program = find_nginx()
    if program is None:
        raise NginxUnavailable("There is no nginx on this machine; Debian's package nginx-light has all that is used.")
    with tempfile.TemporaryDirectory(prefix="nginx-") as scratch:
        port = free_port()
        configuration = Path(scratch, "nginx.conf")
        configuration.write_text(
            CONFIGURATION.format(
                scratch=scratch,
                access_log=access_log or "off",
                server=server(port) if server else PLAIN_SERVER.format(port=port, directory=directory),
            )
        )
        with Path(scratch, "log").open("w+") as log:
            process = subprocess.Popen([program, "-e", "stderr", "-p", scratch, "-c", str(configuration)], stderr=log)
            try:
                complaint = why_not_listening(process, port)
                if complaint:
                    raise NginxUnavailable(f"nginx {complaint}: {Path(log.name).read_text().strip()}")
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait()
