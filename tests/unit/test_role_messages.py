# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles and playbooks show of the output of programs: neither escapes for a terminal nor a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with ansible-core, which is not installed here")

REPOSITORY = Path(__file__).resolve().parents[2]
TASK_FILES = sorted([*REPOSITORY.glob("roles/*/tasks/*.yml"), *REPOSITORY.glob("playbooks/**/*.yml")])


def messages(content: Any) -> Iterator[str]:
    """The messages of all tasks in a document."""
    values = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for value in values:
        yield from messages(value)
    if isinstance(content, dict):
        yield from (content[key] for key in ("msg", "fail_msg") if isinstance(content.get(key), str))


@pytest.mark.parametrize("file", TASK_FILES, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_output_of_programs_is_shown_readable(file: Path) -> None:
    for message in messages(yaml.safe_load(file.read_text())):
        for quoted in re.findall(r"\{\{.*?\}\}", message, re.DOTALL):
            assert "standalone.python.readable" in quoted or not re.search(r"\.(stderr|stdout|msg)\b", quoted), quoted


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("ERROR: No match for\x1b[2J a\u202eb", "ERROR: No match for\\x1b[2J a\\u202eb"),
        ("at https://user:secret@host/simple/", "at https://host/simple/"),
        ("at https://user:se@cret@host/simple/", "at https://host/simple/"),
        ("at https://user:se/cret@host/simple/ and http://other/", "at https://host/simple/ and http://other/"),
        ("at https://token@host/simple/", "at https://host/simple/"),
        ("at https://host/simple/?key=secret#secret", "at https://host/simple/"),
        ("at https://a,https://user:secret@host/", "at https://host/"),
        ("at http:// and ://user:secret@host", "at http:// and ://host"),
        *((text * 1_000_000, None) for text in ("a", "http://a,", "http:// ", ":", "@", " ")),  # at once
        ("http://" + ":" * 1_000_000, None),
        ("at git+https://host/repository@v1", "at git+https://host/repository@v1"),
    ],
)
def test_what_pip_printed_is_shown_without_logins(printed: str, shown: str | None) -> None:
    from ansible.plugins.filter.core import FilterModule
    from jinja2 import Environment

    from ansible_collections.standalone.python.plugins.filter.fleet import readable
    from ansible_collections.standalone.python.plugins.filter.interpreter import interpreter_pip_output

    tasks = yaml.safe_load((REPOSITORY / "roles" / "interpreter" / "tasks" / "requirements.yml").read_text())
    (message,) = messages(tasks)
    variables = {
        "interpreter__pip": {"rc": 1, "stderr": printed},
        "interpreter__venv": {"requirements": "r.txt", "path": "/venv"},
    }
    environment = Environment(autoescape=False)
    ours = {"readable": readable, "interpreter_pip_output": interpreter_pip_output}
    environment.filters.update(FilterModule().filters())
    environment.filters.update({f"standalone.python.{name}": filter_ for name, filter_ in ours.items()})
    said = environment.from_string(message).render(variables)
    prefix = "Cannot install r.txt into /venv. Remove what pip names: "
    assert said.startswith(prefix) if shown is None else said == prefix + shown
