# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The indexes of a mirror, against those that the sample builds' own maker writes after the same facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url
from ansible_collections.standalone.python.plugins.module_utils._mirror import index_files
from tests.support import sample_indexes
from tests.support.index_documents import digest_of
from tests.support.sample_builds import Sample, SampleSpec, asset_name

VERSION = "3.13.5"
GNU = "x86_64-unknown-linux-gnu"


def sample(**spec: str) -> Sample:
    full = SampleSpec(**{"target": GNU, **spec})  # type: ignore[arg-type]
    name = asset_name(full, VERSION)
    return Sample(full, VERSION, Path(name), digest_of(name))


def asset(file_name: str, release: str | None = None) -> Asset:
    build = Build.from_asset_name(AssetName.parse(file_name), release)
    return Asset.from_build(build, github_url(build.release, file_name), digest_of(file_name))


SAMPLES = [
    sample(release="20260101"),
    sample(release="20260201"),
    sample(release="20260201", target="ppc64le-unknown-linux-gnu"),
    sample(release="20260201", target="x86_64_v3-unknown-linux-musl"),
    sample(release="20260201", target="aarch64-apple-darwin", build_options="freethreaded"),
    sample(release="20260201", target="armv7-unknown-linux-gnueabihf", flavor="install_only"),
    sample(release="20260201", flavor="full"),
    sample(release="20260201", flavor="full", build_options="freethreaded+debug"),
]
ASSETS = [asset(one.file_name) for one in SAMPLES]


def test_the_versions_index_is_as_upstream_writes_it() -> None:
    expected = sample_indexes.versions_ndjson(SAMPLES).replace("T12:00:00Z", "T00:00:00Z")
    assert index_files.versions_index(ASSETS) == expected


def test_the_catalogue_is_as_uv_writes_it() -> None:
    assert index_files.uv_catalogue(ASSETS) == sample_indexes.uv_catalog(SAMPLES)


def test_sums_are_in_the_order_of_bytes() -> None:
    pairs = [(one.file_name, one.sha256) for one in SAMPLES]
    assert index_files.sums(pairs) == sample_indexes.sha256sums(SAMPLES)


@pytest.mark.parametrize(
    ("file_name", "platform", "variant"),
    [
        (
            "cpython-3.12.4+20240726-x86_64-pc-windows-msvc-shared-pgo-full.tar.zst",
            "x86_64-pc-windows-msvc",
            "shared-pgo+full",
        ),
        (
            "cpython-3.12.4+20240726-x86_64-pc-windows-msvc-shared-install_only.tar.gz",
            "x86_64-pc-windows-msvc",
            "shared+install_only",
        ),
        ("cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210414T1515.tar.zst", GNU, "pgo+lto+full"),
    ],
)
def test_odd_names_in_the_versions_index(file_name: str, platform: str, variant: str) -> None:
    (line,) = index_files.versions_index([asset(file_name, "20210415")]).splitlines()
    (artifact,) = json.loads(line)["artifacts"]
    assert (artifact["platform"], artifact["variant"]) == (platform, variant)


@pytest.mark.parametrize(
    "file_name",
    [
        "cpython-3.7.9-x86_64-unknown-linux-gnu-pgo+lto-20200823T0036.tar.zst",
        "cpython-3.12.4+20240726-x86_64-unknown-linux-musl-install_only.tar.gz",
        "cpython-3.13.5+20250723-x86_64-unknown-linux-musl-lto+static-full.tar.zst",
    ],
)
def test_what_uv_has_no_use_for_is_not_in_its_catalogue(file_name: str) -> None:
    assert json.loads(index_files.uv_catalogue([asset(file_name, "20200823")])) == {}
