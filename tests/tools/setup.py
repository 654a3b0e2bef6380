# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a clone ready to work in: .venv, the collection tree, the programs that tests use. Cheap when all is there.

Its arguments are the profiles of tests/bindep.txt whose programs it installs: none for `make demo` and `make site`,
which change no system.

Runs on whatever `python3` is (3.7 or newer), and uses the standard library only, since nothing is set up before it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from paths import CACHE, COLLECTION, COLLECTIONS, REPOSITORY, REQUIREMENTS, VENV

sys.path.append(str(REPOSITORY / "tests" / "support"))

import interpreters

# What galaxy.yml depends on, and what that depends on.
DEPENDENCIES = ("general", "library_inventory_filtering_v1")
# As pip uses them: those of a proxy that inspects TLS are there alone. Older uv knows the first name, newer the second.
SYSTEM_CERTIFICATES = {"UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1"}
# Keeps packages from starting their services, a web server on port 80 among them: Debian asks this file first.
POLICY = Path("/usr/sbin/policy-rc.d")


def main() -> None:
    """Run the steps that are due, and say what each has done and how long it took."""
    pythons = interpreters.interpreters()
    usable = [(core, minor) for core, minor in interpreters.controllers(pythons).items() if minor]
    if not usable:
        sys.exit("No Python from 3.10 on was found that has ensurepip. Install one; on Debian, python3-venv has it.")
    core, minor = usable[-1]
    (CACHE / "home").mkdir(parents=True, exist_ok=True)
    steps = [
        (f".venv with Python {minor} and ansible-core {core}", lambda: make_venv(pythons[minor], core)),
        ("the collection tree", make_tree),
        ("programs from the system's packages", lambda: install_programs(sys.argv[1:])),
    ]
    for what, step in steps:
        started = time.monotonic()
        print(f"setup: {what}: {step()} ({time.monotonic() - started:.1f} s)", flush=True)


def make_venv(python: str, core: str) -> str:
    """Make `.venv` and install tests/requirements/dev.txt, unless it was made from these very files already."""
    of_users = [REPOSITORY / "meta" / "ee-requirements.txt", *REPOSITORY.glob("docs/execution-environment/*.txt")]
    files = [*sorted(REQUIREMENTS.glob("*.txt")), *of_users]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp, wanted = VENV / ".made-from", f"{python}\nansible-core {core}\n{digest}\n"
    if stamp.is_file() and stamp.read_text() == wanted:
        return "up to date"
    programs, environment = VENV / "bin", {**SYSTEM_CERTIFICATES, **os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    # Of pip before 24.2, which trusts a list within itself alone; requests, which it is made with, skips an empty name.
    environment.setdefault("CURL_CA_BUNDLE", ssl.get_default_verify_paths().cafile or "")
    subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)
    subprocess.run([str(programs / "pip"), "install", "--quiet", "-U", "pip", "uv"], env=environment, check=True)
    install = [str(programs / "uv"), "pip", "install", "--quiet", "--python", str(programs / "python")]
    of_dev = str(REQUIREMENTS / "dev.txt")
    subprocess.run([*install, f"ansible-core~={core}.0", "-r", of_dev], env=environment, check=True)
    stamp.write_text(wanted)
    return "made"


def make_tree() -> str:
    """Make `.collection`: this clone under its full name, whatever its folder is called, and what it depends on.

    That comes out of the newest package `ansible` for this Python: package registries are reached from more places
    than Galaxy is.
    """
    COLLECTION.parent.mkdir(parents=True, exist_ok=True)
    if not COLLECTION.is_symlink():
        COLLECTION.symlink_to(REPOSITORY, target_is_directory=True)
    community = COLLECTIONS / "ansible_collections" / "community"
    if all((community / name).is_dir() for name in DEPENDENCIES):
        return "up to date"
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        download = [str(VENV / "bin" / "pip"), "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*download, "--dest", scratch, "ansible"], check=True)
        (wheel,) = Path(scratch).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            prefixes = tuple(f"ansible_collections/community/{name}/" for name in DEPENDENCIES)
            archive.extractall(scratch, [name for name in archive.namelist() if name.startswith(prefixes)])
        shutil.rmtree(community, ignore_errors=True)
        os.rename(Path(scratch, "ansible_collections", "community"), community)
    return "made"


def install_programs(profiles: list[str]) -> str:
    """Install what this machine lacks of these profiles of tests/bindep.txt; return what was done."""
    if not profiles:
        return "none are needed"
    if not shutil.which("dpkg-query"):
        return "skipped, this is not a Debian-like system; tests that need them skip"
    ask = [str(VENV / "bin" / "bindep"), "--brief", "--file", str(REPOSITORY / "tests" / "bindep.txt"), *profiles]
    missing = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.split()
    if not missing:
        return "up to date"
    if os.geteuid() != 0:
        return f"skipped, only root can install {' '.join(missing)}; tests that need them skip"
    is_ours = not POLICY.exists()  # else the machine has its own rule
    if is_ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return f"failed, so tests that need {' '.join(missing)} skip; apt-get said: {done.stderr.strip()}"
    finally:
        if is_ours:
            POLICY.unlink()
    return f"installed {' '.join(missing)}"


if __name__ == "__main__":
    main()
