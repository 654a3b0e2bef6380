# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The indexes that upstream and uv publish, for sample builds (docs/development/builds.md 2.1, 2.3 and 2.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any
from urllib.parse import quote

from .sample_builds import FLAVORS, Sample

GITHUB = "https://github.com/astral-sh/python-build-standalone/releases/download"

UV_ARCH = {"ppc64le": "powerpc64le"}  # where uv's catalogue spells an architecture unlike the triple


def github_url(sample: Sample) -> str:
    """The address that upstream would publish it at; every '+' of the name is '%2B'."""
    return f"{GITHUB}/{sample.spec.release}/{quote(sample.file_name)}"


def asset_of(sample: Sample) -> dict[str, str]:
    """What the option `asset` takes, and the lookup gives."""
    return {
        "name": sample.file_name.partition(".tar.")[0],
        "version": sample.version,
        "release": sample.spec.release,
        "target": sample.spec.target,
        "flavor": sample.spec.flavor,
        "build_options": sample.spec.published_options,
        "url": github_url(sample),
        "sha256": sample.sha256,
    }


def sha256sums(samples: Iterable[Sample]) -> str:
    """`SHA256SUMS` of one release: sorted by name in byte order."""
    ordered = sorted(samples, key=lambda sample: sample.file_name.encode())
    return "".join(f"{sample.sha256}  {sample.file_name}\n" for sample in ordered)


def versions_ndjson(samples: Iterable[Sample]) -> str:
    """The versions index: newest release first, and inside a release the reverse string order of versions."""

    def key(sample: Sample) -> tuple[str, str]:
        return (sample.spec.release, sample.version)

    lines = []
    for (release, version), group in groupby(sorted(samples, key=key, reverse=True), key):
        date = f"{release[:4]}-{release[4:6]}-{release[6:]}T12:00:00Z"
        artifacts = [_artifact(sample) for sample in sorted(group, key=lambda sample: sample.file_name)]
        lines.append(json.dumps({"version": f"{version}+{release}", "date": date, "artifacts": artifacts}))
    return "".join(line + "\n" for line in lines)


def uv_catalog(samples: Iterable[Sample]) -> str:
    """uv's list of downloads: of each version, platform and variant the best flavor, then the newest release."""
    entries: dict[str, dict[str, Any]] = {}
    worst_first = sorted(samples, key=lambda sample: (FLAVORS.index(sample.spec.flavor), sample.spec.release))
    for sample in worst_first:
        key, entry = _uv_entry(sample)
        entries[key] = entry
    return json.dumps(entries, indent=2, sort_keys=True) + "\n"


def _artifact(sample: Sample) -> dict[str, str]:
    words = [sample.spec.published_options, sample.spec.flavor]
    return {
        "platform": sample.spec.target,
        "variant": "+".join(word for word in words if word),
        "url": github_url(sample),
        "archive_format": "tar.zst" if sample.file_name.endswith(".zst") else "tar.gz",
        "sha256": sample.sha256,
    }


def _uv_entry(sample: Sample) -> tuple[str, dict[str, Any]]:
    family, _unused, level = sample.spec.target.split("-")[0].partition("_v")
    _unused, _unused, system, *libc = sample.spec.target.split("-")
    major, minor, patch, prerelease = re.findall(r"(\d+)\.(\d+)\.(\d+)(.*)", sample.version)[0]
    variant = "+".join(word for word in ("freethreaded", "debug") if word in sample.spec.build_options.split("+"))
    family = UV_ARCH.get(family, family)
    entry = {
        "name": "cpython",
        "arch": {"family": family, "variant": f"v{level}" if level else None},
        "os": system,
        "libc": libc[0] if libc else "none",
        "major": int(major),
        "minor": int(minor),
        "patch": int(patch),
        "prerelease": prerelease,
        "url": github_url(sample),
        "sha256": sample.sha256,
        "variant": variant or None,
        "build": sample.spec.release,
    }
    arch = family + (f"_v{level}" if level else "")
    return f"cpython-{sample.version}{'+' + variant if variant else ''}-{system}-{arch}-{entry['libc']}", entry
