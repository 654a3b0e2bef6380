# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project that the demo leaves: its settings are variables that the playbooks have."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="values are converted as Ansible converts them")

import yaml

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import spec_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.values import fault_in

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.demo import project

PUBLIC = {"minor": "3.13", "target": "x86_64-unknown-linux-gnu"}
SAMPLE = {**PUBLIC, "index": "/demo/mirror/index.ndjson", "mirror": "/demo/mirror"}


@pytest.mark.parametrize("variables", [PUBLIC, SAMPLE])
def test_the_settings_of_the_project_are_right(tmp_path: Path, variables: dict[str, str]) -> None:
    said = project.write(tmp_path / "project", tmp_path, variables)
    assert [f"standalone.python.{name}" in said for name in ("lock", "install", "audit")] == [True] * 3
    given: dict[str, Any] = yaml.safe_load((tmp_path / "project" / "group_vars" / "all.yml").read_text())
    settings = {
        name: one for playbook in ("lock", "install", "audit") for name, one in spec_of(playbook).settings.items()
    }
    assert {*given} - {*settings} <= {"standalone_python_mirror"}
    faults = {n: fault_in(settings[n], v) for n, v in given.items() if n in settings and "{{" not in str(v)}
    assert {name: fault for name, fault in faults.items() if fault} == {}
    hosts = yaml.safe_load((tmp_path / "project" / "inventory.yml").read_text())["all"]["hosts"]
    assert [*hosts] == ["localhost"]
    needs_no_home = "\nhome = .ansible\n" in (tmp_path / "project" / "ansible.cfg").read_text()
    of_host = Path(hosts["localhost"]["ansible_remote_tmp"])
    assert (needs_no_home, of_host) == (True, tmp_path / "project" / ".ansible" / "tmp")
