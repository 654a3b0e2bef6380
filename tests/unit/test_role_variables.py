# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of roles that are texts, as `-e` makes them: Ansible checks them by the argument spec, but keeps texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, MIRROR_ARGUMENTS

yaml = pytest.importorskip("yaml", reason="PyYAML comes with ansible-core, which is not installed here")

from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.task import BOOTSTRAP_ARGUMENTS  # noqa: E402

ROLES = sorted(path for path in (Path(__file__).resolve().parents[2] / "roles").iterdir() if path.is_dir())
CONDITIONS = ("when", "that", "changed_when", "failed_when")


def conditions(content: Any) -> Iterator[str]:
    """The conditions of all tasks in a document."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in CONDITIONS:
                yield from map(str, value if isinstance(value, list) else [value])
            yield from conditions(value)
    elif isinstance(content, list):
        for item in content:
            yield from conditions(item)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_conditions_convert_their_variables(role: Path) -> None:
    """A text is true in Ansible's eyes, or since 2.19 an error."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    options = {name: option for spec in specs.values() for name, option in spec["options"].items()}
    flags = [name for name, option in options.items() if option["type"] == "bool"]
    found = [one for file in sorted(role.glob("tasks/*.yml")) for one in conditions(yaml.safe_load(file.read_text()))]
    used = [(name, one) for name in flags for one in found if re.search(rf"\b{name}\b", one)]
    assert [one for name, one in used if not re.search(rf"\b{name} (?:\| bool|is (?:not )?defined)\b", one)] == []


def loops(content: Any) -> Iterator[str]:
    """The variable of each loop in a document."""
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from loops(value)
    if isinstance(content, dict) and "loop" in content:
        yield content.get("loop_control", {}).get("loop_var", "item")


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_loops_leave_item_to_the_loops_around_a_role(role: Path) -> None:
    """Variables of a role that is included in a loop refer to its `item`, and are evaluated in each task."""
    found = [one for file in sorted(role.glob("tasks/*.yml")) for one in loops(yaml.safe_load(file.read_text()))]
    assert [one for one in found if not one.startswith(f"{role.name}__")] == []


# Options of the modules that their roles leave to tasks of the user, or set themselves
NOT_IN_ROLES = {"bootstrap": set(), "mirror": {"attestations"}, "interpreter": {"provisional"}}


@pytest.mark.parametrize(
    ("role", "arguments"),
    [("bootstrap", BOOTSTRAP_ARGUMENTS), ("mirror", MIRROR_ARGUMENTS), ("interpreter", BUILD_ARGUMENTS)],
)
def test_roles_have_the_options_of_their_modules(role: str, arguments: dict[str, Any]) -> None:
    spec = yaml.safe_load((ROLES[0].parent / role / "meta" / "argument_specs.yml").read_text())["argument_specs"][
        "main"
    ]
    renamed = {"mirror": {"mirror": "source"}}.get(role, {})
    names = {f"{role}_{renamed.get(option, option)}" for option in arguments if option not in NOT_IN_ROLES[role]}
    assert names - {*spec["options"]} == set()
    if role != "interpreter":  # whose action adds the options
        files = (ROLES[0].parent / role / "tasks").glob("*.yml")
        tasks = "".join(file.read_text() for file in files)
        assert {option for option in arguments if f"    {option}: " not in tasks} == NOT_IN_ROLES[role]


def rendered(role: str, file: str, expression: str, **variables: Any) -> Any:
    """The value of the template that begins with `expression`, in a file of tasks."""
    from ansible.plugins.filter.core import FilterModule
    from jinja2 import Environment

    text = (ROLES[0].parent / role / "tasks" / file).read_text()
    environment = Environment(autoescape=False)
    environment.filters.update(FilterModule().filters())
    template = text[text.index(expression) :]
    return environment.from_string(template[: template.index("}}") + 2]).render(variables)


@pytest.mark.parametrize("given", ["me@x,you@x ssh-ed25519 AAAA", ["me@x,you@x ssh-ed25519 AAAA"]])
def test_the_keys_of_signers_are_lines(given: object) -> None:
    content = rendered("pull", "present.yml", "{{ [pull_allowed_signers]", pull_allowed_signers=given)
    assert content == "me@x,you@x ssh-ed25519 AAAA\n"


@pytest.mark.parametrize("given", ["--no-deps,--pre", ["--no-deps", "--pre"]])
def test_the_arguments_of_pip_are_a_list(given: object) -> None:
    text = (ROLES[0].parent / "interpreter" / "tasks" / "requirements.yml").read_text()
    (expression,) = re.findall(r"'arguments': (.*?),\n", text, re.DOTALL)
    from jinja2 import Environment

    compiled = Environment(autoescape=False).compile_expression(expression)
    assert compiled(interpreter_pip_extra_args=given) == ["--no-deps", "--pre"]
