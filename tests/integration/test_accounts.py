# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of login, shell and become user: over SSH, with a umask of 077 and odd names."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.conftest import HOST_PYTHONS, NEW, OLD
from tests.integration.playbooks import Player
from tests.support import unprivileged
from tests.support.accounts import Account, NamespacesRefused, require_namespaces
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server
from tests.support.sshd import Login, SshUnavailable, sshd

LOGIN_SHELLS = ("bash", "dash", "fish", "ksh", "mksh", "tcsh", "zsh")
WITHOUT_PIPELINING = ("tcsh", "zsh")
ODD = 'it\'s a "place" for $5 & `more`; ü*'
FIRST_UID = 47_110


@dataclass(frozen=True)
class AccountsPlayer(Player):
    """Plays on one host for each account, which are all this machine, and on one where root becomes an account."""

    login: Login
    accounts: tuple[Account, ...]
    area: Path

    def inventory(self) -> Path:
        shell = {
            "ansible_host": "127.0.0.1",
            "ansible_port": self.login.port,
            "ansible_ssh_private_key_file": str(self.login.key),
            "ansible_ssh_common_args": f"-F none -o UserKnownHostsFile={self.login.known_hosts}",
            "ansible_control_path_dir": str(self.login.key.parent),  # short, which a socket's name has to be
            "ansible_python_interpreter": self.host_python,
        }
        hosts = {account.name: {**shell, **self._as_account(account)} for account in self.accounts}
        hosts["root"] = {**shell, **self._as_root(self.accounts[-1])}
        file = self.directory / "accounts.json"
        file.write_text(json.dumps({"all": {"hosts": hosts}}))
        return file

    def _as_account(self, account: Account) -> dict[str, object]:
        return {
            "ansible_user": account.name,
            "ansible_become_method": "ansible.builtin.sudo",
            "ansible_pipelining": account.name not in WITHOUT_PIPELINING,
            "as_user": "root",
            "home": str(account.home),
            "place": str(self.area / ODD / account.name / "python"),
        }

    def _as_root(self, account: Account) -> dict[str, object]:
        return {
            "ansible_user": "root",
            "ansible_become_method": "ansible.builtin.su",
            "ansible_pipelining": True,
            "as_user": account.name,
            "place": str(account.home / ODD / "python"),
        }


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[tuple[Path, tuple[Account, ...]]]:
    """An area that root owns and everybody may look into, and an account for each login shell that is installed."""
    try:
        require_namespaces()
    except NamespacesRefused as refusal:
        pytest.skip(str(refusal))
    if not shutil.which("sudo"):
        pytest.skip("there is no sudo on this machine")
    found = [(shell, shutil.which(shell)) for shell in LOGIN_SHELLS]
    with unprivileged.open_folder() as directory:
        made = tuple(
            Account(shell, FIRST_UID + number, program, directory / "home" / shell, may_become=True)
            for number, (shell, program) in enumerate(found)
            if program
        )
        for account in made:
            account.home.mkdir(parents=True)
            shutil.chown(account.home, account.uid)
        yield directory, made


def test_accounts(
    accounts: tuple[Path, tuple[Account, ...]], samples: SampleMirror, server: Server, tmp_path: Path
) -> None:
    directory, made = accounts
    python = unprivileged.python_for(unprivileged.NOBODY, reversed(HOST_PYTHONS.values()))
    if python is None:
        pytest.skip("every Python here that a host may have is in a folder of root's alone")
    variables = {
        "version": samples.samples[0].version,
        "old": OLD,
        "new": NEW,
        "index": f"{server.url}/{samples.index.name}",
        "mirror": server.url,
    }
    try:
        with sshd(made) as login:
            player = AccountsPlayer(tmp_path, python, login, made, directory / "area")
            played = player.play(Path(__file__).with_name("accounts.yml"), "--forks=2", variables=variables)
    except SshUnavailable as unavailable:
        pytest.skip(str(unavailable))
    assert played.rc == 0, played.output
    assert "Traceback" not in played.output
