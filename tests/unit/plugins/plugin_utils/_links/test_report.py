# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role needs on the controller for the changes that `links_info` reports."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.report import (
    MissingCollection,
    MissingProgram,
    require_alternatives_module,
    require_alternatives_program,
)
from tests.support.linked_hosts import host, spec

INSTALL = "Run there: ansible-galaxy collection install community.general"
LACKS = "alternatives: the controller does not have the module community.general.alternatives."
KEPT = "Nothing was changed on this host."
ONE = [{"name": "python3.13"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"register": ONE, "unregister": []},
            f"Cannot register {LACKS} {INSTALL}, or set interpreter_alternatives: links for plain links. {KEPT}",
        ),
        ({"register": ONE, "unregister": ONE}, f"Cannot register {LACKS} {INSTALL}. {KEPT}"),
        ({"register": [], "unregister": ONE}, f"Cannot remove {LACKS} {INSTALL}. {KEPT}"),
    ],
)
def test_alternatives_need_a_collection(changes: dict[str, Any], message: str) -> None:
    asked: list[str] = []
    with pytest.raises(MissingCollection) as error:
        require_alternatives_module(changes, lambda name: bool(asked.append(name)))
    assert (str(error.value), asked) == (message, ["community.general.alternatives"])
    require_alternatives_module(changes, lambda _name: True)


@pytest.mark.parametrize("changes", [{"register": [], "unregister": []}, {"failed": True, "refused": ["x"]}])
def test_all_else_does_not(changes: dict[str, Any]) -> None:
    require_alternatives_module(changes, lambda _name: False)
    require_alternatives_program(changes, spec(system="alternatives"), host())


@pytest.mark.parametrize(
    ("root", "words"),
    [
        ("", "Cannot register alternatives: this host has no update-alternatives. Install it, or set "),
        (
            "/image",
            "Cannot register alternatives in /image: this host has no update-alternatives of dpkg, which knows --root. "
            "Install it, or set ",
        ),
    ],
)
def test_alternatives_need_a_program_on_the_host(root: str, words: str) -> None:
    with pytest.raises(MissingProgram) as error:
        require_alternatives_program({"register": ONE}, spec(system="alternatives", root=root), host())
    assert str(error.value) == f"{words}interpreter_alternatives: links for plain links."
    tools = frozenset({"update-alternatives"})
    require_alternatives_program({"register": ONE}, spec(system="alternatives", root=root), host(tools=tools))
