# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreters of this machine, as real executables, and which ansible-core each of them can run.

pyenv's shims are looked through, not used: they choose a version by their own rules and break Ansible's
interpreter discovery.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess

# ansible-core version -> the versions of Python that its controller supports, the preferred one first. The preferences
# differ so that one run covers as many versions as there are. Source: the support matrix of ansible-core.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.12", "3.11", "3.10"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.14", "3.13"),
    "2.21": ("3.13", "3.12", "3.14"),
}
HOST_MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")

# What a host's own Python must have for modules of any ansible-core, and for an environment of it.
_ASK_SYSTEM = "import ssl, sys, venv, zlib; sys.exit(sys.version_info < (3, 9))"
# A virtual environment answers with its base, and a Python without ensurepip (Debian's, as installed) does not count.
_ASK = "import ensurepip, os, sys; print(os.path.realpath(sys.executable)); sys.exit(sys.prefix != sys.base_prefix)"


def search_path() -> list[str]:
    """The directories of PATH, each of pyenv's shims replaced by what it stands for, then usual places beside PATH."""
    patterns = [_behind(directory) for directory in os.environ.get("PATH", "").split(os.pathsep) if directory]
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    patterns += [f"{pyenv}/versions/*/bin", os.path.expanduser("~/.local/share/uv/python/*/bin"), "/opt/python*/bin"]
    return list(dict.fromkeys(found for pattern in patterns for found in sorted(glob.glob(pattern), reverse=True)))


def _behind(directory: str) -> str:
    """The pattern of the directories with the interpreters that shims choose from; else the directory itself."""
    root, name = os.path.split(directory.rstrip("/"))
    return f"{glob.escape(root)}/versions/*/bin" if name == "shims" else glob.escape(directory)


def interpreters() -> dict[str, str]:
    """Map each minor version in HOST_MINORS that is on this machine to the path of its executable."""
    found: dict[str, str] = {}
    for minor in HOST_MINORS:
        for directory in search_path():
            candidate = shutil.which(f"python{minor}", path=directory)
            asked = candidate and subprocess.run([candidate, "-c", _ASK], capture_output=True, text=True, check=False)
            if asked and asked.returncode == 0:
                found[minor] = asked.stdout.strip()
                break
    return found


def system_python() -> str | None:
    """The path of the system's own Python, which most managed hosts have; None where modules cannot use it.

    It was compiled with profiles, and takes 0.7 of the time of one that pyenv compiled.
    """
    path = os.path.realpath("/usr/bin/python3")
    asked = os.path.exists(path) and subprocess.run([path, "-c", _ASK_SYSTEM], capture_output=True, check=False)
    return path if asked and asked.returncode == 0 else None


def controllers(found: dict[str, str]) -> dict[str, str | None]:
    """Map each supported ansible-core version to the minor version it is tested with, or to None where none fits."""
    return {core: next((minor for minor in minors if minor in found), None) for core, minors in CORES.items()}
