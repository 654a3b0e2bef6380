# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose only Python is older than Ansible's modules run on: one of this machine's, as EL8 and Ubuntu 20.04 have.

It writes down each start of itself, so that a test can see who ran anything by it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fleet.hosts import Host
from tests.support.interpreters import search_path

OLD_PYTHONS = ("3.6", "3.8")
LEFT_OUT = ("test", "site-packages", "config-*", "__pycache__")  # of the standard library
DIARY = "/var/log/old-python"

# What has to come along: the standard library, and the library that the executable is linked to, or "".
_ASK = """
import json, os, sysconfig
shared = sysconfig.get_config_var("Py_ENABLE_SHARED") and sysconfig.get_config_var("INSTSONAME")
library = os.path.join(sysconfig.get_config_var("LIBDIR"), shared) if shared else ""
print(json.dumps([sysconfig.get_path("stdlib"), library]))
"""
_KEEP_DIARY = f"""
import sys
with open("{DIARY}", "a") as diary:
    diary.write(repr(getattr(sys, "argv", "at its start")) + "\\n")
"""


def give(host: Host, minor: str) -> None:
    """Make this Python the host's `python3`. Where the machine has none that runs there, the test is skipped."""
    found = (shutil.which(f"python{minor}", path=directory) for directory in search_path())
    program = next(filter(None, found), None)
    if program is None:
        pytest.skip(f"there is no Python {minor} here to give to a host")
    library, linked = json.loads(subprocess.run([program, "-c", _ASK], check=True, capture_output=True).stdout)
    shutil.copytree(library, host.file(f"/usr/lib/python{minor}"), ignore=shutil.ignore_patterns(*LEFT_OUT))
    host.file(f"/usr/lib/python{minor}/sitecustomize.py").write_text(_KEEP_DIARY)
    if linked:
        shutil.copy(linked, host.file("/usr/lib") / Path(linked).name)
    shutil.copy(program, host.file("/usr/bin/python3"))
    said = host.enter("python3", "--version", check=False)
    if said.returncode:
        pytest.skip(f"this machine's Python {minor} does not run on {host.spec.root.suite}: {said.stderr}")


def starts(host: Host) -> list[str]:
    """The starts of its old Python since this was last asked."""
    diary = host.file(DIARY)
    if not diary.exists():
        return []
    lines = diary.read_text().splitlines()
    diary.unlink()
    return lines
