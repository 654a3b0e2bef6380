# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that some tests want and pip cannot bring: shells to run the probe under, real servers, linters.

They are installed where that is possible without asking (root on a Debian-like system). Elsewhere the tests that
want them skip and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess

PACKAGES = (
    # shells that the probe must run under, and login shells that it must survive
    "busybox-static",
    "dash",
    "fish",
    "ksh",
    "mksh",
    "tcsh",
    "zsh",
    # a real web server for the tests of downloads, and the program that unpacks .tar.zst without Python's help
    "nginx-light",
    "zstd",
    "shellcheck",
)


def install_missing() -> str:
    """Install what is missing of PACKAGES; return what was done, as words that follow a colon."""
    if not shutil.which("dpkg-query"):
        return "skipped, this is not a Debian-like system; tests that need them skip"
    missing = [package for package in PACKAGES if not _is_installed(package)]
    if not missing:
        return "up to date"
    if os.geteuid() != 0:
        return f"skipped, only root can install {' '.join(missing)}; tests that need them skip"
    # Level 1 keeps the packages' own services from starting.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *missing]
    for command in (["apt-get", "update", "--quiet=2"], install):
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            return f"failed, tests that need {' '.join(missing)} skip; {command[1]} said: {finished.stderr.strip()}"
    return f"installed {' '.join(missing)}"


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"
