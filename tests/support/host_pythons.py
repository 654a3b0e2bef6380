# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreters of this machine for hosts in tests, where modules start in half of the time.

Each is a virtual environment of the real one, with `host_startup.py`, which keeps what Ansible's zips compile to.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from .interpreters import system_python

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "hosts"
STARTUP = Path(__file__).with_name("host_startup.py")


def for_hosts(found: Mapping[str, str]) -> dict[str, str]:
    """The same versions, the oldest and the newest as environments that are made where they are missing."""
    ends = {*list(found)[:1], *list(found)[-1:]}
    return {minor: _environment(minor, python) if minor in ends else python for minor, python in found.items()}


def usual(found: Mapping[str, str]) -> str:
    """What managed hosts have: the system's own Python, which also starts modules sooner; else the newest of `found`.

    `found` are those of `for_hosts`.
    """
    system = system_python()
    return _environment("system", system) if system else list(found.values())[-1]


def prepare_own() -> None:
    """Have modules start as soon under the environment that runs the tests, which is the Python of localhost."""
    if sys.prefix != sys.base_prefix:
        _have_startup(Path(sys.prefix), Path(sysconfig.get_path("purelib")))


def _environment(name: str, python: str) -> str:
    CACHE.mkdir(parents=True, exist_ok=True)
    place, stamp = CACHE / name, f"{python}\n{STARTUP.read_text()}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_from = place / "made-from"
        if not made_from.is_file() or made_from.read_text() != stamp:
            shutil.rmtree(place, ignore_errors=True)
            subprocess.run([python, "-m", "venv", "--without-pip", str(place)], check=True)
            _have_startup(place, next(place.glob("lib/python*/site-packages")))
            made_from.write_text(stamp)
    return os.path.join(place, "bin", os.path.basename(python))


def _have_startup(environment: Path, packages: Path) -> None:
    """Have each start import `host_startup`, by a .pth file, since Debian's own `sitecustomize` hides any other."""
    (environment / "compiled").mkdir(exist_ok=True)
    for name, content in ((STARTUP.name, STARTUP.read_text()), ("host_startup.pth", f"import {STARTUP.stem}\n")):
        place = packages / name
        if not place.exists() or place.read_text() != content:
            partial = packages / f"{name}.{os.getpid()}"
            partial.write_text(content)
            partial.rename(place)
