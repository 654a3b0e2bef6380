# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the playbooks in a real inventory: what counts, what is refused, and that nothing is ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.fleets import PLAYBOOKS
from tests.integration.playbooks import Played, Player
from tests.support.sample_mirror import SampleMirror

HOSTS = {"web": ["web1", "web2", "web3"], "db": ["db1", "db2"]}
NOWHERE = "/nowhere/python/3.13"  # no host has anything there, so there is little to do


@dataclass(frozen=True)
class InventoryPlayer(Player):
    """Plays on an inventory with two groups; `files` are those of variables, by their place in the inventory."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def inventory(self) -> Path:
        directory = self.directory / "inventory"
        for name in ("group_vars", "host_vars"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        lines = [line for group, hosts in HOSTS.items() for line in (f"[{group}]", *hosts)]
        (directory / "hosts").write_text("\n".join(lines) + "\n")
        here = {"ansible_connection": "local", "ansible_python_interpreter": self.host_python}
        for place, variables in {"group_vars/all": {}, **self.files}.items():
            content = {**here, **variables} if place == "group_vars/all" else variables
            (directory / f"{place}.yml").write_text(yaml.safe_dump(content))
        return directory


def waves(played: Played) -> list[list[str]]:
    """The hosts of each wave, in the order in which they were looked at."""
    plays = played.output.partition("PLAY RECAP")[0].split("PLAY [Upgrade in waves]")[1:]
    tasks = [
        play.partition("TASK [Compare the installed build with the chosen one]")[2].partition("TASK [")[0]
        for play in plays
    ]
    return [re.findall(r"ok: \[(\w+)\]", task) for task in tasks]


@pytest.mark.each_core
def test_hosts_and_waves_of_the_inventory_count(tmp_path: Path, host_python: str, samples: SampleMirror) -> None:
    """As variables of all hosts, with a pattern of one group, and as variables that a playbook is imported with."""
    common = {"upgrade_name": "3.13", "upgrade_index": "bundled", "upgrade_path": NOWHERE}
    player = InventoryPlayer(
        tmp_path,
        host_python,
        files={
            "group_vars/all": {**common, "upgrade_serial": [1, 2, "100%"], "upgrade_helth_command": "true"},
            "group_vars/web": {"upgrade_hosts": "db2,web", "audit_hosts": "web"},
            "host_vars/web2": {"rollback_from_build": "3.13"},
        },
    )
    foreign = {"standalone_python_foreign_variables": ["upgrade_helth_*"]}
    refused = player.play(PLAYBOOKS / "upgrade.yml")
    assert refused.rc == 2
    assert "upgrade_helth_command is no variable of this playbook." in refused.output
    assert waves(refused) == []

    played = player.play(PLAYBOOKS / "upgrade.yml", variables=foreign)
    assert played.rc == 0, played.output
    assert [sorted(wave) for wave in waves(played)] == [["db2"], ["web1", "web2"], ["web3"]]
    assert "on 4 hosts, in waves of 1, 2, 100%" in " ".join(played.output.split())
    assert "[WARNING]: upgrade_health_command is not set." in played.output

    limited = player.play(PLAYBOOKS / "upgrade.yml", "--limit", "web3,web1", variables=foreign)
    assert (limited.rc, waves(limited)) == (0, [["web1"], ["web3"]]), limited.output

    rolled_back = player.play(PLAYBOOKS / "rollback.yml", "--limit", "web")
    assert rolled_back.rc == 2
    assert "rollback_from_build is missing on web1, web3." in rolled_back.output
    assert "'3.13' does not say which build to leave." in rolled_back.output

    unchecked = player.play(PLAYBOOKS / "upgrade.yml", "--skip-tags", "always", variables=foreign)
    assert (unchecked.rc, unchecked.output.count("skipping: no hosts matched")) == (0, 2), unchecked.output
    assert "does nothing on any host" in " ".join(unchecked.output.split())

    site = tmp_path / "site.yml"
    given = {"base": "/nowhere", "upgrade_path": "{{ base }}/3.13", "upgrade_serial": "100%", "upgrade_hosts": "db"}
    site.write_text(
        yaml.safe_dump(
            [{"name": "All", "import_playbook": str(PLAYBOOKS / "upgrade.yml"), "vars": {**foreign, **given}}]
        )
    )
    imported = player.play(site)
    assert imported.rc == 0, imported.output
    assert [sorted(wave) for wave in waves(imported)] == [["db1", "db2"]]
    assert "/nowhere/3.13 has no build" in imported.output


def test_localhost_counts_as_one_of_the_inventory_where_it_is_one(tmp_path: Path, host_python: str) -> None:
    player = InventoryPlayer(
        tmp_path,
        host_python,
        files={
            "group_vars/all": {
                "lock_targets": "x86_64-unknown-linux-gnu",
                "lock_index": "bundled",
                "lock_sizes": False,
                "ansible_become": True,
                "ansible_become_exe": "/bin/false",
                "ansible_become_user": "nobody",
            },
            "group_vars/web": {"lock_min_age": "7d"},
            "host_vars/localhost": {"lock_names": ["3.13"], "lock_file": str(tmp_path / "lock.yml")},
        },
    )
    refused = player.play(PLAYBOOKS / "lock.yml")
    assert (refused.rc, "lock_min_age is '7d' on web1, web2, web3 and not set on localhost." in refused.output) == (
        2,
        True,
    )
    (tmp_path / "inventory" / "group_vars" / "web.yml").unlink()
    del player.files["group_vars/web"]
    limited = player.play(PLAYBOOKS / "lock.yml", "--limit", "web")
    assert (limited.rc, "runs on localhost, which --limit leaves out." in limited.output) == (2, True)
    locked = player.play(PLAYBOOKS / "lock.yml")
    assert locked.rc == 0, locked.output
    assert "3.13" in (tmp_path / "lock.yml").read_text()
