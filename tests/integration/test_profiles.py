# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile scripts under every shell that may source them: twice, and the PATH is right and has each part once."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.profiles import TEXTS, Setting

DIRECTORY = "/opt/python+x/bin.d"
CERTIFICATES = "/etc/pki/tls/certs/ca-bundle.crt"
TERMINALS = ":/opt/python/3.13/share/terminfo"
VARIABLES = {"SSL_CERT_FILE": CERTIFICATES, "TERMINFO_DIRS": TERMINALS}
USUAL = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Shell:
    """A shell; `tell` makes it print what the tests want to know, `strict` is how it stops at the first error."""

    command: str
    kind: str
    source: str
    tell: str
    strict: str = ""


def posix(command: str) -> Shell:
    return Shell(
        command,
        kind="sh",
        source=". {file}",
        tell='printf "%s\\n" "$PATH" "${SSL_CERT_FILE-}" "${TERMINFO_DIRS-}" "end"',
        strict="set -eu",
    )


CSH_TELL = "printenv PATH; printenv SSL_CERT_FILE || echo; printenv TERMINFO_DIRS || echo; echo end"
SHELLS = {
    **{command: posix(command) for command in ("dash", "bash", "bash --posix", "zsh", "ksh93", "mksh", "busybox sh")},
    "zsh --emulate sh": posix("zsh --emulate sh"),
    "tcsh": Shell("tcsh -f", kind="csh", source="source {file}", tell=CSH_TELL),
    "tcsh, at the first error": Shell("tcsh -ef", kind="csh", source="source {file}", tell=CSH_TELL),
    "fish": Shell("fish --no-config", kind="fish", source="source {file}", tell=CSH_TELL),
}


def play(
    shell: Shell,
    directory: Path,
    *,
    path: str | None = USUAL,
    first: bool = False,
    needed: bool = True,
    **variables: str,
) -> list[str]:
    """PATH, SSL_CERT_FILE and TERMINFO_DIRS after sourcing the script twice, under a PATH and other variables."""
    program, *arguments = shell.command.split()
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here")
    script = directory / "profile"
    script.write_text(TEXTS[shell.kind](Setting(DIRECTORY, first, VARIABLES if needed else {})))
    source = shell.source.format(file=script)
    text = "\n".join(line for line in (shell.strict, source, source, shell.tell) if line)
    done = subprocess.run(
        [found, *arguments, "-c", text],
        env={**({"PATH": path} if path is not None else {}), "HOME": str(directory), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    *said, end = done.stdout.splitlines()
    assert end == "end"
    return said


each_shell = pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)


@each_shell
def test_the_directory_comes_last_and_once(shell: Shell, tmp_path: Path) -> None:
    assert play(shell, tmp_path) == [f"{USUAL}:{DIRECTORY}", CERTIFICATES, TERMINALS]


@each_shell
def test_the_directory_comes_first_where_it_may_shadow_the_system(shell: Shell, tmp_path: Path) -> None:
    assert play(shell, tmp_path, first=True)[0] == f"{DIRECTORY}:{USUAL}"


@each_shell
@pytest.mark.parametrize("first", [True, False])
def test_a_path_that_has_the_directory_stays(shell: Shell, first: bool, tmp_path: Path) -> None:
    for path in (f"{DIRECTORY}:{USUAL}", f"/usr/bin:{DIRECTORY}:/bin", f"{USUAL}:{DIRECTORY}"):
        assert play(shell, tmp_path, path=path, first=first)[0] == path


@each_shell
def test_a_directory_that_only_resembles_it_does_not_count(shell: Shell, tmp_path: Path) -> None:
    path = f"{DIRECTORY}2:/x{DIRECTORY}:/opt/python+x/binxd:{USUAL}"
    assert play(shell, tmp_path, path=path)[0] == f"{path}:{DIRECTORY}"


@each_shell
def test_variables_of_the_user_stay(shell: Shell, tmp_path: Path) -> None:
    said = play(shell, tmp_path, SSL_CERT_FILE="/my/certificates", TERMINFO_DIRS="/my/terminals")
    assert said[1:] == ["/my/certificates", "/my/terminals"]


@each_shell
def test_variables_that_are_not_needed_are_not_set(shell: Shell, tmp_path: Path) -> None:
    assert play(shell, tmp_path, needed=False)[1:] == ["", ""]


@each_shell
def test_a_shell_without_path_keeps_its_own(shell: Shell, tmp_path: Path) -> None:
    said = play(shell, tmp_path, path=None)[0].split(":")
    assert said.count(DIRECTORY) == 1
    assert len(said) > 1
