# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of hosts by Ansible's own templates, whose failures and omitted values differ between its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

pytest.importorskip("ansible", reason="templates are evaluated on the controller")

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.host_variables import HostVariables
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.settings import Unresolvable
from tests.support.templates import trusted


def variables(**raw: Any) -> HostVariables:
    loader = DataLoader()
    of_ansible = VariableManager(loader=loader).get_vars(include_hostvars=False)

    def template(value: Any, known: Mapping[str, Any]) -> Any:
        return Templar(loader=loader, variables=dict(known)).template(value)

    given = {name: trusted(value) for name, value in raw.items()}
    return HostVariables({**of_ansible, **given}, template)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("3.13", "3.13"),
        ("{{ other }}", "of another"),
        ("{{ unset | default(omit) }}", None),
        ("{{ unset | default('') }}", ""),
        (["{{ other }}", 2], ["of another", 2]),
        (7, 7),
        (False, False),
        (None, None),
    ],
)
def test_a_variable_is_what_its_template_makes(value: Any, read: Any) -> None:
    of_host = variables(asked=value, other="of another")
    assert of_host["asked"] == read


@pytest.mark.parametrize(
    ("value", "why", "may_work_later"),
    [
        ("{{ unset }}", "'unset' is undefined", True),
        ("{{ nested }}", "'unset' is undefined", True),
        ("{{ 1 / 0 }}", "division by zero", True),
        ("{{ 3. }", "", False),
        ("{{ a b }}", "", False),
    ],
)
def test_what_has_no_value_says_whether_it_may_have_one_later(value: str, why: str, may_work_later: bool) -> None:
    of_host = variables(asked=value, nested="{{ unset }}")
    with pytest.raises(Unresolvable) as error:
        of_host["asked"]
    assert error.value.may_work_later is may_work_later
    assert why in str(error.value)


def test_facts_are_only_what_has_names() -> None:
    assert variables(ansible_facts={"os": "Linux"}).facts == {"os": "Linux"}
    assert variables(ansible_facts="none").facts == {}
