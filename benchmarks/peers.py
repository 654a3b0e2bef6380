# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users would run instead: uv and tar."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.sample_builds import Sample
from tests.support.sample_mirror import UV_CATALOG


class NoPeer(Exception):
    """A program to compare with is not on this machine; the message says which."""


def find_uv() -> str:
    """The real uv, from beside this Python or from PATH. Raises `NoPeer`."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise NoPeer("uv is not on this machine: `make setup` puts it into .venv.")
    return found


def uv_install(directory: Path, url: str, *options: str, before: tuple[str, ...] = ()) -> None:
    """`uv python install` from a mirror of samples into `directory`, with nothing in any cache."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "UV_CACHE_DIR": str(directory / "cache"),
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_BIN_DIR": str(directory / "bin"),
        "UV_PYTHON_DOWNLOADS": "manual",
        "UV_PYTHON_DOWNLOADS_JSON_URL": f"{url}/{UV_CATALOG}",
        "UV_PYTHON_INSTALL_DIR": str(directory / "python"),
        "UV_PYTHON_INSTALL_MIRROR": url,
    }
    command = [*before, find_uv(), "python", "install", "--quiet", *options, "3"]
    subprocess.run(command, env=environment, check=True)


def uv_prefix(directory: Path) -> Path:
    """Where `uv_install` has put the Python: the folder with the patch version in its name, not the link beside it."""
    (prefix,) = (path for path in (directory / "python").glob("cpython-*") if not path.is_symlink())
    return prefix


def tar_extract(directory: Path, sample: Sample) -> None:
    """`tar -xzf` of a local archive, unverified."""
    subprocess.run(["/bin/tar", "-xzf", str(sample.path), "-C", str(directory)], check=True)
