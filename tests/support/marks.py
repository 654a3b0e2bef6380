# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are found again wherever they come to light: in a text, in files, in the commands of all processes.

with watched_commands() as commands:
    run(url_password=marked("password"))
assert leaks("".join(commands)) == []
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_MARK = f"xMark3d{os.getpid() % 1_000_000:06d}x"  # tests in other processes have their secrets in commands meanwhile
_ENCODED = [
    _MARK.encode().hex(),
    # Base64 has three forms of a text, by where it begins. The letters at both ends also depend on neighbours.
    *(base64.b64encode(b"\0" * shift + _MARK.encode()).decode()[shift and shift + 1 : -4] for shift in range(3)),
]
_FORMS = re.compile("|".join([f"(?i:{_MARK})[a-z0-9-]*", *map(re.escape, _ENCODED)]))
_PAUSE_S = 0.02
_LOOKS = 3  # at each process, since a new one has the command line of its parent at first


def marked(name: str) -> str:
    """A secret; `name` says in a failing test which one it was."""
    return f"{_MARK}-{name}"


def leaks(text: str) -> list[str]:
    """The lines of the text that have a secret, plain, in hexadecimal or inside base64, each cut to what is near it."""
    return [text[max(0, found.start() - 150) : found.end() + 20] for found in _FORMS.finditer(text)]


def leaking_files(directory: Path) -> list[str]:
    """The files below the directory with a secret in their content or name, archives and programs apart."""
    return [
        str(path)
        for path in directory.rglob("*")
        if leaks(path.name) or (path.is_file() and not path.is_symlink() and _leaks(path.read_bytes()))
    ]


def _leaks(content: bytes) -> bool:
    """Whether `leaks` finds anything; for whole trees, since the expression takes eight times as long."""
    return _MARK.lower().encode() in content.lower() or any(form.encode() in content for form in _ENCODED)


@contextmanager
def watched_commands() -> Iterator[set[str]]:
    """The command lines of all processes that are seen meanwhile, as every user of the machine can see them."""
    seen: set[str] = set()
    over = Event()

    def watch() -> None:
        looks: dict[str, int] = {}
        while not over.wait(_PAUSE_S):
            present = [name for name in os.listdir("/proc") if name.isdecimal()]
            looks = {process: looks.get(process, 0) + 1 for process in present}
            for process in (process for process in present if looks[process] <= _LOOKS):
                try:
                    command = Path("/proc", process, "cmdline").read_bytes()
                except OSError:  # it has ended
                    continue
                seen.add(command.replace(b"\0", b" ").decode(errors="replace"))

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
