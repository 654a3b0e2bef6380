# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the main process of Ansible has loaded before it forks a worker for each task and host."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("ansible", reason="filters run on the controller")

PLUGINS = "ansible_collections.standalone.python.plugins"
# What Ansible does in its main process: it loads the action of the first task, or renders the name of an import.
SETTINGS = "action_loader.get('standalone.python.playbook_settings', class_only=True)"
ROLE = "filter_loader.get('standalone.python.is_module').j2_function('standalone.python.build')"


@pytest.mark.parametrize("what", [SETTINGS, ROLE], ids=["a playbook", "the role"])
def test_filters_and_tests_are_loaded_before_the_first_fork(what: str) -> None:
    program = f"""
import sys
from ansible.plugins.loader import action_loader, filter_loader, init_plugin_loader
init_plugin_loader([])
assert {what}
print(*sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    names = loaded.stdout.split()
    assert {f"{PLUGINS}.filter.fleet", f"{PLUGINS}.filter.interpreter"} <= {*names}, loaded.stderr
    for kind in ("filter", "test"):  # a number is part of their names
        assert any(name.startswith(f"ansible.plugins.{kind}.") and "core" in name for name in names)
