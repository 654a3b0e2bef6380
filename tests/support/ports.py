# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of the loopback, for servers that tests start."""

from __future__ import annotations

import socket
import subprocess
import time

START_TIMEOUT_S = 10


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def why_not_listening(process: subprocess.Popen[bytes], port: int) -> str | None:
    """None as soon as the process accepts connections; a clause when it ended, or did not for ten seconds."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with status {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return None
    return f"did not listen on port {port} within {START_TIMEOUT_S} s"
