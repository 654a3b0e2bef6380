# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options the tasks of the role get: from its variables, as Ansible renders them, and from results."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="action plugins run on the controller")

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.builds import interpreter_builds
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.options import (
    build_options,
    interpreter_linked,
    interpreter_uses,
    links_options,
)
from tests.support.audited_fleets import STORE, build, host
from tests.support.role_variables import variables as role_variables
from tests.support.templates import trusted

OMITTED = "__omit_place_holder__"  # as Ansible has it before 2.19; later it is no text


def added(kind: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """The options that are added to a task with these variables."""
    known = trusted({"omit": OMITTED, "minor": "3.13", **variables})
    action = object.__new__(CollectionAction)
    action._templar, action._task = Templar(loader=DataLoader(), variables=known), SimpleNamespace(args={"name": "x"})
    options = build_options(variables["interpreter__build"], known) if kind is build_options else links_options(known)
    action._add_options(*options, known)
    assert action._task.args.pop("name") == "x"
    return dict(action._task.args)


SECOND = {"number": 1, "name": "3.12", "path": "/opt/python/3.12", "virtualenv": None, "requirements": None}
GIVEN = [{"name": "3.13", "mirror": ["https://one"]}, {"name": "3.12", "mirror": ["https://two"]}]

OF_A_BUILD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "what the task has, and what is none": ({"interpreter_store": "/s", "interpreter_provisional": True}, {}),
    "variables": ({"interpreter_delivery": "pull", "interpreter_adopt": False}, {"delivery": "pull", "adopt": False}),
    "a template": ({"interpreter_index": ["/i/{{ minor }}"]}, {"index": ["/i/3.13"]}),
    "a template without its variable": ({"interpreter_flavor": "{{ nowhere }}"}, {}),
    "a template that leaves it out": ({"interpreter_flavor": "{{ nowhere | default(omit) }}"}, {}),
    "a build": ({"interpreter__build": {**SECOND, "keep": 3}, "interpreter_keep": 2}, {"keep": 3}),
    "an option that can hold a secret": (
        {"interpreter_builds": GIVEN, "interpreter__given": GIVEN, "interpreter_mirror": ["https://all"]},
        {"mirror": ["https://two"]},
    ),
    "the same, for all builds": (
        {"interpreter_builds": [{}, {}], "interpreter__given": [{}, {}], "interpreter_headers": {"a": "b"}},
        {"headers": {"a": "b"}},
    ),
    "an entry point": (
        {"interpreter__verify": "full", "interpreter__build": {**SECOND, "verify": "none"}},
        {"verify": "full"},
    ),
}


@pytest.mark.parametrize("case", OF_A_BUILD)
def test_a_build_has_the_options_that_it_or_a_variable_sets(case: str) -> None:
    variables, options = OF_A_BUILD[case]
    assert added(build_options, {"interpreter__build": SECOND, **variables}) == options


OF_LINKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "variables": (
        {"interpreter_profile": True, "interpreter_systemd_units": []},
        {"profile": True, "systemd_units": []},
    ),
    "a template": ({"interpreter_link_dir": "/{{ minor }}/bin"}, {"link_dir": "/3.13/bin"}),
    "an image": ({"interpreter_root": "/i", "interpreter_man_dir": "{{ omit }}"}, {"root": "/i"}),
    "another module's": ({"interpreter_builds": [], "interpreter_keep": 2}, {}),
}


@pytest.mark.parametrize("case", OF_LINKS)
def test_links_have_the_options_that_variables_set(case: str) -> None:
    variables, options = OF_LINKS[case]
    assert added(links_options, variables) == options


def test_links_point_to_what_was_installed_and_to_nothing_else() -> None:
    builds = interpreter_builds(
        [{"name": "3.13", "path": "~/3.13", "requirements": "r.txt"}, {"name": "3.12", "state": "absent"}],
        role_variables(default="3.13"),
    )
    installed = {
        "path": "/home/me/3.13",
        "store": "/home/me/.builds",
        "executable": "/home/me/3.13/bin/python3.13",
        "executables": ["/home/me/3.13/bin/pip3"],
    }
    result = {**installed, "build": {"release": "20260101"}, "interpreter__build": builds[0]}
    assert interpreter_linked([result], builds) == [
        {**installed, "release": "20260101", "virtualenv": None, "requirements": "r.txt", "is_default": True},
        {"path": "/opt/python/3.12", "store": "/opt/python/.builds", "virtualenv": None, "is_default": False},
    ]


def test_the_builds_at_the_paths_of_the_role_are_used() -> None:
    used, other, earlier = (
        build("3.13.5", "20250723", externally_managed=False),
        build("3.12.4", "20250723", externally_managed=True),
        build("3.13.4", "20250612", paths=[], externally_managed=True),
    )
    info = host(used, other, earlier)
    info["paths"].append({"path": "/opt/python/3.11", "store": STORE, "entry": None, "fallback": None})
    builds = interpreter_builds([{"name": "3.13"}, {"name": "3.11"}], role_variables())
    assert interpreter_uses(info, builds) == [
        {"path": "/opt/python/3.13", "store": STORE, "name": used["name"], "externally_managed": False}
    ]


@pytest.mark.parametrize("info", [{}, "x", {"builds": "x", "paths": []}, {"builds": [{}], "paths": []}])
def test_what_no_host_has_is_a_damaged_answer(info: Any) -> None:
    with pytest.raises(DamagedAnswer):
        interpreter_uses(info, [])
