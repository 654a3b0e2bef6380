# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests of mirrors: a source of archives that nobody could install, orders, and what a client sees of a mirror."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .sample_indexes import GITHUB
from .sample_mirror import NDJSON, UV_CATALOG

TARGETS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl")
VERSION = "3.13.5"


def fill_source(source: Path, releases: tuple[str, ...], size_bytes: int = 20_000) -> list[dict[str, Any]]:
    """Archives of random bytes, one for each release and target, in the public layout; returns their assets."""
    return [make_archive(source, release, target, size_bytes) for release in releases for target in TARGETS]


def make_archive(source: Path, release: str, target: str, size_bytes: int = 20_000) -> dict[str, Any]:
    name = f"cpython-{VERSION}+{release}-{target}-install_only_stripped"
    content = os.urandom(size_bytes)
    archive = source / release / f"{name}.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(content)
    return {
        "name": name,
        "version": VERSION,
        "release": release,
        "target": target,
        "flavor": "install_only_stripped",
        "build_options": "",
        "url": f"{GITHUB}/{release}/{archive.name.replace('+', '%2B')}",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def place_of(asset: dict[str, Any]) -> str:
    return f"{asset['release']}/{asset['name']}.tar.gz"


def request_path(asset: dict[str, Any]) -> str:
    """How a client asks a server for it."""
    return "/" + place_of(asset).replace("+", "%2B")


def named(mirror: Path) -> Iterator[tuple[str, str]]:
    """Every archive and copy that any index of the mirror names, with its digest: place and SHA-256."""
    yield from named_by_versions(mirror)
    yield from named_by_sums(mirror)
    catalogue = mirror / UV_CATALOG
    if catalogue.exists():
        for entry in json.loads(catalogue.read_text()).values():
            yield _place(entry["url"]), entry["sha256"]


def named_by_versions(mirror: Path) -> Iterator[tuple[str, str]]:
    index = mirror / NDJSON
    if index.exists():
        for line in index.read_text().splitlines():
            for artifact in json.loads(line)["artifacts"]:
                yield _place(artifact["url"]), artifact["sha256"]
                if "prepared" in artifact:
                    yield _place(artifact["url"]).replace(".tar.gz", ".tar.zst"), artifact["prepared"]["sha256"]


def named_by_sums(mirror: Path) -> Iterator[tuple[str, str]]:
    for sums in mirror.glob("*/SHA256SUMS"):
        for line in sums.read_text().splitlines():
            digest, name = line.split("  ")
            yield f"{sums.parent.name}/{name}", digest


def complaints(mirror: Path) -> list[str]:
    """What a client would find wrong: an archive that is named, and is not there, or not with that digest."""
    return [
        f"{place} is not as an index says" for place, digest in set(named(mirror)) if not _is(mirror / place, digest)
    ]


def contents(mirror: Path) -> dict[str, bytes]:
    """What clients see: every file outside of hidden folders, with its content."""
    files = (path for path in mirror.rglob("*") if path.is_file())
    relative = ((str(path.relative_to(mirror)), path) for path in files)
    return {name: path.read_bytes() for name, path in relative if not name.startswith(".")}


def _place(url: str) -> str:
    assert url.startswith(GITHUB)
    return unquote(url[len(GITHUB) + 1 :])


def _is(archive: Path, digest: str) -> bool:
    return archive.is_file() and hashlib.sha256(archive.read_bytes()).hexdigest() == digest
