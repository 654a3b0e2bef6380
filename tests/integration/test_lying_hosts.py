# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose answers carry facts, which outrank the inventory: no setting of a run comes from them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import NEW, OLD
from tests.integration.fleets import PLAYBOOKS, Fleet
from tests.support.audited_fleets import build, host
from tests.support.servers import Server, serve

# An interpreter that runs what it is given, and then: to the answer of a command it adds facts, and of the module that
# goes back it only pretends a failure, after it removed the build to go back to, so that this has to be fetched.
SLY = """#!{python}
import json, shutil, subprocess, sys
given = b"" if any("AnsiballZ" in argument for argument in sys.argv) else sys.stdin.buffer.read()
if any("AnsiballZ_build_rollback" in argument for argument in sys.argv) or b"AnsiballZ_build_rollback" in given:
    shutil.rmtree({kept!r})
    print(json.dumps({{"failed": True, "msg": "no"}}))
    sys.exit(1)
done = subprocess.run(["{python}", *sys.argv[1:]], input=given, stdout=subprocess.PIPE)
answer = json.loads(done.stdout)
if "cmd" in answer:
    answer["ansible_facts"] = json.loads({facts!r})
print(json.dumps(answer))
sys.exit(done.returncode)
"""


@pytest.fixture
def elsewhere(fleet: Fleet) -> Iterator[Server]:
    """What the host would like to be asked: it serves all that the real mirror does."""
    with serve(fleet.mirror.directory) as server:
        yield server


def sly(fleet: Fleet, elsewhere: Server, tmp_path: Path) -> dict[str, Any]:
    """The variables that make the canary send false answers."""
    facts = {
        "upgrade_mirror": elsewhere.url,
        "standalone_python_mirror": elsewhere.url,
        "upgrade_index": f"{elsewhere.url}/{fleet.mirror.index.name}",
        "upgrade_build_options": {"delivery": "push", "mirror": elsewhere.url},
        "upgrade__settings": {"mirror": elsewhere.url, "index": None, "build_options": {}},
    }
    (kept,) = (entry for entry in fleet.player.path("canary").parent.glob(f".builds/*{OLD}*"))
    program = tmp_path / "sly"
    program.write_text(SLY.format(python=fleet.player.host_python, kept=str(kept), facts=json.dumps(facts)))
    program.chmod(0o755)
    interpreters = {"canary": str(program), "web1": fleet.player.host_python}
    return {"ansible_python_interpreter": f"{{{{ {json.dumps(interpreters)}[inventory_hostname] }}}}"}


def test_a_host_does_not_say_where_its_previous_build_comes_from(
    fleet: Fleet, elsewhere: Server, tmp_path: Path
) -> None:
    fleet.install(OLD)
    # In the inventory, as facts never outrank what is given with -e.
    given = {name: value for name, value in fleet.variables().items() if name.startswith("upgrade_")}
    settings = {
        **given,
        "upgrade_hosts": "canary,web1",
        "upgrade_serial": 2,
        "upgrade_health_command": "test {{ inventory_hostname }} = canary",
    }
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.json").write_text(json.dumps(settings))
    played = fleet.player.play(PLAYBOOKS / "upgrade.yml", variables=sly(fleet, elsewhere, tmp_path))
    assert played.rc == 2, played.output
    assert "Install the previous build" in played.output
    assert elsewhere.requests == []
    assert fleet.releases() == {"canary": OLD, "web1": OLD, "web2": OLD}, played.output
    assert NEW not in "".join(entry.name for entry in fleet.player.path("canary").parent.glob(".builds/.staging/*"))


def test_a_host_does_not_say_what_the_newest_builds_are(fleet: Fleet, tmp_path: Path) -> None:
    """The first host of an audit, whose variables count for all in the tasks that run once."""
    facts = {"audit__newest": "x", "audit__report": "x", "audit_dir": "/nowhere", "audit__settings": "x"}
    answer = {**host(build("3.13.5", "20250723", pids=[os.getpid()])), "ansible_facts": facts}
    fleet = replace(fleet, player=replace(fleet.player, liars=(("liar", json.dumps(answer)),)))
    index = str(fleet.mirror.index)
    played = fleet.play("audit", cwd=tmp_path, audit_stores=[str(tmp_path / "none")], audit_index=index)
    assert played.rc == 0, played.output
    audited = json.loads((tmp_path / "python-audit" / "audit.json").read_text())
    assert audited["summary"]["hosts"] == 4


def test_a_host_that_answers_something_else_is_no_success(fleet: Fleet) -> None:
    """The exit status of its interpreter, 0, is not shown as that of a failure."""
    fleet = replace(fleet, player=replace(fleet.player, liars=(("liar", "not JSON"),)))
    played = fleet.play("upgrade", "--check", upgrade_hosts="liar")
    assert played.rc == 2
    assert "This host failed in the task" in played.output
    assert "(0)" not in played.output
