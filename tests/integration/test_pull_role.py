# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role `pull`, and the real `ansible-pull` under its script and its units."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import USUAL_PYTHON
from tests.integration.playbooks import ANSIBLE_PLAYBOOK, Played, Player
from tests.support.systemctl import Systemctl
from tests.unit.roles.test_pull_sh import Pulled

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the role gives its files to root")
ANSIBLE_PULL = ANSIBLE_PLAYBOOK.with_name("ansible-pull")
LOCAL = """\
- name: Apply the lock
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Copy the lock
      ansible.builtin.copy:
        src: python.lock.yml
        dest: {path}
        mode: "0600"
"""


def apply(directory: Path, systemctl: Systemctl, **variables: Any) -> Played:
    tasks = [{"name": "Set up", "ansible.builtin.include_role": {"name": "standalone.python.pull"}}]
    playbook = directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    places = {name: str(directory / name) for name in ("script", "settings", "data", "units")}
    (directory / "units").mkdir(exist_ok=True)
    return Player(directory, USUAL_PYTHON).play(
        playbook,
        variables={**{f"pull__{name}": path for name, path in places.items()}, **variables},
        env=systemctl.environment,
    )


def test_a_host_applies_signed_commits_by_a_timer_and_no_others(tmp_path: Path) -> None:
    systemctl = Systemctl(tmp_path / "bin")
    (tmp_path / "git").mkdir()
    pulled = Pulled(tmp_path / "git")
    commit = pulled.commit(local__yml=LOCAL.format(path=tmp_path / "applied"), python__lock__yml="format: 1\n")
    signer = (tmp_path / "git" / "allowed").read_text().strip()
    settings = {
        "pull_url": pulled.settings["PULL_URL"],
        "pull_allowed_signers": [signer],
        "pull_command": str(ANSIBLE_PULL),
        "pull_calendar": "*-*-* 02:30:00",
        "pull_random_delay": "2h",
    }
    played = apply(tmp_path, systemctl, **settings)
    assert played.rc == 0, played.output
    units = sorted((tmp_path / "units").iterdir())
    assert [unit.name for unit in units] == ["standalone-python-pull.service", "standalone-python-pull.timer"]
    assert "\nRandomizedDelaySec=2h\n" in units[1].read_text()
    assert "restart standalone-python-pull.timer" in systemctl.changes()
    if shutil.which("systemd-analyze"):
        verify = ["systemd-analyze", "verify", *map(str, units)]
        checked = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert (checked.returncode, str(tmp_path) in checked.stderr) == (0, False), checked.stderr

    run = [str(tmp_path / "script"), str(tmp_path / "settings" / "settings")]
    environment = Player(tmp_path, "").environment()
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "applied").read_text() == "format: 1\n"
    tampered = pulled.commit("stranger", python__lock__yml="format: 1 # tampered\n")
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "applied").read_text()) == (2, "format: 1\n")
    report = json.loads((tmp_path / "data" / "report.json").read_text())
    assert (report["result"], report["commit"]) == ("refused", tampered)
    assert (tmp_path / "data" / "applied").read_text().strip() == commit

    removed = apply(tmp_path, systemctl, pull_state="absent")
    assert removed.rc == 0, removed.output
    left = [name for name in ("script", "settings", "data") if (tmp_path / name).exists()]
    assert (left, list((tmp_path / "units").iterdir())) == ([], [])


def test_what_nobody_vouches_for_is_not_set_up(tmp_path: Path) -> None:
    systemctl = Systemctl(tmp_path / "bin")
    played = apply(tmp_path, systemctl, pull_url="https://ops:secret@example.com/x.git", pull_command=str(ANSIBLE_PULL))
    assert (played.rc, "nothing says which commits to trust. Set pull_allowed_signers" in played.output) == (2, True)
    assert "secret" not in played.output
    assert not (tmp_path / "script").exists()
