# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose answers carry facts, which outrank the inventory: no setting of a run comes from them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._json import SEAL, rendered
from tests.integration.conftest import NEW, OLD
from tests.integration.fleets import PLAYBOOKS, Fleet
from tests.integration.playbooks import ANSIBLE_PLAYBOOK
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


def forged_receipt(path: Path, url: str) -> dict[str, str]:
    """Write the receipt of the build at a path as a user of the host could; what identifies its archive then."""
    receipt = path / ".build.json"
    content = json.loads(receipt.read_text())
    content["asset"].update(url=url, sha256="1" * 64)
    receipt.write_text(rendered({key: value for key, value in content.items() if key != SEAL}))
    return {"sha256": "1" * 64, "build": content["asset"]["name"]}


@pytest.mark.parametrize("delivery", ["pull", "auto"])
def test_the_controller_fetches_nothing_by_what_a_host_says(
    fleet: Fleet, elsewhere: Server, tmp_path: Path, delivery: str
) -> None:
    """A forged receipt with an address and a digest, and a module that asks for the archive with that digest."""
    fleet.install(OLD, "canary")
    needed = forged_receipt(fleet.player.path("canary"), f"{elsewhere.url}/{NEW}/x.tar.gz")
    answer = json.dumps({"changed": False, "msg": "Send it.", "archive_needed": needed})
    fleet = replace(fleet, player=replace(fleet.player, liars=(("liar", answer),)))
    options = {
        "name": fleet.mirror.samples[0].version.rpartition(".")[0],
        "path": str(fleet.player.path("canary")),
        "index": str(fleet.mirror.index),
        "mirror": fleet.server.url,
        "delivery": delivery,
        "verify": "full",
        "headers": {"X-Token": "s3cret"},
    }
    playbook = tmp_path / "site.json"
    tasks = [{"standalone.python.build": options}]
    playbook.write_text(json.dumps([{"hosts": "liar", "gather_facts": False, "tasks": tasks}]))
    fleet.server.requests.clear()
    played = fleet.player.play(playbook)
    assert played.rc == 2
    assert "Addresses and digests that a host has are not used to fetch anything." in played.output
    assert (elsewhere.requests, fleet.server.requests) == ([], [])


def test_what_an_audit_advises_runs_nothing_that_a_host_wrote(fleet: Fleet, tmp_path: Path) -> None:
    """Each command is pasted as it is. A path may have blanks; one that Ansible would evaluate has no command."""
    mark = tmp_path / "owned"
    paths = [
        f"/opt/{{{{ lookup('pipe', 'touch {mark}') }}}}",
        f"/opt/$(touch {mark})",
        f"/opt/3.13 upgrade_index={{{{ lookup('pipe', 'touch {mark}') }}}}",
        "/opt/3.13 upgrade_index=/nowhere",
    ]
    drifted = {"intact": False, "drift": {"changed": ["x"], "missing": [], "added": []}}
    answer = host(
        *(build("3.13.5", "20250723", paths=[path], entry=f"e{n}", **drifted) for n, path in enumerate(paths))
    )
    fleet = replace(fleet, player=replace(fleet.player, liars=(("liar", json.dumps(answer)),)))
    index = str(fleet.mirror.index)
    played = fleet.play(
        "audit", "--limit", "liar,localhost", cwd=tmp_path, audit_stores=[str(tmp_path)], audit_index=index
    )
    assert played.rc == 0, played.output
    advice = json.loads((tmp_path / "python-audit" / "audit.json").read_text())["advice"]
    commands = [piece["command"] for piece in advice if piece["command"]]
    assert any(paths[3] in command for command in commands)
    assert not any(path in command for command in commands for path in paths[:3])
    path_variable = f"{ANSIBLE_PLAYBOOK.parent}:{os.environ['PATH']}"
    environment = {
        **fleet.player.environment(),
        "PATH": path_variable,
        "ANSIBLE_INVENTORY": str(fleet.player.inventory()),
        "ANSIBLE_STANDALONE_PYTHON_INDEX": index,
    }
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert "TASK [Check the settings]" in done.stdout
        assert "index /nowhere" not in done.stdout
    assert not mark.exists()
