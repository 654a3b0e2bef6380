# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks of builds that nobody made: a name and a file name are all that is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._index.entry import IndexEntry
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile

from .index_documents import digest_of, url_of

GNU = "x86_64-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
V3 = "x86_64_v3-unknown-linux-gnu"


def stripped(version: str, target: str = GNU) -> str:
    """The file name of a build; `version` is as in 3.13.5+20250723."""
    return f"cpython-{version}-{target}-install_only_stripped.tar.gz"


def asset(file_name: str) -> Asset:
    url, sha256 = url_of(file_name), digest_of(file_name)
    return Asset(IndexEntry.from_url(url, None).build, url, sha256, file_name)


def lock_of(builds: Mapping[str, list[str]], **locked: Any) -> LockFile:
    """Name -> file names, one for each target."""
    found = {name: [asset(file_name) for file_name in files] for name, files in builds.items()}
    return LockFile(
        {name: {one.build.target: LockedBuild(one, **locked) for one in assets} for name, assets in found.items()}
    )
