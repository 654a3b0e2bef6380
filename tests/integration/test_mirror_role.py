# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose configuration of nginx the role `mirror` writes and removes."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.integration.playbooks import Player

CONFIGURATION = """\
# Written by Ansible, role standalone.python.mirror.
server {{
    root "{directory}";
}}
"""


def test_the_configuration_of_another_is_left_alone(player: Player, tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name / ".mirror").mkdir(parents=True)
    files = {
        "free.conf": None,
        "ours.conf": CONFIGURATION.format(directory=tmp_path / "ours"),
        "moved.conf": CONFIGURATION.format(directory=tmp_path / "gone"),
        "theirs.conf": CONFIGURATION.format(directory=tmp_path / "theirs"),
        "foreign.conf": "server {}\n",
    }
    tasks: list[dict[str, object]] = []
    for name, text in files.items():
        if text is not None:
            (tmp_path / name).write_text(text)
        variables = {"mirror_path": str(tmp_path / "ours"), "mirror_nginx_config": str(tmp_path / name)}
        for entry in ("unclaimed", "unserve"):
            role = {"name": "standalone.python.mirror", "tasks_from": entry}
            tried = [{"ansible.builtin.include_role": role, "vars": variables}]
            failed = [{"ansible.builtin.debug": {"msg": f"refused {name} {{{{ ansible_failed_result.msg }}}}"}}]
            tasks.append({"block": tried, "rescue": failed})
    playbook = tmp_path / "playbook.yml"
    tasks.append({"ansible.builtin.fail": {"msg": "so that no handler reloads the nginx of this machine"}})
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    played = player.play(playbook)
    assert f"refused theirs.conf Cannot write {tmp_path}/theirs.conf: it serves another mirror" in played.output
    assert f"refused foreign.conf Cannot write {tmp_path}/foreign.conf: it was not written by this" in played.output
    assert [name for name in files if f"refused {name}" in played.output] == ["theirs.conf", "foreign.conf"]
    left = sorted(file.name for file in tmp_path.glob("*.conf"))
    assert left == ["foreign.conf", "moved.conf", "theirs.conf"]
