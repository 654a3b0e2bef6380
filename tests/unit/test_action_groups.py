# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the action group for `module_defaults` against the modules of the collection."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with ansible-core, which is not installed here")

REPOSITORY = Path(__file__).resolve().parents[2]
INTERNAL = re.compile(r"Internal\b|Serves the role\b")


def documentation_of(module: Path) -> dict[str, object]:
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{module} has no DOCUMENTATION")


def is_internal(module: Path) -> bool:
    """Whether only the roles and playbooks of this collection use the module, which its first sentence says."""
    description = documentation_of(module)["description"]
    assert isinstance(description, list)
    return bool(INTERNAL.match(description[0]))


def test_the_action_group_has_each_module_that_tasks_use() -> None:
    """In the order of their names; without internal modules, which would fail for options that they do not have."""
    runtime = yaml.safe_load((REPOSITORY / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    modules = sorted((REPOSITORY / "plugins" / "modules").glob("*.py"))
    assert len(modules) > 5
    assert runtime["action_groups"]["python"] == [module.stem for module in modules if not is_internal(module)]


@pytest.mark.parametrize("module", ["build_confirm", "build_info", "build_rollback"])
def test_options_that_only_one_module_has_are_known_to_the_others(module: str) -> None:
    """So that the group may set them; each module leaves out those that it does not have."""
    pytest.importorskip("ansible", reason="action plugins run on the controller")
    from ansible_collections.standalone.python.plugins.plugin_utils._options import of_other_modules

    name = f"ansible_collections.standalone.python.plugins.action.{module}"
    options = importlib.import_module(name).ActionModule._options
    assert of_other_modules(options, (), [dict.fromkeys(options)]) == {*options}
