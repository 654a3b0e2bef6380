# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system roots of the fleet's hosts: Debian's own packages, put together by mmdebstrap and kept as tar.zst.

A root is made once for each way of making it, some 20 to 60 seconds, and unpacked in half a second ever after.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "fleet"

# Who logs in, with which shell. Each may become root without a password. That shells are odd is the point: Ansible
# hands its commands to whatever the user chose.
USERS = {"deploy": "/bin/bash", "tess": "/bin/tcsh", "fay": "/usr/bin/fish", "zoe": "/bin/zsh"}

# Places with thousands of small files that no test looks at.
LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")

# Less to download, and no more places that may be out of step: for all that a test host does, the release will do.
POINT_RELEASE_ONLY = r"""sed -i '/-security\|-updates/d' "$1"/etc/apt/sources.list"""


class RootUnavailable(Exception):
    """This root cannot be made here; the message says why."""


@dataclass(frozen=True)
class Root:
    """A Debian system as packages describe it."""

    name: str
    suite: str
    packages: tuple[str, ...]  # beside openssh-server and sudo
    architecture: str = "amd64"  # as Debian spells it

    @property
    def users(self) -> tuple[str, ...]:
        """Those of USERS whose shell is there."""
        return tuple(user for user, shell in USERS.items() if Path(shell).name in ("bash", *self.packages))


ROOTS = {
    root.name: root
    for root in (
        Root("bullseye", "bullseye", ("python3",)),
        Root("bookworm", "bookworm", ("python3", "tcsh", "fish", "zsh", "ksh", "busybox")),
        Root("trixie", "trixie", ("python3",)),
        Root("forky", "forky", ("python3",)),  # the next Debian, for its newer Python
        # No Python, but the libraries that a sample cut from bookworm's Python needs.
        Root("pythonless", "bookworm", ("libexpat1", "libffi8", "libreadline8", "libsqlite3-0")),
        # What the role `mirror` would install, since a test host has no use for an archive of packages.
        Root("mirror", "bookworm", ("python3", "python3-apt", "nginx-light")),
        Root("i386", "bookworm", ("python3",), architecture="i386"),
        Root("arm64", "bookworm", ("python3",), architecture="arm64"),
    )
}


def unpack(root: Root, into: Path) -> Path:
    """Unpack a root below `into`, once, making its archive first where that is not cached. Raises `RootUnavailable`."""
    target = into / root.name
    if not target.exists():
        archive = obtain(root)
        target.mkdir()
        command = ["tar", "--extract", "--zstd", "--numeric-owner", "--file", str(archive), "--directory", str(target)]
        subprocess.run(command, check=True)
    return target


def obtain(root: Root) -> Path:
    """The archive of a root, from the cache or made now. Raises `RootUnavailable`."""
    command = _mmdebstrap(root)
    digest = hashlib.sha256(repr(command).encode()).hexdigest()[:16]
    archive = CACHE / f"{root.name}-{digest}.tar.zst"
    with only_maker(root.name):
        if not archive.exists():
            _make(root, command, archive)
    return archive


def _make(root: Root, command: list[str], archive: Path) -> None:
    for outdated in CACHE.glob(f"{root.name}-*.tar.zst"):
        outdated.unlink()
    partial = archive.with_name(f"partial-{archive.name}")
    try:
        finished = subprocess.run([*command, str(partial)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise RootUnavailable("There is no mmdebstrap here: `make fleet` installs it on Debian, as root.") from None
    if finished.returncode:
        partial.unlink(missing_ok=True)
        last = "\n".join(finished.stderr.strip().splitlines()[-3:])
        raise RootUnavailable(f"mmdebstrap could not make {root.name} from the suite {root.suite}:\n{last}")
    partial.rename(archive)


def _mmdebstrap(root: Root) -> list[str]:
    """The command but for its output; the mirror is the one that mmdebstrap knows."""
    include = ",".join(("openssh-server", "sudo", *root.packages))
    hooks = [f'chroot "$1" useradd --create-home --password "*" --shell {USERS[user]} {user}' for user in root.users]
    hooks += [
        f'printf "%s ALL=(ALL) NOPASSWD: ALL\\n" {" ".join(root.users)} > "$1/etc/sudoers.d/fleet"',
        'rm -f "$1"/etc/ssh/ssh_host_*',
    ]
    return [
        *("mmdebstrap", "--quiet", "--variant=minbase", f"--architectures={root.architecture}", f"--include={include}"),
        # A suite in the making says until when it counts, and a mirror may be outdated for longer.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *("--dpkgopt=force-unsafe-io", *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT)),
        f"--setup-hook={POINT_RELEASE_ONLY}",
        *(f"--customize-hook={hook}" for hook in hooks),
        root.suite,
    ]


@contextmanager
def only_maker(name: str) -> Iterator[None]:
    """Hold the lock of one root, so that two runs at once make it once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
