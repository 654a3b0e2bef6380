# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the artifact, installs it elsewhere, and checks what a user then has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from paths import CACHE, REPOSITORY

OUTPUT = CACHE / "artifact"
INSTALLED = OUTPUT / "installed"
ONLY_INSTALLED = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED)}  # the clone must not stand in for it

FILES = {"CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md"}
FOLDERS = {"LICENSES", "changelogs", "docs", "meta", "playbooks", "plugins", "roles"}
MAX_SIZE_BYTES = 3 * 1024 * 1024  # the bundled catalogue may take half of it
DOCUMENTED = ("module", "lookup", "role")


def main() -> None:
    """Print the path of the checked artifact, or exit with what is wrong with it."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    archive = build()
    complaints = complaints_about(archive)
    if not complaints:
        install(archive)
        complaints = complaints_about_documentation()
    if complaints:
        sys.exit("\n".join(complaints))
    print(f"{archive.relative_to(REPOSITORY)}: {archive.stat().st_size // 1024} KiB, as a user needs it")


def build() -> Path:
    """Build from the clone as it is, so that build_ignore has to hold against everything that tools leave in it."""
    _galaxy("build", "--output-path", str(OUTPUT), str(REPOSITORY))
    (archive,) = OUTPUT.glob("standalone-python-*.tar.gz")
    return archive


def complaints_about(archive: Path) -> list[str]:
    """What the artifact holds that no user needs, as messages."""
    with tarfile.open(archive) as members:
        names = [member.name for member in members]
    complaints = [f"The artifact holds {name}, which no user needs." for name in names if not is_for_users(name)]
    if archive.stat().st_size > MAX_SIZE_BYTES:
        complaints.append(f"The artifact has {archive.stat().st_size} bytes, more than the {MAX_SIZE_BYTES} allowed.")
    return complaints


def is_for_users(name: str) -> bool:
    """Whether a user of the installed collection needs the member `name` of the artifact."""
    first, *rest = name.split("/")
    if "__pycache__" in rest or any(part.startswith(".") for part in rest):
        return False
    if first == "changelogs":
        return rest in ([], ["changelog.yaml"])
    return first in FOLDERS if rest or first in FOLDERS else first in FILES


def install(archive: Path) -> None:
    """Install the artifact, without its dependencies, into an empty tree."""
    _galaxy("install", "--no-deps", "--offline", "--collections-path", str(INSTALLED), str(archive))
    _galaxy("verify", "--offline", "--collections-path", str(INSTALLED), "standalone.python")


def complaints_about_documentation() -> list[str]:
    """Which plugins of the repository `ansible-doc` cannot describe once installed, as messages."""
    complaints = []
    for kind in DOCUMENTED:
        wanted = _plugins(kind)
        described = _described(kind, wanted) if wanted else set()
        complaints += [f"ansible-doc cannot describe the {kind} {name}." for name in sorted(wanted - described)]
    return complaints


def _plugins(kind: str) -> set[str]:
    """The full names of the repository's plugins of this kind."""
    if kind == "role":
        names = {specs.parts[-3] for specs in REPOSITORY.glob("roles/*/meta/argument_specs.yml")}
    else:
        directory = REPOSITORY / "plugins" / {"module": "modules", "lookup": "lookup"}[kind]
        names = {file.stem for file in directory.glob("[!_]*.py")}
    return {f"standalone.python.{name}" for name in names}


def _described(kind: str, names: set[str]) -> set[str]:
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--json", "--type", kind, *sorted(names)]
    finished = subprocess.run(command, env=ONLY_INSTALLED, capture_output=True, text=True, check=False)
    sys.stderr.write(finished.stderr)
    described = json.loads(finished.stdout or "{}")
    return {name for name, text in described.items() if text.get("doc") or text.get("entry_points")}


def _galaxy(*arguments: str) -> None:
    command = [str(Path(sys.executable).parent / "ansible-galaxy"), "collection", *arguments]
    finished = subprocess.run(command, env=ONLY_INSTALLED, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"ansible-galaxy collection {' '.join(arguments)} failed:\n{finished.stdout}{finished.stderr}")


if __name__ == "__main__":
    main()
