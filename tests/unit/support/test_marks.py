# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marked secrets are found in each form in which one could come to light."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.marks import leaking_files, leaks, marked, watched_commands

SECRET = marked("password")


@pytest.mark.parametrize(
    "text",
    [
        f"http://user:{SECRET}@example.org",
        SECRET.upper(),
        SECRET.encode().hex(),
        *(base64.b64encode(f"{before}{SECRET}".encode()).decode() for before in ("", "u", "u:", "us:")),
    ],
    ids=["url", "upper", "hex", *(f"base64-{number}" for number in range(4))],  # the secret differs by process
)
def test_a_secret_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "receipt").write_text(text)
    assert leaks(f"a line\nwith {text} in it")
    assert leaking_files(tmp_path) == [str(tmp_path / "receipt")]


def test_what_is_none_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "receipt").write_text("********")
    assert leaks("password: ********") == leaking_files(tmp_path) == []


def test_the_command_line_of_a_process_is_seen() -> None:
    with watched_commands() as commands:
        program = subprocess.Popen([sys.executable, "-c", "input()", SECRET], stdin=subprocess.PIPE)
        while not leaks("".join(commands)):
            assert program.poll() is None
        program.communicate(b"\n")
    assert leaks("".join(commands))
