# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A home for ansible-test in which it finds the pip that it would otherwise download.

It fetches a get-pip script from a host that few closed networks let through, and keeps its environments below HOME,
where those of another project would hide a missing step.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from paths import CACHE

# A replacement of get-pip, for the empty environments that ansible-test makes. It unpacks a wheel, which is all that an
# installation of pip needs to be run as a module and to be uninstalled; a pip that installs itself takes seconds each.
_GET_PIP = """\
import sysconfig, zipfile
zipfile.ZipFile({wheel!r}).extractall(sysconfig.get_path("purelib"))
"""


def private_home(python: Path, name: str) -> Path:
    """Make `.cache/NAME`, where the ansible-test of `python` finds every pip it may ask for; return that path."""
    home = CACHE / name
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in _wanted_pips(python):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}"]
        subprocess.run([sys.executable, *download], check=True)
        wheel = cache / f"pip-{version}-py3-none-any.whl"
        script.write_text(_GET_PIP.format(wheel=str(wheel)))
    return home


def _wanted_pips(python: Path) -> list[str]:
    """The versions of pip that the ansible-test of `python` names in its source."""
    find = "import ansible_test; print(ansible_test.__path__[0])"
    package = subprocess.run([str(python), "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    source = Path(package) / "_internal" / "python_requirements.py"
    return sorted(set(re.findall(r"pip='([\d.]+)'", source.read_text())))
