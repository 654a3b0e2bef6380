# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import string
import subprocess

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._probe.shell import shell_command, without_comments
from tests.support.probe_runs import SHELLS, program, run

SCRIPT = """
# a comment
greet() {
    # another
    printf '%s\\n' "hello, $1!"   '#2'
}

greet "it's me"
"""


def test_comments_and_indent_go() -> None:
    assert without_comments(SCRIPT).split("\n") == [
        "greet() {",
        "printf '%s\\n' \"hello, $1!\"   '#2'",
        "}",
        'greet "it\'s me"',
    ]


def test_the_script_runs_as_it_was() -> None:
    done = subprocess.run(["/bin/sh", "-c", shell_command(SCRIPT)], capture_output=True, text=True, check=True)
    assert done.stdout == "hello, it's me!\n#2\n"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("end", ["", "\n", "''", " !", " \\\\"])
def test_each_character_comes_back_where_it_was(shell: str, end: str) -> None:
    script = f"""set -- '' "''!!" '\n' '\\\\' '*' ! \\! 'ü  !\\'{end}\nprintf '<%s>' "$@"\nexit 3"""
    plain, encoded = (run([*program(shell), "-c", text]) for text in (script, shell_command(script)))
    assert (plain.returncode, plain.stdout, plain.stderr) == (encoded.returncode, encoded.stdout, encoded.stderr)
    assert plain.stdout.startswith("<><''!!><\n><\\\\><*><!><!>")


@pytest.mark.parametrize("script", [SCRIPT, "echo '!\\\n'", "echo a"])
def test_nothing_is_left_that_a_login_shell_would_act_on(script: str) -> None:
    command = shell_command(script)
    assert "\n" not in command
    assert "!" not in command
    assert command.count("'") == 2
    assert command.count("\\") == 4  # those of printf's octal numbers, which no shell reads as an escape


def test_a_script_that_uses_every_letter() -> None:
    with pytest.raises(StandaloneError) as caught:
        shell_command(f"echo {string.ascii_letters}{string.digits[3:]}")
    assert str(caught.value) == (
        "The paths of this task use every letter and digit there is, which leaves none to encode the command for "
        "the host. Give a plainer path or store."
    )
