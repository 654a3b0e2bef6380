# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where index and mirror come from for the action, which is where they come from for the lookup."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

import yaml
from ansible.errors import AnsibleUndefinedVariable

from ansible_collections.standalone.python.plugins.doc_fragments.choice import ModuleDocFragment
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._defaults import (
    DEFINITIONS,
    default_exclude,
    default_of,
    require_known_variables,
)

TEMPLAR = SimpleNamespace(template=lambda value: value.replace("{{ house }}", "h") if isinstance(value, str) else value)


@pytest.mark.parametrize("option", ["index", "mirror"])
@pytest.mark.parametrize(
    ("environment", "variable", "places"),
    [
        (None, None, []),
        ("/e", None, ["/e"]),
        ("/e,/f", None, ["/e", "/f"]),
        ("/e", "https://{{ house }}/v", ["https://h/v"]),
        (None, ["/v", "/w"], ["/v", "/w"]),
        (None, ["/v\n", " ", None, "https://h/w \n"], ["/v", "https://h/w"]),
        (" ", None, []),
    ],
)
def test_a_variable_outranks_the_environment(
    monkeypatch: pytest.MonkeyPatch, option: str, environment: str | None, variable: Any, places: list[str]
) -> None:
    name = f"ANSIBLE_STANDALONE_PYTHON_{option.upper()}"
    monkeypatch.delenv(name, raising=False)
    if environment:
        monkeypatch.setenv(name, environment)
    variables = {} if variable is None else {f"standalone_python_{option}": variable}
    assert default_of(option, variables, TEMPLAR) == places


def test_a_variable_whose_template_fails_is_named() -> None:
    def fail(_value: object) -> object:
        raise AnsibleUndefinedVariable("'nope' is undefined.")

    with pytest.raises(InvalidName) as caught:
        default_of("mirror", {"standalone_python_mirror": "{{ nope }}"}, SimpleNamespace(template=fail))
    assert str(caught.value) == (
        "Cannot read the variable standalone_python_mirror: 'nope' is undefined. Correct its template."
    )


@pytest.mark.parametrize(
    ("environment", "variable", "entries"),
    [
        (None, None, []),
        ("20260901,>=3.13.0,<3.13.2", None, ["20260901", ">=3.13.0,<3.13.2"]),
        ("20260901", [20260902, ">=3.13.0,<3.13.2"], ["20260902", ">=3.13.0,<3.13.2"]),
        ("20260901", [], []),
    ],
)
def test_what_is_excluded(
    monkeypatch: pytest.MonkeyPatch, environment: str | None, variable: Any, entries: list[str]
) -> None:
    monkeypatch.delenv("ANSIBLE_STANDALONE_PYTHON_EXCLUDE", raising=False)
    if environment:
        monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_EXCLUDE", environment)
    variables = {} if variable is None else {"standalone_python_exclude": variable}
    assert [one.text for one in default_exclude(variables, TEMPLAR)] == entries


@pytest.mark.parametrize("option", ["exclude", "index", "mirror"])
def test_the_lookup_has_the_same(option: str) -> None:
    every, lookup = (
        yaml.safe_load(part)["options"] for part in (ModuleDocFragment.DOCUMENTATION, ModuleDocFragment.LOOKUP)
    )
    documented = {**every.get(option, {}), **lookup[option]}
    assert {key: documented[key] for key in DEFINITIONS[option]} == DEFINITIONS[option]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("standalone_python_mirorr", "standalone_python_mirror"),
        ("standalone_python_mirrors", "standalone_python_mirror"),
        ("standalone_python_indx", "standalone_python_index"),
        ("standalone_python_index_maxage", "standalone_python_index_max_age"),
        ("standalone_python_excludes", "standalone_python_exclude"),
        ("standalone_python_foreign_variable", "standalone_python_foreign_variables"),
    ],
)
def test_a_slip_in_the_name_of_a_default_is_an_error(name: str, meant: str) -> None:
    words = f"^{name} is no variable of this collection. Did you mean {meant}?"
    for read in (require_known_variables, lambda variables: default_of("mirror", variables, TEMPLAR)):
        with pytest.raises(InvalidName, match=words):
            read({name: "x"})
    require_known_variables({name: "x", "standalone_python_foreign_variables": [name]})
    require_known_variables({name: "x", "standalone_python_foreign_variables": "standalone_python_*"})


def test_other_variables_are_somebody_elses() -> None:
    names = ("standalone_python_users", "standalone_python_mirror", "standalone_pythons", "mirorr")
    require_known_variables(dict.fromkeys(names))
