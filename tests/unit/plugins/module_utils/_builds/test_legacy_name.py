# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual's names and the builds that they describe."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.legacy_name import ManualName
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName


def name(target: str, word: str, release: str = "20250801") -> str:
    return f"cpython-3.13.5+{release}-{target}-install_{word}.tar.zst"


@pytest.mark.parametrize(
    ("target", "word", "flavor", "build_options"),
    [
        ("x86_64-unknown-linux-gnu", "pgo+lto", "full", "pgo+lto"),
        ("x86_64_v3-unknown-linux-gnu", "pgo+lto", "full", "pgo+lto"),
        ("aarch64-unknown-linux-gnu", "pgo+lto", "full", "pgo+lto"),
        ("aarch64-apple-darwin", "pgo+lto", "full", "pgo+lto"),
        ("x86_64-pc-windows-msvc", "pgo+lto", "full", "pgo"),
        ("x86_64-unknown-linux-musl", "pgo+lto", "full", "lto"),
        ("armv7-unknown-linux-gnueabihf", "pgo+lto", "full", "lto"),
        ("ppc64le-unknown-linux-gnu", "pgo+lto", "full", "lto"),
        ("riscv64-unknown-linux-gnu", "pgo+lto", "full", "lto"),
        ("s390x-unknown-linux-gnu", "pgo+lto", "full", "lto"),
        ("x86_64-unknown-linux-gnu", "debug", "full", "debug"),
        ("aarch64-apple-darwin", "debug", "full", "debug"),
        ("x86_64-unknown-linux-gnu", "shared", None, None),
        ("x86_64-unknown-linux-musl", "shared", None, None),
    ],
)
def test_a_word_describes_a_build_of_the_target(
    target: str, word: str, flavor: str | None, build_options: str | None
) -> None:
    text = name(target, word)
    assert ManualName.parse(text) == ManualName(text, Version(3, 13, 5), "20250801", target, flavor, build_options)


@pytest.mark.parametrize(
    ("target", "release", "expected"),
    [
        ("x86_64-pc-windows-msvc", "20250801", "x86_64-pc-windows-msvc"),
        ("x86_64-pc-windows-msvc", "20240415", "x86_64-pc-windows-msvc"),
        ("x86_64-pc-windows-msvc-shared", "20250801", "x86_64-pc-windows-msvc"),
        ("x86_64-pc-windows-msvc", "20240224", "x86_64-pc-windows-msvc-shared"),
        ("i686-pc-windows-msvc-shared", "20230826", "i686-pc-windows-msvc-shared"),
    ],
)
def test_shared_builds_for_windows_had_a_separate_target(target: str, release: str, expected: str) -> None:
    manual = ManualName.parse(name(target, "shared", release))
    assert manual is not None
    assert (manual.target, manual.release) == (expected, release)


@pytest.mark.parametrize("extension", ["", ".tar.zst", ".tar.gz"])
def test_the_file_name_is_kept_for_mirrors_that_hold_it(extension: str) -> None:
    stem = "cpython-3.15.0rc1+20260814-x86_64-unknown-linux-gnu-install_pgo+lto"
    manual = ManualName.parse(stem + extension)
    assert manual is not None
    assert manual.file_name == stem + (extension or ".tar.zst")


@pytest.mark.parametrize(
    "text",
    [
        "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
        "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst",
        "cpython-3.13.5-x86_64-unknown-linux-gnu-install_debug.tar.zst",
        "3.13",
    ],
)
def test_other_names_are_none_of_the_manual(text: str) -> None:
    assert ManualName.parse(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            name("x86_64-unknown-linux-gnu", "lto"),
            "'cpython-3.13.5+20250801-x86_64-unknown-linux-gnu-install_lto.tar.zst' ends in install_lto, but of such "
            "words only install_pgo+lto, install_debug, install_shared are known: did you mean "
            "cpython-3.13.5+20250801-x86_64-unknown-linux-gnu-lto-full?",
        ),
        (
            name("x86_64-unknown-linux-gnu", "everything"),
            "'cpython-3.13.5+20250801-x86_64-unknown-linux-gnu-install_everything.tar.zst' ends in "
            "install_everything, but of such words only install_pgo+lto, install_debug, install_shared are known: "
            "write the real name of the asset.",
        ),
        (
            name("x86_64-linux-gnu", "debug"),
            "'x86_64-linux-gnu' is not a target of any build. Did you mean x86_64-unknown-linux-gnu?",
        ),
        (
            name("x86_64-pc-windows-msvc", "debug"),
            "install_debug: there are no debug builds for Windows. Ask for install_only_stripped.",
        ),
        (
            name("x86_64-unknown-linux-musl", "shared", "20250212"),
            "install_shared: the musl builds of release 20250212 are static, without a shared libpython. Ask for "
            "release 20250311 or later.",
        ),
    ],
)
def test_a_build_that_cannot_exist_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidName) as error:
        ManualName.parse(text)
    assert str(error.value) == message
