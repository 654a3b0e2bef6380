# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triples, the words before triples, and what is shown for what is neither."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.target import (
    KNOWN_TARGETS,
    LEGACY_PLATFORMS,
    Target,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "x86_64-unknown-linux-gnu",
            Target("x86_64-unknown-linux-gnu", "x86_64", 1, "linux", "gnu", None),
        ),
        (
            "x86_64_v3-unknown-linux-musl",
            Target("x86_64_v3-unknown-linux-musl", "x86_64", 3, "linux", "musl", None),
        ),
        (
            "armv7-unknown-linux-gnueabihf",
            Target("armv7-unknown-linux-gnueabihf", "armv7", 1, "linux", "gnueabihf", None),
        ),
        ("aarch64-apple-darwin", Target("aarch64-apple-darwin", "aarch64", 1, "darwin", None, None)),
        (
            "x86_64-pc-windows-msvc-shared",
            Target("x86_64-pc-windows-msvc", "x86_64", 1, "windows", None, "shared"),
        ),
        (
            "mips64el-unknown-linux-gnuabi64",
            Target("mips64el-unknown-linux-gnuabi64", "mips64el", 1, "linux", "gnuabi64", None),
        ),
    ],
)
def test_a_triple_is_taken_apart_and_renders_back(text: str, expected: Target) -> None:
    assert Target.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize("text", KNOWN_TARGETS)
def test_every_known_target_renders_back(text: str) -> None:
    assert str(Target.parse(text)) == text


@pytest.mark.parametrize(("text", "meaning"), LEGACY_PLATFORMS.items())
def test_an_old_platform_word_becomes_its_triple(text: str, meaning: str) -> None:
    assert Target.parse(text) == Target.parse(meaning)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("x86_64-unknown-linux-gn", "x86_64-unknown-linux-gnu"),
        ("X86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("x86_64-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("x86_64-unknown-linux", "x86_64-unknown-linux-gnu"),
        ("x86_64_v5-unknown-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("linux-x86_64_v3-gnu", "x86_64_v3-unknown-linux-gnu"),
        ("linux-amd64", "x86_64-unknown-linux-gnu"),
        ("linux/arm64", "aarch64-unknown-linux-gnu"),
        ("linux-powerpc64le-gnu", "ppc64le-unknown-linux-gnu"),
        ("linux-armv7-gnu", "armv7-unknown-linux-gnueabihf"),
        ("manylinux2014_x86_64", "x86_64-unknown-linux-gnu"),
        ("musllinux_1_2_aarch64", "aarch64-unknown-linux-musl"),
        ("macosx_11_0_arm64", "aarch64-apple-darwin"),
        ("windows-x86_64-none", "x86_64-pc-windows-msvc"),
        ("aarch64-apple-darwin-debug", "aarch64-apple-darwin"),
        ("macso", "macos"),
    ],
)
def test_the_message_shows_the_nearest_target(text: str, nearest: str) -> None:
    with pytest.raises(InvalidName) as error:
        Target.parse(text)
    assert str(error.value) == f"{text!r} is not a target of any build. Did you mean {nearest}?"


@pytest.mark.parametrize("text", ["", "solaris", "sparc-unknown-linux-gnu"])
def test_without_anything_near_the_message_shows_what_targets_look_like(text: str) -> None:
    with pytest.raises(InvalidName) as error:
        Target.parse(text)
    assert str(error.value) == (
        f"{text!r} is not a target of any build. Targets are triples, such as x86_64-unknown-linux-gnu or "
        "aarch64-apple-darwin."
    )
