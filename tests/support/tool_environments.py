# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments of programs that users run beside Ansible: made once, apart from `.venv`."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
_ENVIRONMENTS = REPOSITORY / ".cache" / "tools"
# What the collection needs of the Python that runs Ansible.
OF_COLLECTION = REPOSITORY / "meta" / "ee-requirements.txt"


@cache
def programs_of(name: str, *requirements: str) -> Path:
    """The directory of programs of an environment with these packages and ansible-core. Skips if they cannot be had."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip(f"{uv} does not exist, which makes the environment of {name}")
    home = _ENVIRONMENTS / name
    stamp, wanted = home / ".made-from", "\n".join([sys.executable, *requirements, OF_COLLECTION.read_text()])
    _ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with (_ENVIRONMENTS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of pytest wait
        if not stamp.is_file() or stamp.read_text() != wanted:
            packages = [*requirements, "ansible-core", "-r", str(OF_COLLECTION)]
            for command in (
                [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(home)],
                [str(uv), "pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *packages],
            ):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    pytest.skip(f"{name} cannot be installed here: {done.stderr.strip()[-300:]}")
            stamp.write_text(wanted)
    return home / "bin"
