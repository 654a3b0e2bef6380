# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a name to a pinned asset, with the catalogue that the collection comes with and with made-up documents."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve, resolve_for_all_targets
from tests.support.index_documents import versions_index

GNU = "x86_64-unknown-linux-gnu"
LINUX = HostPlatform(os="linux", arch="x86_64", bits=64, libc="gnu", libc_version=(2, 36), cpu_level=3)
MACOS = HostPlatform(os="darwin", arch="aarch64", bits=64, libc=None, libc_version=None, cpu_level=None)
FOREVER_S = 100 * 365 * 24 * 60 * 60


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def index(cache: Path, *addresses: str) -> IndexOptions:
    return IndexOptions(index=addresses, environ={"ANSIBLE_STANDALONE_PYTHON_CACHE": str(cache)})


def resolved(cache: Path, name: str, platform: HostPlatform | None = LINUX, **rest: Any) -> dict[str, Any]:
    request = BuildRequest(RequestedName.parse(name), **rest)
    return resolve(request, platform=platform, index=index(cache, "bundled"), warn=pytest.fail).as_dict()


def test_a_real_build_is_pinned(cache: Path) -> None:
    assert resolved(cache, "3.13.5+20250723") == {
        "name": "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped",
        "version": "3.13.5",
        "release": "20250723",
        "target": GNU,
        "flavor": "install_only_stripped",
        "build_options": "",
        "url": "https://github.com/astral-sh/python-build-standalone/releases/download/20250723/"
        "cpython-3.13.5%2B20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
        "sha256": "f7ac16748be2674ec14df532a3e48d0c6f215017b537f14ca3feb837dbe86292",
        "prerelease": False,
    }


@pytest.mark.parametrize(
    ("name", "platform", "rest", "expected"),
    [
        ("3.13.5", LINUX, {"flavor": "full"}, {"release": "20250723", "build_options": "pgo+lto"}),
        ("3.9", LINUX, {}, {"version": "3.9.25", "release": "20251031"}),
        ("3.9", MACOS, {}, {"version": "3.9.25", "target": "aarch64-apple-darwin"}),
        ("3.8", MACOS, {}, {"version": "3.8.20", "release": "20241002"}),
        ("3.13.5", LINUX, {"cpu_level": "v3"}, {"target": "x86_64_v3-unknown-linux-gnu"}),
        ("3.13.5", LINUX, {"cpu_level": "auto"}, {"target": "x86_64_v3-unknown-linux-gnu"}),
        ("3.9.4", LINUX, {}, {"release": "20210415", "build_options": "pgo+lto"}),
    ],
)
def test_real_builds_are_found(
    cache: Path, name: str, platform: HostPlatform, rest: dict[str, str], expected: dict[str, str]
) -> None:
    found = resolved(cache, name, platform, **rest)
    assert {key: found[key] for key in expected} == expected


def test_whatever_is_chosen_satisfies_what_is_wanted(cache: Path) -> None:
    """Else the next run would choose again, for ever."""
    for name in ("latest", "3.13", "3.13t", "3.13d", "3.13.5+20250723", ">=3.12,<3.14", "3.15.0rc1"):
        for level in ("baseline", "auto", "v2"):
            request = BuildRequest(RequestedName.parse(name), cpu_level=level)
            asset = resolve(request, platform=LINUX, index=index(cache, "bundled"), warn=pytest.fail)
            assert request.satisfied_by(asset.build), (name, level)


def test_a_release_that_is_too_young_is_not_considered(cache: Path) -> None:
    with pytest.raises(NoMatch, match="younger than `min_age`"):
        resolve(
            BuildRequest(RequestedName.parse("3.13")),
            platform=LINUX,
            index=index(cache, "bundled"),
            warn=pytest.fail,
            min_age_s=FOREVER_S,
        )


def test_without_target_and_host_nothing_can_be_chosen(cache: Path) -> None:
    with pytest.raises(UnsupportedHost) as caught:
        resolved(cache, "3.13", None)
    assert str(caught.value) == "Cannot choose a build for 3.13: nothing is known about the host. Name its target."


def test_a_target_needs_no_host(cache: Path) -> None:
    assert resolved(cache, "3.13.5", None, target="s390x-unknown-linux-gnu")["target"] == "s390x-unknown-linux-gnu"


def test_all_targets_have_an_answer_each(cache: Path) -> None:
    assets = resolve_for_all_targets(
        BuildRequest(RequestedName.parse("3.13.5")), index=index(cache, "bundled"), warn=pytest.fail
    )
    targets = [asset.build.target for asset in assets]
    assert targets == sorted(targets)
    assert {"x86_64_v4-unknown-linux-musl", "aarch64-pc-windows-msvc", "armv7-unknown-linux-gnueabi"} <= set(targets)
    assert {str(asset.build.version) for asset in assets} == {"3.13.5"}


def test_all_targets_of_a_name_with_a_target_are_one(cache: Path) -> None:
    name = f"cpython-3.13.5+20250723-{GNU}-install_only_stripped"
    (asset,) = resolve_for_all_targets(
        BuildRequest(RequestedName.parse(name)), index=index(cache, "bundled"), warn=pytest.fail
    )
    assert asset.build.name == name


def test_no_target_with_an_answer_is_an_error(cache: Path) -> None:
    with pytest.raises(
        NoMatch,
        match="^3.99 for aarch64-apple-darwin: there is no such version.* Searched: .*, whose newest release is 20",
    ):
        resolve_for_all_targets(
            BuildRequest(RequestedName.parse("3.99")), index=index(cache, "bundled"), warn=pytest.fail
        )


def test_a_database_that_is_damaged_inside_is_made_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    document = tmp_path / "index"
    names = [f"cpython-3.13.{micro}+20250723-{GNU}-install_only.tar.gz" for micro in range(200)]
    document.write_bytes(versions_index(*names))
    for _unused in range(2):
        asset = resolve(
            BuildRequest(RequestedName.parse("3.13")),
            platform=LINUX,
            index=index(cache, str(document)),
            warn=pytest.fail,
        )
        assert asset.sha256 == hashlib.sha256(names[-1].encode()).hexdigest()
        (database,) = cache.glob("*.sqlite3")
        content = bytearray(database.read_bytes())
        content[8192:] = b"\xff" * (len(content) - 8192)  # the first pages, with tables and origin, stay whole
        database.write_bytes(content)


def test_requests_is_imported_only_to_fetch(cache: Path) -> None:
    """It costs more than everything else that a worker does to resolve a name."""
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from {RequestedName.__module__} import BuildRequest, RequestedName
from {HostPlatform.__module__} import HostPlatform
from {IndexOptions.__module__} import IndexOptions
from {resolve.__module__} import resolve

index = IndexOptions(index=("bundled",), environ={{"ANSIBLE_STANDALONE_PYTHON_CACHE": {str(cache)!r}}})
resolve(BuildRequest(RequestedName.parse("3.13")), platform={LINUX!r}, index=index, warn=print)
assert not {{"requests", "ansible"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
