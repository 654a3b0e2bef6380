# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What builds require of a host, by target and release."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._platform import host
from ansible_collections.standalone.python.plugins.module_utils._platform.host import CPU_LEVEL_FLAGS


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([], 1), ([2], 2), ([2, 3], 3), ([2, 3, 4], 4), ([3, 4], 1), ([2, 4], 2)],
)
def test_a_level_needs_the_flags_of_all_levels_before_it(levels: list[int], expected: int) -> None:
    flags = [flag for level in levels for flag in CPU_LEVEL_FLAGS[level].split()]
    assert host.cpu_level_of(flags) == expected
    assert host.cpu_level_of(flags[1:]) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20250212-x86_64-unknown-linux-musl-install_only", True),
        ("20250311-x86_64-unknown-linux-musl-install_only", False),
        ("20250311-x86_64-unknown-linux-musl-lto+static-full", True),
        ("20250212-x86_64-unknown-linux-gnu-install_only", False),
        ("20250212-aarch64-apple-darwin-install_only", False),
    ],
)
def test_which_builds_need_no_c_library(name: str, expected: bool) -> None:
    assert host.is_static(Build.from_asset_name(AssetName.from_stem(f"cpython-3.13.2+{name}"))) is expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("x86_64-unknown-linux-gnu", (2, 17)),
        ("armv7-unknown-linux-gnueabihf", (2, 17)),
        ("riscv64-unknown-linux-gnu", (2, 28)),
        ("x86_64_v3-unknown-linux-musl", (1, 2, 2)),
    ],
)
def test_the_oldest_c_library_of_a_target(target: str, expected: tuple[int, ...]) -> None:
    assert host.libc_minimum(Target.parse(target)) == expected


@pytest.mark.parametrize(
    ("target", "release", "expected"),
    [
        ("aarch64-apple-darwin", "20210303", (11, 0)),
        ("x86_64-apple-darwin", "20241219", (10, 9)),
        ("x86_64-apple-darwin", "20250106", (10, 15)),
    ],
)
def test_the_oldest_macos_of_a_release(target: str, release: str, expected: tuple[int, int]) -> None:
    assert host.macos_minimum(Target.parse(target), release) == expected
