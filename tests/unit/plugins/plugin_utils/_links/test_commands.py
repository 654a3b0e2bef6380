# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands a build gets, by which names."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.commands import (
    Command,
    commands_of,
    is_our_name,
    linkable,
    possible_names,
)

CASES = {
    "the usual build": (
        "python3.13",
        {"bin/pip3.13", "bin/pip3", "bin/pydoc3.13", "bin/idle3.13", "bin/python3.13-config", "bin/2to3"},
        {
            "pip3.13": "bin/pip3.13",
            "pydoc3.13": "bin/pydoc3.13",
            "idle3.13": "bin/idle3.13",
            "python3.13-config": "bin/python3.13-config",
        },
    ),
    "with a manual page": (
        "python3.13",
        {"share/man/man1/python3.13.1", "share/man/man1/python3.1"},
        {"python3.13.1": "share/man/man1/python3.13.1"},
    ),
    "free-threaded, with programs of the plain name": (
        "python3.13t",
        {"bin/pip3.13", "bin/python3.13t-config", "bin/python3.13-config", "share/man/man1/python3.13.1"},
        {
            "pip3.13t": "bin/pip3.13",
            "python3.13t-config": "bin/python3.13t-config",
            "python3.13t.1": "share/man/man1/python3.13.1",
        },
    ),
    "debug and free-threaded": ("python3.14td", {"bin/pip3.14"}, {"pip3.14td": "bin/pip3.14"}),
    "not unpacked yet": ("python3.13", set(), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_build_gets_what_it_has(case: str) -> None:
    interpreter, has, companions = CASES[case]
    executable = f"/opt/p/bin/{interpreter}"
    found = commands_of("/opt/p", executable, {f"/opt/p/{file}" for file in has})
    assert found[0] == Command(interpreter, f"/opt/p/libexec/{interpreter}")
    assert {command.name: command.target for command in found[1:]} == {
        name: f"/opt/p/{file}" for name, file in companions.items()
    }
    assert {command.name for command in found if command.is_manual} <= {f"{interpreter}.1"}
    assert {command.name for command in found} <= set(possible_names(executable))


OURS = """
python python3 python3.13 python3.13t python3.9td pip3.13 pydoc3.13t idle3.8
python3.13-config python3.13td-config python3.13.1 python3.13t.1
"""


@pytest.mark.parametrize("name", OURS.split())
def test_our_names_are_known(name: str) -> None:
    assert is_our_name(name)


@pytest.mark.parametrize(
    "name", ["python2", "pip", "pip3", "pip3.13-config", "ansible", "python3.13.so", "python3.13tx"]
)
def test_names_of_others_are_left_alone(name: str) -> None:
    assert not is_our_name(name)


@pytest.mark.parametrize(
    ("has", "program"),
    [
        (set(), "libexec/python3.13"),  # as check mode foresees a build
        ({"bin/python3.13", "libexec/python3.13"}, "libexec/python3.13"),
        ({"bin/python3.13"}, "bin/python3.13"),  # of a build from before these programs
    ],
)
def test_a_link_names_the_program_that_starts_the_interpreter_of_every_release(has: set[str], program: str) -> None:
    executable, files = "/opt/p/bin/python3.13", {f"/opt/p/{file}" for file in has}
    assert linkable("/opt/p", executable, files) == f"/opt/p/{program}"
    assert commands_of("/opt/p", executable, files)[0] == Command("python3.13", f"/opt/p/{program}")


def test_an_interpreter_elsewhere_is_linked_as_it_is() -> None:
    assert linkable("/opt/p", "/opt/p/python.exe", set()) == "/opt/p/python.exe"
