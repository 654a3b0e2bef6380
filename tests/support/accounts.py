# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that exist for one process and its children only, in files mounted over the machine's own."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# What sudo itself reads. Nobody but the accounts made here gets anything that they do not have anyhow.
SUDOERS = """\
Defaults env_reset
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) NOPASSWD: ALL
"""
UMASK = "077"


@dataclass(frozen=True)
class Account:
    """A user with a home that exists. `may_become` says whether sudo lets it be anybody, unasked."""

    name: str
    uid: int
    shell: str
    home: Path
    may_become: bool = False


class NamespacesRefused(Exception):
    """This user or this machine allows no mounts of one's own; the message says why."""


def require_namespaces() -> None:
    if os.geteuid() != 0:
        raise NamespacesRefused("only root can give a process its own accounts")
    tried = subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NamespacesRefused(f"unshare says: {tried.stderr.strip()}")


_UNSHARE = ["unshare", "--mount", "--propagation", "private"]


def command_with_accounts(command: Sequence[str], accounts: Sequence[Account], scratch: Path) -> list[str]:
    """The command, to be run with the accounts beside those of the machine, and under the umask that is the strictest.

    The files that are mounted are made in `scratch`.
    """
    mounts = [
        _beside_own("/etc/passwd", "".join(map(_passwd, accounts)), scratch),
        _beside_own("/etc/shadow", "".join(f"{account.name}:*:19000:0:99999:7:::\n" for account in accounts), scratch),
    ]
    if os.path.exists("/etc/sudoers"):
        allowed = [f"{account.name} ALL=(ALL:ALL) NOPASSWD: ALL\n" for account in accounts if account.may_become]
        sudoers = scratch / "sudoers"
        sudoers.write_text(SUDOERS + "".join(allowed))
        sudoers.chmod(0o440)
        mounts.append(f"mount --bind {shlex.quote(str(sudoers))} /etc/sudoers")
    script = " && ".join([*mounts, f"umask {UMASK}", f"exec {shlex.join(command)}"])
    return [*_UNSHARE, "sh", "-c", script]


def _passwd(account: Account) -> str:
    return f"{account.name}:x:{account.uid}:65534::{account.home}:{account.shell}\n"


def _beside_own(file: str, lines: str, scratch: Path) -> str:
    """The command that mounts a copy of the machine's own file with more lines in it, and with its mode."""
    own = Path(file)
    copy = scratch / own.name
    copy.touch(0o600)
    copy.write_text(own.read_text() + lines)
    copy.chmod(own.stat().st_mode & 0o777)
    return f"mount --bind {shlex.quote(str(copy))} {file}"
