# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook over pipelined SSH, against hosts that are names for one sshd on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rounds import WrongResult
from tests.support.sshd import Login

PLAYBOOKS = Path(__file__).with_name("playbooks")
COLLECTIONS = Path(__file__).resolve().parent.parent / ".collection"
ANSIBLE_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")

_SHOWN_CHARACTERS = 2000  # of what a failed play printed

CONFIGURATION = """\
[defaults]
collections_path = {collections}
forks = {forks}
home = {scratch}/ansible
inventory = {scratch}/inventory.json
localhost_warning = false
[ssh_connection]
control_path_dir = {scratch}
pipelining = true
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=10m -o UserKnownHostsFile={known_hosts}
"""


@dataclass(frozen=True)
class Controller:
    """Runs the plays; `scratch` has a short path, since the control sockets of SSH lie in it."""

    scratch: Path
    hosts: tuple[str, ...]

    @classmethod
    def prepare(cls, scratch: Path, login: Login, hosts: int) -> Controller:
        """Each host has its own connection, though all reach one sshd."""
        shared = {
            "ansible_host": "127.0.0.1",
            "ansible_port": login.port,
            "ansible_user": login.user,
            "ansible_ssh_private_key_file": str(login.key),
            "ansible_python_interpreter": os.path.realpath(sys.executable),
        }
        return cls.over(scratch, {f"h{number}": shared for number in range(1, hosts + 1)}, login.known_hosts)

    @classmethod
    def over(
        cls, scratch: Path, hosts: Mapping[str, Mapping[str, object]], known_hosts: Path, *, forks: int = 5
    ) -> Controller:
        """Write configuration and inventory; `hosts` are the variables of each by its name."""
        own = {name: {**known, "ansible_control_path": f"%(directory)s/{name}"} for name, known in hosts.items()}
        (scratch / "inventory.json").write_text(json.dumps({"all": {"hosts": own}}))
        (scratch / "ansible.cfg").write_text(
            CONFIGURATION.format(collections=COLLECTIONS, scratch=scratch, known_hosts=known_hosts, forks=forks)
        )
        return cls(scratch, tuple(hosts))

    def play(self, name: str, variables: Mapping[str, object], *arguments: str, hosts: int | None = None) -> str:
        """Run playbooks/NAME.yml and return what it printed. Raises `WrongResult` when it fails.

        `arguments` are further ones of ansible-playbook; `hosts` is how many of them, the first ones, else all.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "UV_"))}
        environment.update(ANSIBLE_CONFIG=str(self.scratch / "ansible.cfg"), XDG_CACHE_HOME=str(self.scratch / "cache"))
        command = [str(ANSIBLE_PLAYBOOK), str(PLAYBOOKS / f"{name}.yml"), "--extra-vars", json.dumps(variables)]
        command += [*arguments, "--limit", ",".join(self.hosts[:hosts])]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if answer.returncode:
            raise WrongResult(f"The play {name} failed:\n{_why(answer.stdout)}{answer.stderr[-_SHOWN_CHARACTERS:]}")
        return answer.stdout

    def disconnect(self) -> None:
        """End the connections that SSH keeps open between plays."""
        for host in self.hosts:
            socket = self.scratch / host
            if socket.exists():
                stop = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", "127.0.0.1"]
                subprocess.run(stop, check=False, capture_output=True)


def _why(output: str) -> str:
    """The failures in what a play printed, from the first on; its end when it shows none."""
    failures = "\n".join(re.findall(r"^(?:\[ERROR\]|fatal:|failed:) .*", output, flags=re.MULTILINE))
    return f"{failures[:_SHOWN_CHARACTERS]}\n" if failures else output[-_SHOWN_CHARACTERS:]


def changed_per_host(output: str) -> dict[str, int]:
    """From the recap of a play: host -> how many tasks changed something."""
    recap = re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", output, flags=re.MULTILINE)
    return {host: int(changed) for host, changed in recap}
