# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit on a fleet, and its page in a browser."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.output import as_html
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from tests.integration.conftest import NEW, OLD
from tests.integration.fleets import Fleet
from tests.support import browser
from tests.support.audited_fleets import TODAY, large_fleet, newest

# Answers of hosts that lie: facts that outrank the inventory, other types than the module's, and no answer at all.
LIARS = (
    ("liar1", json.dumps({"ansible_facts": {"audit_dir": "/nowhere", "audit_cycle_url": "x"}, "builds": "x"})),
    ("liar2", json.dumps({"builds": [{"pids": ["7"]}], "paths": [], "ansible_facts": {"audit__info": {}}})),
    ("liar3", json.dumps({"builds": [], "paths": [{"path": "{{ 7 * 7 }}"}], "warnings": ["\x1b[2J\u202e"]})),
    ("liar4", "not JSON"),
)
STORES = ["{{ (python_path | dirname) ~ '/.builds' }}"]


def test_an_audit_shows_what_the_fleet_has(fleet: Fleet, tmp_path: Path) -> None:
    fleet.install(OLD, "canary", "web1")
    fleet.install(NEW, "web1", provisional=True)
    minor = fleet.mirror.samples[0].version.rpartition(".")[0]
    spoilt = fleet.player.path("web1") / "lib" / f"python{minor}" / "os.py"
    spoilt.write_text(spoilt.read_text() + "# changed\n")
    cycle = tmp_path / "cycle.json"
    cycle.write_text(json.dumps({minor: {"end_of_life": "2020-10"}}))
    fleet = replace(fleet, player=replace(fleet.player, lost=("web3",), liars=LIARS))
    out = tmp_path / "python-audit"
    played = fleet.play(
        "audit",
        env={"PWD": "/nowhere"},  # a variable like any other
        cwd=tmp_path,
        audit_stores=STORES,
        audit_index=str(fleet.mirror.index),
        audit_cycle_url=cycle.as_uri(),
    )
    assert played.rc == 0, played.output
    assert "changed=1" not in played.output
    assert played.output.replace("\n", "").isprintable()
    audited = json.loads((out / "audit.json").read_text())
    assert audited["summary"] == {
        "hosts": 8,
        "without_answer": 5,
        "builds": 3,
        "drifted": 1,
        "outdated": 1,
        "past_end_of_life": 2,
        "provisional": 1,
        "left": 0,
    }
    assert audited["release_cycle"] == cycle.as_uri()
    (at_path,) = [build for build in builds_of(audited, "web1") if build["paths"]]
    assert at_path["provisional"] == at_path["paths"]
    assert at_path["drift"]["changed"] == [f"lib/python{minor}/os.py"]
    assert builds_of(audited, "canary")[0]["newest"] == f"{fleet.mirror.samples[0].version}+{NEW}"
    with (out / "audit.csv").open(newline="") as stream:
        rows = {row["host"]: row for row in csv.DictReader(stream) if row["paths"] or not row["version"]}
    assert (rows["canary"]["outdated"], rows["web1"]["intact"], rows["web2"]["version"]) == ("yes", "no", "")
    assert "Failed to connect" in rows["web3"]["problem"]
    assert [rows[host]["problem"].partition(" is ")[0] for host, _answer in LIARS[:3]] == [
        "The answer of the host",
        "The answer of the host: builds[0]",
        "The answer of the host: paths[0]",
    ]
    assert "<td" in (out / "audit.html").read_text()


def builds_of(audited: dict[str, Any], host: str) -> list[dict[str, Any]]:
    (found,) = [one for one in audited["hosts"] if one["host"] == host]
    return list(found["builds"])


@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium here to look at the page")
@pytest.mark.parametrize("width", browser.WIDTHS)
@pytest.mark.parametrize(("dark", "background"), [(False, "rgb(246, 247, 249)"), (True, "rgb(17, 21, 27)")])
def test_the_page_of_500_hosts_in_a_browser(width: int, dark: bool, background: str) -> None:
    page = as_html(report(*large_fleet(500), Baseline(newest(), ReleaseCycle.bundled(), TODAY)))
    seen = browser.look(page, width=width, dark=dark)
    assert seen.width == width, "the page scrolls sideways"
    assert seen.requests == ()
    assert seen.background == background
