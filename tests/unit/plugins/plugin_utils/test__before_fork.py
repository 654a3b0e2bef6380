# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the main process of Ansible has loaded before it forks a worker for each task and host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="filters run on the controller")

PLUGINS = "ansible_collections.standalone.python.plugins"
# What Ansible does in its main process: it loads the action of the first task, or renders the name of an import.
SETTINGS = "action_loader.get('standalone.python.playbook_settings', class_only=True)"
BUILD = "action_loader.get('standalone.python.build', class_only=True)"
TREE = Path(__file__).resolve().parents[4] / ".collection"
ROLE = "filter_loader.get('standalone.python.is_module').j2_function('standalone.python.build')"


def loaded_after(what: str) -> set[str]:
    """The names of all Python modules of a process that did this."""
    program = f"""
import sys
from ansible.plugins.loader import action_loader, filter_loader, init_plugin_loader
init_plugin_loader([{str(TREE)!r}])
assert {what}
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {*done.stdout.split()}


def has_plugins_of_ansible(kind: str, loaded: set[str]) -> bool:
    return any(name.startswith(f"ansible.plugins.{kind}.") and "core" in name for name in loaded)  # with a number


@pytest.mark.parametrize("what", [SETTINGS, ROLE], ids=["a playbook", "the role"])
def test_filters_and_tests_are_loaded_before_the_first_fork(what: str) -> None:
    loaded = loaded_after(what)
    assert {f"{PLUGINS}.filter.fleet", f"{PLUGINS}.filter.interpreter"} <= loaded
    assert all(has_plugins_of_ansible(kind, loaded) for kind in ("filter", "test"))


def test_those_of_ansible_are_loaded_before_any_task_of_this_collection() -> None:
    loaded = loaded_after(BUILD)
    assert has_plugins_of_ansible("filter", loaded)
    assert f"{PLUGINS}.plugin_utils._interpreter_role.options" not in loaded  # the role has loaded it


def test_what_each_worker_would_look_up_again_is_known_before_the_first_fork() -> None:
    loaded_after(
        f"""{BUILD}
import os, typing
from ansible.plugins.loader import connection_loader, shell_loader
os.listdir = typing.get_type_hints = None  # from here on nothing is looked up
assert connection_loader.find_plugin('ssh') and connection_loader.find_plugin('local')
assert shell_loader.find_plugin('sh')
try:
    from ansible._internal._task import UnifiedTaskResult
except ImportError:  # before ansible-core 2.21
    sys.exit()
assert UnifiedTaskResult.from_action_result_dict({{}}) and UnifiedTaskResult.from_module_result_dict({{}})
"""
    )


FUNCTIONS = ["load_filters_and_tests", "render_a_template", "read_fields_of_results", "find_connections_and_shells"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_where_ansible_cannot_load_them_the_play_goes_on(function: str) -> None:
    """Without `init_plugin_loader`, as where the collection is imported by other means."""
    call = f"from {PLUGINS}.plugin_utils import _before_fork; _before_fork.{function}(); print('went on')"
    done = subprocess.run(
        [sys.executable, "-c", call],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == "went on\n", done.stderr
