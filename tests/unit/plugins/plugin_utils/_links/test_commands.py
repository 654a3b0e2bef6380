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
    assert found[0] == Command(interpreter, executable)
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
    ("name", "release", "is_direct"),
    [
        ("python3.9", 20251031, False),
        ("python3.10", 20261009, False),
        ("python3.11", 20251209, False),
        ("python3.11", 20251217, True),
        ("python3.12", 20240107, False),
        ("python3.12", 20260101, True),
        ("python3.13t", 20251209, False),
        ("python3.13d", 20251217, True),
        ("python3.14", 20251202, False),
        ("python3.14td", 20251205, True),
        ("python3.15", 20251031, False),
        ("python3.16", 20261110, True),
        ("python3.12", 0, True),  # of an unknown release
    ],
)
def test_a_link_names_a_program_where_it_cannot_name_the_interpreter(name: str, release: int, is_direct: bool) -> None:
    expected = f"/opt/p/{'bin' if is_direct else 'libexec'}/{name}"
    assert linkable("/opt/p", f"/opt/p/bin/{name}", release) == expected
    assert commands_of("/opt/p", f"/opt/p/bin/{name}", set(), release)[0] == Command(name, expected)


def test_an_interpreter_elsewhere_is_linked_as_it_is() -> None:
    assert linkable("/opt/p", "/opt/p/python.exe", 20240107) == "/opt/p/python.exe"
