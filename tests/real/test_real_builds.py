# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real builds: the newest of each minor version, flavor and target that this machine can run. For `make real`.

They come from the public index, or from what REAL_INDEX and REAL_MIRROR name, as the options `index` and `mirror` take
it; REAL_NAMES replaces the names. What docs/development/builds.md marks as not verified is asserted here.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from glob import glob
from pathlib import Path

import pytest

from tests.integration.playbooks import Played, Player

NAMES = os.environ.get("REAL_NAMES", "3.9 3.10 3.11 3.12 3.13 3.13t 3.13d 3.14 3.14t 3.15").split()
FLAVORS = ("install_only_stripped", "install_only", "full")
SOURCES = {
    option: os.environ[f"REAL_{option.upper()}"]
    for option in ("index", "mirror")
    if f"REAL_{option.upper()}" in os.environ
}
ALWAYS = ("3.13", "3.14")  # minor versions that have builds for every target and flavor; others may come and go
WORKS = """
import bz2, ctypes, hashlib, json, lzma, sqlite3, ssl, sys, sysconfig, zlib
print(json.dumps({"version": sys.version_info[:2], "prefix": sys.prefix, "bindir": sysconfig.get_config_var("BINDIR")}))
"""


def targets() -> list[str]:
    """The targets without a level whose programs this machine starts."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        return [f"{machine}-apple-darwin"]
    loaders = {"gnu": "/lib*/ld-linux-*", "musl": "/lib/ld-musl-*"}
    return [f"{machine}-unknown-linux-{libc}" for libc, pattern in loaders.items() if glob(pattern)]


def play(directory: Path, **options: object) -> Played:
    tasks = [{"name": "Install", "standalone.python.build": {**SOURCES, "timeout": 60, **options}}]
    playbook = directory / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    return Player(directory, sys.executable).play(playbook)


@pytest.mark.parametrize("target", targets())
@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("name", NAMES)
def test_the_newest_build_works(tmp_path: Path, name: str, flavor: str, target: str) -> None:
    path = tmp_path / "opt" / "python" / name
    options = {"name": name, "path": str(path), "flavor": flavor, "target": target, "prerelease": True}
    played = play(tmp_path, **options)
    if f"{name} for {target}: " in " ".join(played.output.split()) and name not in ALWAYS:
        pytest.skip(f"no build of {name} for {target} as {flavor}")
    assert played.rc == 0, played.output
    program = path / "bin" / "python3"
    said = json.loads(subprocess.check_output([program, "-c", WORKS], text=True))
    assert said["version"] == [int(part) for part in name.rstrip("td").split(".")[:2]]
    assert Path(said["bindir"]) == path / "bin"  # environments and extensions follow the path, not the store
    subprocess.run([program, "-m", "pip", "--version"], check=True)
    subprocess.run([program, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    subprocess.run([tmp_path / "venv" / "bin" / "python", "-c", WORKS], check=True)
    again = play(tmp_path, **options)
    assert "changed=0" in again.output, again.output


@pytest.mark.skipif(bool(SOURCES), reason="attestations are those of the public project")
def test_the_public_attestation_of_a_release_is_accepted(tmp_path: Path) -> None:
    """One statement lists the archives of a release, and is found among others by its predicate."""
    for flavor in FLAVORS[:2]:
        path = str(tmp_path / flavor)
        played = play(tmp_path, name="3.13", path=path, flavor=flavor, delivery="push", verify_provenance=True)
        assert played.rc == 0, played.output
