# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assets, receipts and small store entries for tests that need no archive."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._os.paths import Entry
from ansible_collections.standalone.python.plugins.module_utils._store import manifest
from ansible_collections.standalone.python.plugins.module_utils._store import receipt as _receipts
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Receipt, Settings

GNU = "x86_64-unknown-linux-gnu"


def asset(
    version: str = "3.13.5",
    release: str = "20250723",
    *,
    target: str = GNU,
    flavor: str = "install_only_stripped",
    options: str = "",
    url: str | None = None,
) -> Asset:
    name = "-".join(part for part in (f"cpython-{version}+{release}-{target}", options, flavor) if part)
    return Asset.from_dict(
        {
            "name": name,
            "version": version,
            "release": release,
            "target": target,
            "flavor": flavor,
            "build_options": options,
            "url": f"https://example.com/{release}/{name}.tar.gz" if url is None else url,
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
        }
    )


def receipt(
    prefix: str = "/opt/python/3.13",
    of: Asset | None = None,
    components: Mapping[str, str] | None = None,
    **settings: Any,
) -> Receipt:
    return Receipt(
        asset=of or asset(),
        settings=Settings(prefix, **settings),
        executables=("bin/python3.13",),
        files=2,
        size_bytes=10,
        installed_at="2026-01-01T00:00:00Z",
        components=components or {},
    )


def entries_of(directory: Path) -> dict[str, Entry]:
    """What is below a directory, as the entries of an unpacked archive."""
    entries = {}
    for item in directory.rglob("*"):
        path, status = str(item.relative_to(directory)), item.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if item.is_symlink():
            entries[path] = Entry("link", mode, 0, None, os.readlink(item))
        elif item.is_dir():
            entries[path] = Entry("dir", mode, 0, None, None)
        else:
            entries[path] = Entry("file", mode, status.st_size, hashlib.sha256(item.read_bytes()).hexdigest(), None)
    return entries


def fill(directory: Path, files: dict[str, str], links: dict[str, str] | None = None) -> Path:
    """Makes a tree with the modes that every build has, whatever the umask."""
    for path, text in files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755 if path.startswith("bin/") else 0o644)
    for path, target in (links or {}).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).symlink_to(target)
    for top in [directory, *(item for item in directory.rglob("*") if item.is_dir() and not item.is_symlink())]:
        top.chmod(0o755)
    return directory


def named(of: Receipt, entry: str) -> Receipt:
    """The receipt as it is in a store entry of that name, which is the build's, with or without a number."""
    build = of.asset.build
    if re.fullmatch(rf"{re.escape(build.name)}(\.\d+)?", entry):
        return of
    return of._replace(asset=of.asset._replace(build=build._replace(name=entry)))


def make_entry(store: Path, name: str, of: Receipt | None = None) -> Path:
    """A complete build in a store, of three entries."""
    files = {"bin/python3.13": "#!/bin/sh\n", "lib/python3.13/os.py": "NAME = 'os'\n"}
    entry = fill(store / name, files, {"bin/python3": "python3.13"})
    (entry / manifest.MANIFEST).write_text(manifest.render(entries_of(entry)), encoding="utf-8")
    _receipts.write(str(entry), named(of or receipt(), name))
    _receipts.mark_newest(str(entry))
    return entry
