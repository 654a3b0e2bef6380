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

# A replacement of get-pip, for the empty environments that ansible-test makes. It unpacks a wheel, which is all that an
# installation of pip needs to be run as a module and to be uninstalled; a pip that installs itself takes seconds each.
_GET_PIP = 'import sysconfig, zipfile; zipfile.ZipFile({wheel!r}).extractall(sysconfig.get_path("purelib"))\n'
_FIND = "import ansible_test; print(ansible_test.__path__[0])"


def make_home(home: Path, python: Path) -> None:
    """Make `home`, where the ansible-test of `python` finds every pip that its source names."""
    package = subprocess.run([str(python), "-c", _FIND], capture_output=True, text=True, check=True).stdout.strip()
    source = Path(package, "_internal", "python_requirements.py").read_text()
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in sorted(set(re.findall(r"pip='([\d.]+)'", source))):
        script, wheel = cache / f"get_pip_{version.replace('.', '_')}.py", cache / f"pip-{version}-py3-none-any.whl"
        if not script.exists():
            download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}"]
            subprocess.run([sys.executable, *download], check=True)
            script.write_text(_GET_PIP.format(wheel=str(wheel)))
