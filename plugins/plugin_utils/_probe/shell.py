# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell scripts as one line that every login shell passes on unchanged.

Ansible runs a command as `/bin/sh -c '...'`, and the user's login shell parses that line, after ssh and perhaps once
more after su. Within single quotes csh still interprets newlines and `!`, and fish backslashes; a single quote itself
doubles or worse with each round of quoting. So none of these characters stays in the script: a letter that the script
does not use replaces each of them. The shell of the host restores them without another program: it splits the script at
a letter and joins the parts with the character, which takes a tenth of the time of `tr`.
"""

from __future__ import annotations

import shlex
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

# Defines `in_root`, for the scripts that look at paths.
_IN_ROOT = Path(__file__).with_name("in_root.sh")
_RUNNING = Path(__file__).with_name("running.sh")
# Defines `each_on_way`, for the scripts that look at what is on the way to a file.
WAY = Path(__file__).with_name("way.sh")
# Define `way_of_root`, for the scripts that precede what root does in a directory.
WAY_OF_ROOT = (WAY, Path(__file__).with_name("way_of_root.sh"))

_TROUBLE = "\n'!\\"
_TROUBLE_FOR_PRINTF = r"\012\047\041\134"


def command_of(*scripts: Path, values: Mapping[str, str]) -> str:
    """The command, on one line, that runs these scripts one after the other with these variables.

    Raises `StandaloneError` as `shell_command` does.
    """
    prelude = "\n".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
    return shell_command("\n".join([prelude, *map(_script, scripts)]))


def probe_of(*scripts: Path, values: Mapping[str, str], root: str) -> str:
    """The command for scripts that probe the system in the directory `root`, or the running one if that is empty."""
    return command_of(_IN_ROOT if root else _RUNNING, *scripts, values={**values, "root": root})


def without_comments(script: str) -> str:
    """The script without indentation, empty lines and comment lines. It must not contain a here-document."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def shell_command(script: str) -> str:
    """A command, on one line, with which a POSIX shell runs `script`.

    Raises `StandaloneError` when the script uses nearly every letter and digit, so that too few substitutes are left.
    """
    unused = [letter for letter in string.ascii_letters + string.digits if letter not in script]
    if len(unused) < len(_TROUBLE):
        raise StandaloneError(
            "The paths of this task use every letter and digit there is, which leaves none to encode the command for "
            "the host. Give a plainer path or store."
        )
    markers = "".join(unused[: len(_TROUBLE)])
    encoded = f"{script}\n#".translate(str.maketrans(_TROUBLE, markers))  # an empty part at the end would get lost
    restore = 'IFS=$m; set -- $1; IFS=$c; set -- "$*"; c=${c#?}'
    return (
        f"""set -f; set -- '{encoded}'; c=$(printf "{_TROUBLE_FOR_PRINTF}"); """
        f"""for m in {" ".join(markers)}; do {restore}; done; unset IFS; set +f; eval "$1\""""
    )


@cache
def _script(path: Path) -> str:
    return without_comments(path.read_text(encoding="utf-8"))
