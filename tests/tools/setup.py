# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a clone ready to work in: .venv, the collection tree, the programs that tests use. Cheap when all is there.

With `--without-packages` it installs no programs: `make demo` and `make site` need none, and change no system.

Runs on whatever `python3` is (3.7 or newer), and uses the standard library only, since nothing is set up before it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import interpreters
import system_packages
from paths import CACHE, COLLECTION, COLLECTIONS, REPOSITORY, REQUIREMENTS, VENV

# ansible-core version -> the major version of the package that bundles the community's collections with it.
COMMUNITY_PACKAGES = {"2.17": 10, "2.18": 11, "2.19": 12, "2.20": 13, "2.21": 14}
# What galaxy.yml depends on, and what that depends on.
DEPENDENCIES = (
    "ansible_collections/community/general",
    "ansible_collections/community/library_inventory_filtering_v1",
)

# The certificates of the system, as pip uses them: those of a proxy that inspects TLS are there alone. Older uv knows
# the first name, newer the second.
SYSTEM_CERTIFICATES = {"UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1"}
UV_ENVIRONMENT = {**SYSTEM_CERTIFICATES, **os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def main() -> None:
    """Run the steps that are due, and say what each has done and how long it took."""
    pythons = interpreters.interpreters()
    chosen = interpreters.newest_controller(pythons)
    if chosen is None:
        sys.exit(
            "No Python from 3.11 on was found that has ensurepip. Install one; on Debian, python3-venv completes it."
        )
    core, minor = chosen
    (CACHE / "home").mkdir(parents=True, exist_ok=True)
    _timed(f".venv with Python {minor} and ansible-core {core}", lambda: make_venv(pythons[minor], core))
    _timed("the collection tree", lambda: make_tree(core))
    if "--without-packages" not in sys.argv[1:]:
        _timed("programs from the system's packages", system_packages.install_missing)


def _timed(what, step) -> None:
    started = time.monotonic()
    outcome = step()
    print(f"setup: {what}: {outcome} ({time.monotonic() - started:.1f} s)", flush=True)


def make_venv(python: str, core: str) -> str:
    """Make `.venv` and install tests/requirements/dev.txt, unless it was made from these very files already."""
    stamp = VENV / ".made-from"
    wanted = f"{python}\nansible-core {core}\n{_digest_of_requirements()}\n"
    if stamp.is_file() and stamp.read_text() == wanted:
        return "up to date"
    subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)
    bin_directory = VENV / "bin"
    subprocess.run([str(bin_directory / "pip"), "install", "--quiet", "uv"], check=True)
    install = ["pip", "install", "--quiet", "--python", str(bin_directory / "python"), f"ansible-core~={core}.0"]
    subprocess.run(
        [str(bin_directory / "uv"), *install, "-r", str(REQUIREMENTS / "dev.txt")], env=UV_ENVIRONMENT, check=True
    )
    stamp.write_text(wanted)
    return "made"


def _digest_of_requirements() -> str:
    files = [*sorted(REQUIREMENTS.glob("*.txt")), REPOSITORY / "meta" / "ee-requirements.txt"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def make_tree(core: str) -> str:
    """Make `.collection`: this clone under its full name, whatever its folder is called, and what it depends on."""
    COLLECTION.parent.mkdir(parents=True, exist_ok=True)
    if not COLLECTION.is_symlink():
        COLLECTION.symlink_to(REPOSITORY, target_is_directory=True)
    if all((COLLECTIONS / dependency).is_dir() for dependency in DEPENDENCIES):
        return "up to date"
    _unpack_dependencies(COMMUNITY_PACKAGES[core])
    return "made"


def _unpack_dependencies(major: int) -> None:
    """Take them out of the package `ansible`: package registries are reached from more places than Galaxy is."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        download = [str(VENV / "bin" / "pip"), "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*download, "--dest", scratch, f"ansible=={major}.*"], check=True)
        (wheel,) = Path(scratch).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            prefixes = tuple(f"{dependency}/" for dependency in DEPENDENCIES)
            archive.extractall(scratch, [name for name in archive.namelist() if name.startswith(prefixes)])
        for dependency in DEPENDENCIES:
            shutil.rmtree(COLLECTIONS / dependency, ignore_errors=True)
            (COLLECTIONS / dependency).parent.mkdir(parents=True, exist_ok=True)
            os.rename(Path(scratch) / dependency, COLLECTIONS / dependency)


if __name__ == "__main__":
    main()
