# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of OpenSSL and SQLite in a build, as far as the bundled table knows them.

Indexes have names, URLs and digests only. The table has ranges of releases; a narrower range with the full version
takes precedence, and beyond its last release nothing is known.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target

TABLE = Path(__file__).with_name("libraries.json")


class _Range(NamedTuple):
    """A range of releases; `first` and `last` are included."""

    first: str
    last: str
    version: str


def libraries_of(build: Build) -> dict[str, str]:
    """Library -> version, which may be a series such as 3.0; unknown libraries are left out.

    Nothing is known of Windows builds, which have other libraries.
    """
    if Target.parse(build.target).os == "windows":
        return {}
    found = {library: _version_in(ranges, build.release) for library, ranges in _table().items()}
    return {library: version for library, version in found.items() if version}


def _version_in(ranges: tuple[_Range, ...], release: str) -> str | None:
    within = [entry for entry in ranges if entry.first <= release <= entry.last]
    narrowest = min(within, key=lambda entry: int(entry.last) - int(entry.first), default=None)
    return narrowest.version if narrowest else None


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[_Range, ...]]:
    content = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: tuple(_Range(**entry) for entry in ranges) for name, ranges in content["libraries"].items()}
