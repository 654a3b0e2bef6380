# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for /etc/cron.d in the guide, read and run as cron does it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = re.compile(r"<!-- cron: (?P<name>[\w-]+) -->\n+```\n(?P<content>.*?)```", re.DOTALL)
_SETTING = re.compile(r"(?P<name>\w+)\s*=\s*(?P<value>.*)")
_FIELD = r"[\d*/,-]+"
_ENTRY = re.compile(rf"(?P<when>(?:{_FIELD}\s+){{5}})(?P<user>[a-z][\w-]*)\s+(?P<command>.+)")
# Of Vixie cron and its descendants; a table can set PATH.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Entry:
    """A line of a table: who runs what. `environment` is that of the table, before the line."""

    user: str
    command: str
    environment: Mapping[str, str]

    def run(self, home: Path, *, replaced: Mapping[str, str], before: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command with the environment of cron, and paths replaced, after the shell code `before`."""
        command = self.command
        for path, here in replaced.items():
            assert path in command, path
            command = command.replace(path, here)
        subprocess.run(["sh", "-n", "-c", command], check=True)
        return subprocess.run(
            [self.environment["SHELL"], "-c", f"{before}\n{command}"],
            cwd=home,
            env={**self.environment, "HOME": str(home), "LOGNAME": self.user},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def entries_in(page: Path, name: str) -> list[Entry]:
    """The entries of a table of a page. Raises `ValueError` for a line that cron does not take."""
    (table,) = [found["content"] for found in _TABLE.finditer(page.read_text()) if found["name"] == name]
    environment, entries = dict(_ENVIRONMENT), []
    for line in table.splitlines():
        entry, setting = _ENTRY.fullmatch(line), _SETTING.fullmatch(line)
        if entry:
            entries.append(Entry(entry["user"], _unescaped(entry["command"]), dict(environment)))
        elif setting:
            environment[setting["name"]] = setting["value"]
        else:
            raise ValueError(f"cron takes no line such as {line}")
    return entries


def _unescaped(command: str) -> str:
    r"""The command as the shell gets it: up to the first `%`, with each `\%` as a `%`."""
    before, sign, rest = re.sub(r"\\%", "\0", command).partition("%")
    if sign:
        raise ValueError(f"the command ends before {sign}{rest}")
    return before.replace("\0", "%")
