# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The indexes of a mirror, in upstream's and uv's formats (docs/development/builds.md 2.1, 2.3, 2.6).

Addresses in them are the public ones, wherever the archives came from: these are what a mirror's base replaces, in this
collection and in uv.

At any moment, each file that a versions index or catalogue names is in the `SHA256SUMS` of its release, and each file
in one of those is there, complete and with that digest. So a reader can get whatever it has seen in an index.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from .._builds.build import Asset, preference
from .._builds.target import Target
from .._download.mirrors import github_url
from .._os.atomic import replace_file
from .receipt import STATE_DIRECTORY, Held

VERSIONS_INDEX = "python-build-standalone.ndjson"
UV_CATALOGUE = "uv-catalog.json"
SUMS = "SHA256SUMS"
_SUM = re.compile(r"[0-9a-fA-F]{64} [ *]cpython-\S+")

# uv does not use Python before 3.8, nor musl builds that cannot load extensions.
_UV_FIRST_MINOR = (3, 8)
_UV_FIRST_MUSL_RELEASE = "20250311"
_UV_ARCHITECTURES = {"ppc64le": "powerpc64le"}  # the one that uv spells unlike the triple


def versions_index(assets: Iterable[Asset]) -> str:
    """One line for each version in a release, the newest release first.

    A prepared copy is named inside the entry of its archive, where readers that do not know of copies pass over it.
    """

    def key(asset: Asset) -> tuple[str, str]:
        return asset.build.release, str(asset.build.version)

    lines = []
    for (release, version), group in groupby(sorted(assets, key=key, reverse=True), key):
        # The time of publication is unknown here; the tag is the date of the build.
        date = f"{release[:4]}-{release[4:6]}-{release[6:]}T00:00:00Z"
        artifacts = [_artifact(asset) for asset in sorted(group, key=lambda asset: asset.file_name)]
        lines.append(json.dumps({"version": f"{version}+{release}", "date": date, "artifacts": artifacts}))
    return "".join(line + "\n" for line in lines)


def sums(digests: Iterable[tuple[str, str]]) -> str:
    """The `SHA256SUMS` of one release, from pairs of file name and digest: sorted by name in byte order."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(digests, key=lambda pair: pair[0].encode()))


def uv_catalogue(assets: Sequence[Asset]) -> str:
    """For each version, target and variant, the one build that uv's own catalogue would have."""
    entries: dict[str, dict[str, Any]] = {}
    worst_first = sorted(assets, key=lambda asset: preference(asset.build), reverse=True)
    for asset in filter(_is_for_uv, worst_first):
        key, entry = _uv_entry(asset)
        entries[key] = entry
    return json.dumps(entries, indent=2, sort_keys=True) + "\n"


def _artifact(asset: Asset) -> dict[str, Any]:
    build, target = asset.build, Target.parse(asset.build.target)
    options = "-".join(word for word in (target.link, build.build_options) if word)
    return {
        "platform": target.triple,
        "variant": f"{options}+{build.flavor}" if options else build.flavor,
        "url": github_url(build.release, asset.file_name),
        "archive_format": "tar.zst" if asset.file_name.endswith(".zst") else "tar.gz",
        "sha256": asset.sha256,
        **({"prepared": asset.prepared._asdict()} if asset.prepared else {}),
    }


def _is_for_uv(asset: Asset) -> bool:
    build = asset.build
    is_static = "static" in build.build_options or build.target.endswith("-static")
    is_early_musl = "musl" in build.target and build.release < _UV_FIRST_MUSL_RELEASE
    is_early = (build.version.major, build.version.minor) < _UV_FIRST_MINOR
    return not (is_static or is_early_musl or is_early)


def _uv_entry(asset: Asset) -> tuple[str, dict[str, Any]]:
    build, target = asset.build, Target.parse(asset.build.target)
    family = _UV_ARCHITECTURES.get(target.arch, target.arch)
    level = f"v{target.cpu_level}" if target.cpu_level > 1 else None
    libc = target.libc or "none"
    variant = "+".join(
        word for word, has in (("freethreaded", build.is_free_threaded), ("debug", build.is_debug)) if has
    )
    entry = {
        "name": "cpython",
        "arch": {"family": family, "variant": level},
        "os": target.os,
        "libc": libc,
        "major": build.version.major,
        "minor": build.version.minor,
        "patch": build.version.micro,
        "prerelease": "".join(map(str, build.version.pre or ())),
        "url": github_url(build.release, asset.file_name),
        "sha256": asset.sha256,
        "variant": variant or None,
        "build": build.release,
    }
    architecture = f"{family}_{level}" if level else family
    key = f"cpython-{build.version}{'+' + variant if variant else ''}-{target.os}-{architecture}-{libc}"
    return key, entry


def is_index(name: str, content: str) -> bool:
    """Whether the content of the file with this name has the form of an index of builds."""
    if name.endswith(f"/{SUMS}"):
        return all(_SUM.fullmatch(line) for line in content.splitlines())
    return not content.strip() or content.lstrip().startswith("{")


def switch(mirror: str, before: Mapping[str, str], after: Mapping[str, str], there: Mapping[str, Held]) -> None:
    """Make the indexes those of `after`. `before` are the current ones; `there` are the archives that can be named.

    Files that are about to be removed are still there, and stay in their `SHA256SUMS` until the other indexes no longer
    name them.
    """
    now = dict(before)
    names = before.keys() | after.keys()
    all_sums = sorted(name for name in names if name.endswith(f"/{SUMS}"))
    for name in all_sums:
        directory = name[: -len(SUMS)]
        every = [(place[len(directory) :], held.sha256) for place, held in there.items() if place.startswith(directory)]
        _put(mirror, name, sums(every) or None, now)
    for name in [*sorted(names - set(all_sums)), *all_sums]:
        _put(mirror, name, after.get(name), now)


def _put(mirror: str, name: str, content: str | None, now: dict[str, str]) -> None:
    if now.get(name) == content:
        return
    path = os.path.join(mirror, name)
    if content is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        now.pop(name)
        return
    replace_file(path, content, fresh=os.path.join(mirror, STATE_DIRECTORY, "index.new"))
    now[name] = content
