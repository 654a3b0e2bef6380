# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook upgrade, whose controller is killed, and what the next run makes of that."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.integration.conftest import NEW, OLD
from tests.integration.fleets import HOSTS, PLAYBOOKS, Fleet, everywhere
from tests.integration.playbooks import ANSIBLE_PLAYBOOK, TIMEOUT_S
from tests.support.host_view import PathView


def test_a_killed_upgrade_run_again_ends_right(fleet: Fleet, tmp_path: Path) -> None:
    fleet.install(OLD)
    # The host of the second wave kills the controller, whose number is in the environment of its tasks.
    starter = tmp_path / "ansible-playbook"
    starter.write_text(f'#!/bin/sh\nCONTROLLER=$$ exec {ANSIBLE_PLAYBOOK} "$@"\n')
    starter.chmod(0o755)
    kill = "test {{ inventory_hostname }} != web1 || kill -9 $CONTROLLER"
    variables = json.dumps(fleet.variables(upgrade_health_command=kill, upgrade_serial=1))
    killed = subprocess.run(
        [starter, "-i", fleet.player.inventory(), PLAYBOOKS / "upgrade.yml", "-e", variables],
        env=fleet.player.environment(),
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert killed.returncode == -signal.SIGKILL
    assert fleet.releases()["web2"] == OLD
    again = fleet.play("upgrade", upgrade_health_command="true")
    assert again.rc == 0, again.output
    assert fleet.releases() == everywhere(NEW)
    assert with_fallback(fleet) == []


def with_fallback(fleet: Fleet) -> list[str]:
    """The hosts whose store has the mark."""
    return [host for host in HOSTS if PathView(fleet.player.path(host)).is_provisional()]


def test_builds_that_a_killed_upgrade_left_provisional(fleet: Fleet, tmp_path: Path) -> None:
    """Killed when the whole wave has the new build and no host knows whether it works."""
    fleet.install(OLD)
    kill_while_health_commands_wait(fleet, tmp_path)
    assert (fleet.releases(), with_fallback(fleet)) == (everywhere(NEW), list(HOSTS))
    hosts = tmp_path / "hosts"
    shutil.copytree(hosts, tmp_path / "killed", symlinks=True)
    one_is_ill = "test {{ inventory_hostname }} != web1"
    failed = fleet.play("upgrade", upgrade_health_command=one_is_ill, upgrade_serial="100%")
    assert failed.rc == 2, failed.output
    assert (fleet.releases(), with_fallback(fleet)) == (everywhere(OLD), [])
    said = r"fatal: \[(\w+)\].*it has the build again that it had before that run"
    assert sorted(re.findall(said, failed.output)) == sorted(HOSTS)
    shutil.rmtree(hosts)
    (tmp_path / "killed").rename(hosts)
    passed = fleet.play("upgrade", upgrade_health_command="true", upgrade_serial="100%")
    assert passed.rc == 0, passed.output
    assert (fleet.releases(), with_fallback(fleet)) == (everywhere(NEW), [])
    late = fleet.play("upgrade", "--limit", "canary", upgrade_health_command="false")
    assert late.rc == 2, late.output
    assert "It had this build before this run, and keeps it." in late.output
    assert fleet.releases() == everywhere(NEW)


def kill_while_health_commands_wait(fleet: Fleet, directory: Path) -> None:
    gate, waiting = directory / "gate", directory / "waiting"
    os.mkfifo(gate)
    variables = fleet.variables(upgrade_health_command=f"echo >> {waiting}; cat {gate}", upgrade_serial="100%")
    running = subprocess.Popen(
        [ANSIBLE_PLAYBOOK, "-i", fleet.player.inventory(), PLAYBOOKS / "upgrade.yml", "-e", json.dumps(variables)],
        env=fleet.player.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + TIMEOUT_S
    while not waiting.exists() or len(waiting.read_text()) < len(HOSTS):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    os.close(os.open(gate, os.O_WRONLY))  # releases the processes that outlived the controller
