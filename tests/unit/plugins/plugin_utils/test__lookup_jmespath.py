# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JMESPath over results, and what is said when that cannot be."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._lookup import searched


def test_an_expression_picks_from_data() -> None:
    assert searched("[?a > `1`].a | [0]", [{"a": 1}, {"a": 2}]) == 2


@pytest.mark.parametrize("expression", ["[", "nosuch(@)", "length(`1`)"])
def test_what_is_not_jmespath_is_refused(expression: str) -> None:
    with pytest.raises(InvalidName) as caught:
        searched(expression, [])
    assert str(caught.value).startswith(f"The query {expression!r} is not JMESPath: ")
    assert "\n" not in str(caught.value)


def test_a_missing_library_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    with pytest.raises(StandaloneError) as caught:
        searched("a", {})
    assert str(caught.value) == (
        "The option query needs the Python package jmespath, which the Python that runs Ansible does not have. Run "
        f"{sys.executable} -m pip install jmespath, or leave query out and pick from the result."
    )
