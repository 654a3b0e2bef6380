# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreters of this machine for hosts in tests, where modules start in half of the time.

Each is a virtual environment of the real one, with `host_sitecustomize.py`, which keeps what Ansible's zips compile to.
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

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "hosts"
SITE = Path(__file__).with_name("host_sitecustomize.py")


def for_hosts(found: Mapping[str, str]) -> dict[str, str]:
    """The same versions, the oldest and the newest as environments that are made where they are missing."""
    ends = {*list(found)[:1], *list(found)[-1:]}
    return {minor: _environment(minor, python) if minor in ends else python for minor, python in found.items()}


def prepare_own() -> None:
    """Have modules start as soon under the environment that runs the tests, which is the Python of localhost."""
    if sys.prefix != sys.base_prefix:
        Path(sys.prefix, "compiled").mkdir(exist_ok=True)
        place = Path(sysconfig.get_path("purelib"), SITE.name.removeprefix("host_"))
        if not place.exists() or place.read_text() != SITE.read_text():
            partial = place.with_name(f"{place.name}.{os.getpid()}")
            shutil.copy(SITE, partial)
            partial.rename(place)


def _environment(minor: str, python: str) -> str:
    CACHE.mkdir(parents=True, exist_ok=True)
    place, stamp = CACHE / minor, f"{python}\n{SITE.read_text()}"
    with (CACHE / f"{minor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_from = place / "made-from"
        if not made_from.is_file() or made_from.read_text() != stamp:
            shutil.rmtree(place, ignore_errors=True)
            subprocess.run([python, "-m", "venv", "--without-pip", str(place)], check=True)
            shutil.copy(SITE, place / "lib" / f"python{minor}" / "site-packages" / "sitecustomize.py")
            (place / "compiled").mkdir()
            made_from.write_text(stamp)
    return os.path.join(place, "bin", f"python{minor}")
