# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.plugin_utils._build.sources import asset_of_archive

SHA256 = "0123456789abcdef" * 4
LINUX = HostPlatform("linux", "x86_64", 64, "gnu", (2, 36), 3)
ALPINE = HostPlatform("linux", "aarch64", 64, "musl", None, None)
PINNED = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu"


def request(name: str, **options: Any) -> BuildRequest:
    return BuildRequest(RequestedName.parse(name), **options)


@pytest.mark.parametrize(
    ("asked", "platform", "name", "interpreter"),
    [
        (request("3.13.5+20250723"), LINUX, f"{PINNED}-install_only_stripped", "python3.13"),
        (
            request("3.13.5+20250723"), ALPINE,
            "cpython-3.13.5+20250723-aarch64-unknown-linux-musl-install_only_stripped", "python3.13",
        ),
        (request("3.13.5+20250723", flavor="install_only"), LINUX, f"{PINNED}-install_only", "python3.13"),
        (
            request("3.13.5+20250723", cpu_level="v3"), LINUX,
            "cpython-3.13.5+20250723-x86_64_v3-unknown-linux-gnu-install_only_stripped", "python3.13",
        ),
        (
            request("3.13.5+20250723", target="aarch64-apple-darwin"), LINUX,
            "cpython-3.13.5+20250723-aarch64-apple-darwin-install_only_stripped", "python3.13",
        ),
        (
            request("3.13.5+20250723", flavor="full", build_options="pgo+lto"), LINUX,
            f"{PINNED}-pgo+lto-full", "python3.13",
        ),
        (request("3.13.5t+20250723"), LINUX, f"{PINNED}-freethreaded-install_only_stripped", "python3.13t"),
        (
            request("3.13.5t+20250723", flavor="full", build_options="pgo+lto"), LINUX,
            f"{PINNED}-freethreaded+pgo+lto-full", "python3.13t",
        ),
        (
            request("3.13.5t+20250723", flavor="full", build_options="freethreaded+pgo+lto"), LINUX,
            f"{PINNED}-freethreaded+pgo+lto-full", "python3.13t",
        ),
        (request("3.13.5d+20250723"), LINUX, f"{PINNED}-debug-full", "python3.13d"),
        (request("3.13.5td+20250723"), LINUX, f"{PINNED}-freethreaded+debug-full", "python3.13td"),
        # a full name says all, a manual's name what it stands for
        (request(f"{PINNED}-pgo+lto-full"), ALPINE, f"{PINNED}-pgo+lto-full", "python3.13"),
        (request(f"{PINNED}-pgo+lto-full.tar.zst"), ALPINE, f"{PINNED}-pgo+lto-full", "python3.13"),
        (request(f"{PINNED}-install_pgo+lto"), LINUX, f"{PINNED}-pgo+lto-full", "python3.13"),
        (request(f"{PINNED}-install_debug"), LINUX, f"{PINNED}-debug-full", "python3.13d"),
        (request(f"{PINNED}-install_shared"), LINUX, f"{PINNED}-install_only_stripped", "python3.13"),
    ],
)  # fmt: skip
def test_what_the_archive_is(asked: BuildRequest, platform: HostPlatform, name: str, interpreter: str) -> None:
    asset = asset_of_archive(asked, SHA256, platform)
    assert (asset.build.name, asset.build.interpreter) == (name, interpreter)
    assert (asset.url, asset.sha256) == ("", SHA256)
    assert str(asset.build.version) == "3.13.5"
    assert asset.build.release == "20250723"
    assert asset.build.flavor in name


@pytest.mark.parametrize(
    "name",
    ["3.13", "3.13.5", "latest", ">=3.12", "cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210414T1515.tar.zst"],
)
def test_a_name_without_version_and_release_is_refused(name: str) -> None:
    with pytest.raises(InvalidName) as caught:
        asset_of_archive(request(name), SHA256, LINUX)
    assert str(caught.value) == (
        f"name is {name!r}, which does not say what the archive is. With `archive`, write version and release, such "
        "as 3.13.5+20250723, or the full name of an asset that has both."
    )


def test_options_that_no_build_has_are_refused() -> None:
    with pytest.raises(InvalidName, match="is not the name of a build's archive"):
        asset_of_archive(request("3.13.5+20250723", build_options="../fast"), SHA256, LINUX)


def test_a_host_without_builds_needs_a_target() -> None:
    with pytest.raises(UnsupportedHost):
        asset_of_archive(request("3.13.5+20250723"), SHA256, HostPlatform("plan9", "mips", 32, None, None, None))
