# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Index documents in the three formats, for files that nobody made: a name is all that is given.

The sample builds have their own real archives and indexes; here the choice among many builds is what matters.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

GITHUB = "https://github.com/astral-sh/python-build-standalone/releases/download"


def digest_of(file_name: str) -> str:
    """The digest that every document here gives for this name."""
    return hashlib.sha256(file_name.encode()).hexdigest()


def url_of(file_name: str, base: str = GITHUB) -> str:
    """Names of before 2022 lie in the release of their day."""
    release = re.search(r"\+(\d{8})-|-(\d{8})T", file_name)
    directory = (release[1] or release[2]) if release else "20250101"
    return f"{base}/{directory}/{file_name.replace('+', '%2B')}"


def artifact(file_name: str, **changes: Any) -> dict[str, Any]:
    """One entry of a record of the versions index; what ours never reads is wrong on purpose."""
    plain = {
        "platform": "aarch64-apple-darwin-freethreaded",
        "variant": "wrong",
        "url": url_of(file_name),
        "archive_format": "wrong",
        "sha256": digest_of(file_name),
    }
    return {**plain, **changes}


def record(*artifacts: Mapping[str, Any]) -> str:
    """One line of the versions index, without its end."""
    return json.dumps({"version": "wrong", "date": "wrong", "artifacts": artifacts})


def versions_index(*file_names: str) -> bytes:
    """A record for each name."""
    return "".join(record(artifact(name)) + "\n" for name in file_names).encode()


def index_of(*assets: Mapping[str, Any]) -> bytes:
    """The versions index with these assets, which are as the option `asset` takes them."""
    return "".join(record(artifact("", url=one["url"], sha256=one["sha256"])) + "\n" for one in assets).encode()


def uv_entry(file_name: str, **changes: Any) -> dict[str, Any]:
    plain = {"name": "cpython", "url": url_of(file_name), "sha256": digest_of(file_name), "os": "wrong"}
    return {**plain, **changes}


def uv_catalogue(entries: Iterable[Mapping[str, Any]]) -> bytes:
    return json.dumps({f"cpython-{number}": entry for number, entry in enumerate(entries)}, indent=2).encode()


def bundled_catalogue(*file_names: str) -> bytes:
    """As the one that comes with the collection, which has so many names that it takes half a second to read."""
    from ansible_collections.standalone.python.plugins.plugin_utils._index.bundled import PublicFile, pack

    releases = {name: url_of(name).rpartition("/")[0].rpartition("/")[2] for name in file_names}
    return pack(PublicFile(releases[name], name, bytes.fromhex(digest_of(name))) for name in file_names)


def sums(*file_names: str) -> bytes:
    return "".join(f"{digest_of(name)}  {name}\n" for name in file_names).encode()
