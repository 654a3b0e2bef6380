# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real hosts without containers: a system root, namespaces of one's own, and a sshd on a port of the loopback.

    with running(HostSpec("canary", ROOTS["trixie"]), ...) as fleet:
        fleet["canary"].enter("python3", "--version")    # past SSH, to see what is so
        fleet["canary"].connection(user="deploy")        # what an inventory says about it

A host ends when the process that started it ends, for whatever reason: the kernel kills its process 1 and with that all
of it. Its writable layer is in memory, so nothing stays behind but the unpacked roots, which the next run sweeps.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fleet.networks import Network
from tests.fleet.roots import CACHE, Root, unpack

BOOT = Path(__file__).with_name("boot.sh")
BOOT_S = 20
MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes; the roots take less than half of it
NAMESPACES = ("--mount", "--pid", "--uts", "--ipc")

SSHD_CONFIG = """\
Port {port}
ListenAddress {address}
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
UseDNS no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp
PidFile none
"""


class HostFailed(Exception):
    """A host did not come up; the message has its own words."""


@dataclass(frozen=True)
class HostSpec:
    """What a host shall be."""

    name: str
    root: Root
    umask: str = "022"  # of root and of every session
    network: Network | None = None  # None is the one of this machine


@dataclass(frozen=True)
class Host:
    """A running host."""

    spec: HostSpec
    directory: Path
    address: str
    port: int
    process: subprocess.Popen[bytes]  # the parent of the host's process 1

    def connection(self, user: str = "root") -> dict[str, object]:
        """How Ansible reaches it, as inventory variables."""
        shared = self.directory.parent
        options = f"-F none -o UserKnownHostsFile={shared / 'known_hosts'} -o StrictHostKeyChecking=yes"
        return {
            "ansible_host": self.address,
            "ansible_port": self.port,
            "ansible_user": user,
            "ansible_ssh_private_key_file": str(shared / "key"),
            "ansible_ssh_common_args": options,
        }

    def enter(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the host as root, without SSH. What goes wrong is in the raised error's `stderr`."""
        namespaces = (*NAMESPACES, "--net", "--root", "--wd")
        inside = ["nsenter", f"--target={self._process_1()}", *namespaces, *command]
        return subprocess.run(inside, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=check)

    def file(self, path: str) -> Path:
        """Where a file of the host is for this process."""
        return Path(f"/proc/{self._process_1()}/root{path}")

    def answers(self) -> bool:
        """Whether its sshd greets; raises `HostFailed` when the host has ended."""
        if self.process.poll() is not None:
            raise HostFailed(f"{self.spec.name} did not come up:\n{(self.directory / 'log').read_text()}")
        try:
            with socket.create_connection((self.address, self.port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def _process_1(self) -> int:
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


@contextmanager
def running(*specs: HostSpec) -> Iterator[dict[str, Host]]:
    """Hosts by name, until the block ends. Raises `RootUnavailable` and `HostFailed`."""
    with ExitStack() as stack:
        shared = stack.enter_context(_working_folder())
        _keygen(shared / "key")
        hosts = {spec.name: _start(spec, unpack(spec.root, shared), shared, stack) for spec in specs}
        known = "".join(_known_host(host) for host in hosts.values())
        (shared / "known_hosts").write_text(known)
        for host in hosts.values():
            _await(host)
        yield hosts


@contextmanager
def _working_folder() -> Iterator[Path]:
    """A folder for this run, named after its process; those of processes that are gone are swept.

    In memory if there is room, since roots are thousands of files that a busy disk is slow to take and to lose.
    """
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    runs = MEMORY / "standalone-python-fleet" if in_memory else CACHE / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    for left in runs.iterdir():
        if not Path("/proc", left.name.partition("-")[0]).exists():
            shutil.rmtree(left)
    directory = runs / f"{os.getpid()}-{time.monotonic_ns()}"
    directory.mkdir()
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def _start(spec: HostSpec, lower: Path, shared: Path, stack: ExitStack) -> Host:
    directory = shared / f"host-{spec.name}"
    address, port = _free_port()
    if spec.network:
        address = spec.network.hosts_address
    (directory / "layer").mkdir(parents=True)
    _seed(directory / "seed", spec, lower, shared / "key.pub", SSHD_CONFIG.format(address=address, port=port))
    boot = [str(BOOT), str(lower), str(directory), spec.umask]
    # unshare is killed when this process ends, and process 1 when unshare ends.
    network = spec.network.enter if spec.network else ()
    command = ["setpriv", "--pdeathsig=KILL", *network, "unshare", *NAMESPACES, "--fork", "--kill-child=KILL", *boot]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    stack.callback(_stop, process)
    return Host(spec, directory, address, port, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _await(host: Host) -> None:
    deadline = time.monotonic() + BOOT_S
    while not host.answers():
        if time.monotonic() > deadline:
            raise HostFailed(f"{host.spec.name} did not answer in {BOOT_S} s:\n{(host.directory / 'log').read_text()}")
        time.sleep(0.05)


def _seed(seed: Path, spec: HostSpec, lower: Path, public_key: Path, sshd_config: str) -> None:
    """The files that make a host out of a root. A folder here gives its mode to the host's folder."""
    ssh = seed / "etc" / "ssh"
    ssh.mkdir(parents=True)
    (seed / "home").mkdir()
    for directory in (seed, seed / "etc", ssh, seed / "home"):
        directory.chmod(0o755)
    (ssh / "sshd_config").write_text(sshd_config)
    _keygen(ssh / "ssh_host_ed25519_key")
    (seed / "etc" / "hostname").write_text(f"{spec.name}\n")
    (seed / "etc" / "hosts").write_text(f"127.0.0.1 localhost {spec.name}\n")
    owners = dict(_users(lower / "etc" / "passwd"))
    for user in ("root", *spec.root.users):
        home = seed / "root" if user == "root" else seed / "home" / user
        (home / ".ssh").mkdir(parents=True)
        shutil.copy(public_key, home / ".ssh" / "authorized_keys")
        for path in (home, home / ".ssh", home / ".ssh" / "authorized_keys"):
            os.chown(path, *owners[user])
            path.chmod(0o700 if path.is_dir() else 0o600)


def _users(passwd: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    for line in passwd.read_text().splitlines():
        name, _unused, uid, gid, *_unused = line.split(":")
        yield name, (int(uid), int(gid))


def _keygen(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "fleet", "-f", str(path)], check=True)


def _known_host(host: Host) -> str:
    key = (host.directory / "seed" / "etc" / "ssh" / "ssh_host_ed25519_key.pub").read_text()
    return f"[{host.address}]:{host.port} {key}"


def _free_port() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address, port = probe.getsockname()
        return address, port
