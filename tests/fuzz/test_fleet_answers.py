# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged and forged answers of one host among good ones: reports, commands and waves are the good ones' as before."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from typing import Any

from hypothesis import given

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import pids_in
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, all_series, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.page import as_html
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.spreadsheet import COLUMNS, as_csv
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.upgrade import UpgradeSpec, plan_upgrade
from ansible_collections.standalone.python.plugins.plugin_utils._systemd import units_of
from tests.support.audited_fleets import NOW, build, host, newest
from tests.support.fuzzing import costly
from tests.support.mutations import mutated_json, mutated_text

BASELINE = Baseline(newest(), ReleaseCycle.bundled(), NOW)
EARLIER = build("3.13.14", "20260814", paths=[], pids=[7])
DRIFTED = build("3.12.14", "20260814", intact=False, drift={"changed": ["lib/x.py"], "missing": [], "added": []})
SETTINGS = {"owner": "app", "group": None, "externally_managed": True}
SPEC = UpgradeSpec("3.13", "/opt/python/3.13", "/opt/python/.builds", newest()["3.13"])
CGROUPS = "/proc/7/cgroup:0::/system.slice/web.service\n/proc/7/cgroup:1:name=systemd:/user.slice/a.scope\n"
TEMPLATE_MARKS = ("{{", "{%", "{#")


def sample() -> dict[str, Any]:
    found = host({**build("3.13.15", "20261110", pids=[8]), **SETTINGS}, EARLIER, DRIFTED, fallback=EARLIER["entry"])
    return {**found, "paths": [{**path, "keep": 1} for path in found["paths"]]}


GOOD = report({"good": sample()}, {"good": {"stdout": CGROUPS}}, BASELINE)["hosts"][0]


@given(mutated_json({"info": sample(), "groups": {"stdout": CGROUPS}}))
@costly(6)
def test_one_host_never_hides_another(lie: Any) -> None:
    info, groups = (lie.get("info"), lie.get("groups")) if isinstance(lie, dict) else (lie, lie)
    infos = {"bad": info, "good": sample()}
    audited = report(infos, {"bad": groups, "good": {"stdout": CGROUPS}}, BASELINE)
    bad, good = audited["hosts"]
    assert good == GOOD
    assert bad["problem"] or bad["builds"] is not None
    assert {"3.12", "3.13"} <= set(all_series(infos.values()))
    json.dumps(audited)
    _require_harmless_csv(as_csv(audited))
    assert as_html(audited).replace("\n", "").isprintable()
    for piece in audited["advice"]:
        _require_harmless_advice(piece)


def _require_harmless_csv(text: str) -> None:
    assert text.replace("\n", "").isprintable()
    assert all(line[0] == line[-1] == '"' for line in text.splitlines())
    for row in csv.reader(io.StringIO(text)):
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert not any(re.match(r"[\s\"]*[=+\-@]", part) for part in re.split("[;,|]", cell))


def _require_harmless_advice(piece: dict[str, Any]) -> None:
    assert (piece["title"] + piece["why"]).isprintable()
    if piece["command"] is not None:
        assert piece["command"].isprintable()
        assert not any(mark in piece["command"] for mark in TEMPLATE_MARKS)
        words = shlex.split(piece["command"])
        values = json.loads(next(word for word in words if word.startswith("{")))
        assert shlex.join(words) == piece["command"]
        assert set(values) <= {"upgrade_name", "upgrade_path", "upgrade_build_options", "name", "state"}


@given(mutated_json(sample()))
def test_an_upgrade_decides_or_says_what_is_damaged(info: Any) -> None:
    try:
        step = plan_upgrade(info, SPEC)
    except StandaloneError:
        return
    assert step["action"] == "absent" or step["keep"] >= 1


@given(mutated_json([{"build": "x", "pids": [7, 8]}, {"pids": []}]))
def test_processes_are_numbers(entries: Any) -> None:
    try:
        pids = pids_in(entries)
    except StandaloneError:
        return
    assert all(isinstance(pid, int) and pid > 0 for pid in pids)


@given(mutated_text(CGROUPS))
def test_units_of_damaged_control_groups(text: str) -> None:
    assert all(unit == "process 7" or re.search(r"\.(service|scope)$", unit) for unit in units_of(text, [7]))
