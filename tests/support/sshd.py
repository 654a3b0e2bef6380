# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sshd on loopback, started for the user of the tests alone, that serves as many hosts as needed."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

from .accounts import Account, command_with_accounts

START_TIMEOUT_S = 10

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {scratch}/host
AuthorizedKeysFile {scratch}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
"""

# bash reads ~/.bashrc for each command that comes over SSH; a developer's can cost more than what is measured.
EMPTY_HOME = "SetEnv HOME={scratch}/home\n"


class SshUnavailable(Exception):
    """There is no sshd on this machine, or it does not start; the message says why."""


@dataclass(frozen=True)
class Login:
    """How to get in."""

    port: int
    user: str
    key: Path
    known_hosts: Path


@contextmanager
def sshd(accounts: Sequence[Account] = ()) -> Iterator[Login]:
    """Run sshd on 127.0.0.1; yields how to log in as oneself, with a home that is empty. Raises `SshUnavailable`.

    With `accounts` the key opens these as well, they exist for this sshd alone, and everybody has an own home.
    """
    program = shutil.which("sshd", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if program is None or shutil.which("ssh-keygen") is None:
        raise SshUnavailable("There is no sshd on this machine; Debian's package is openssh-server.")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd, as root, insists on going without privileges
    with tempfile.TemporaryDirectory(prefix="sshd-") as directory:
        scratch = Path(directory)
        login = _prepare(scratch, EMPTY_HOME if not accounts else "")
        command = [program, "-D", "-e", "-f", str(scratch / "configuration")]
        if accounts:
            scratch.chmod(0o755)  # sshd reads the list of keys as the user who logs in
            command = command_with_accounts(command, accounts, scratch)
        with (scratch / "log").open("w+") as log:
            process = subprocess.Popen(command, stderr=log)
            try:
                _wait_for_banner(process, login.port, scratch / "log")
                yield login
            finally:
                process.terminate()
                process.wait()


def _prepare(scratch: Path, more_configuration: str) -> Login:
    """Keys, configuration and an empty home."""
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(scratch / name)]
        subprocess.run(keygen, check=True)
    (scratch / "home").mkdir()
    port = free_port()
    configuration = (CONFIGURATION + more_configuration).format(port=port, scratch=scratch)
    (scratch / "configuration").write_text(configuration)
    known_hosts = scratch / "known_hosts"
    known_hosts.write_text(f"[127.0.0.1]:{port} {(scratch / 'host.pub').read_text()}")
    return Login(port, getpass.getuser(), scratch / "user", known_hosts)


def _wait_for_banner(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SshUnavailable(f"sshd ended with status {process.returncode}: {log.read_text().strip()}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise SshUnavailable(f"sshd did not answer on port {port} within {START_TIMEOUT_S} s: {log.read_text().strip()}")
