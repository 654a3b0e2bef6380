# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asset names: every one that was ever published, and what is said about those that never could be."""

from __future__ import annotations

import lzma
from functools import lru_cache
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import KNOWN_TARGETS
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

# One name a line; `TAG<TAB>NAME` where the release is not the day of the name's time stamp.
NAMES = Path(__file__).parents[3] / "data" / "asset-names.txt.xz"
LINUX = "x86_64-unknown-linux-gnu"
COMMON = f"cpython-3.13.5+20250723-{LINUX}"
EXAMPLE = f"{COMMON}-install_only_stripped.tar.gz"


@lru_cache(maxsize=1)
def published() -> list[str]:
    lines = lzma.decompress(NAMES.read_bytes()).decode().splitlines()
    return [line.rpartition("\t")[2] for line in lines]


def test_every_published_name_parses_and_renders_back() -> None:
    assert len(published()) == 27_769
    assert [name for name in published() if str(AssetName.parse(name)) != name] == []


def test_every_published_name_parses_without_its_extension() -> None:
    stems = [name.rpartition(".tar.")[0] for name in published()]
    assert [stem for stem in stems if AssetName.from_stem(stem).stem != stem] == []


def test_every_published_name_parses_from_a_url() -> None:
    names = [name for name in published() if "+" in name]
    assert [name for name in names if str(AssetName.parse(name.replace("+", "%2B"))) != name] == []


def test_every_known_target_was_published_and_no_other() -> None:
    assert {str(AssetName.parse(name).target) for name in published()} == set(KNOWN_TARGETS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "cpython-3.7.3-windows-amd64-shared-pgo-20190618T0516.tar.zst",
            AssetName(Version(3, 7, 3), None, "windows-amd64-shared", ("pgo",), "", "20190618T0516", "zst"),
        ),
        (
            f"cpython-3.9.4-{LINUX}-pgo+lto-20210414T1515.tar.zst",
            AssetName(Version(3, 9, 4), None, LINUX, ("pgo", "lto"), "", "20210414T1515", "zst"),
        ),
        (
            f"cpython-3.9.6-{LINUX}-install_only-20210724T1424.tar.gz",
            AssetName(Version(3, 9, 6), None, LINUX, (), "install_only", "20210724T1424", "gz"),
        ),
        (
            f"cpython-3.15.0rc1+20260814-{LINUX}-freethreaded+pgo+lto-full.tar.zst",
            AssetName(
                Version(3, 15, 0, ("rc", 1)), "20260814", LINUX, ("freethreaded", "pgo", "lto"), "full", None, "zst"
            ),
        ),
        (
            "cpython-3.14.7+20260814-aarch64-apple-darwin-freethreaded-install_only_stripped.tar.gz",
            AssetName(
                Version(3, 14, 7),
                "20260814",
                "aarch64-apple-darwin",
                ("freethreaded",),
                "install_only_stripped",
                None,
                "gz",
            ),
        ),
        # Never seen, but known to be buildable or to have been there.
        (
            "cpython-3.10.13+20240224-i686-pc-windows-msvc-static-noopt-full.tar.zst",
            AssetName(Version(3, 10, 13), "20240224", "i686-pc-windows-msvc-static", ("noopt",), "full", None, "zst"),
        ),
        (
            "cpython-3.13.5+20250723-loongarch64-unknown-linux-gnu-lto-full.tar.zst",
            AssetName(Version(3, 13, 5), "20250723", "loongarch64-unknown-linux-gnu", ("lto",), "full", None, "zst"),
        ),
    ],
)
def test_a_name_is_taken_apart(name: str, expected: AssetName) -> None:
    assert AssetName.parse(name) == expected
    assert str(expected) == name


def test_a_name_shows_what_kind_of_build_it_is() -> None:
    both = AssetName.from_stem(f"{COMMON}-freethreaded+debug-full")
    plain = AssetName.from_stem(f"{COMMON}-install_only")
    assert (both.is_free_threaded, both.is_debug) == (True, True)
    assert (plain.is_free_threaded, plain.is_debug) == (False, False)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            f"{COMMON}-install_only.tar.zst",
            f"install_only archives are .tar.gz: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            f"{COMMON}-pgo+lto-full.tar.gz",
            f"full archives are .tar.zst: did you mean {COMMON}-pgo+lto-full.tar.zst?",
        ),
        (
            f"{COMMON}-lto+pgo-full.tar.zst",
            "build options come in the order freethreaded, debug, noopt, pgo, lto, static: "
            f"did you mean {COMMON}-pgo+lto-full.tar.zst?",
        ),
        (
            f"{COMMON}-freethreaded+lto+static-full.tar.zst",
            f"no build has the options freethreaded+lto+static in a name like this. It should look like {EXAMPLE}.",
        ),
        (
            "cpython-3.13.5+20250723-x86_64-linux-gnu-install_only.tar.gz",
            f"x86_64-linux-gnu is not a target: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            "cpython-3.13.5+20250723-linux64-install_only.tar.gz",
            f"linux64 is not a target: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            "cpython-3.13.5+20250723-sparc-install_only.tar.gz",
            f"sparc is not a target of any build. It should look like {EXAMPLE}.",
        ),
        (
            f"cpython-3.13.5-{LINUX}-install_only.tar.gz",
            "the release tag is missing after the version: "
            f"did you mean cpython-3.13.5+TAG-{LINUX}-install_only.tar.gz?",
        ),
        (
            f"cpython-3.13.5-20250723-{LINUX}-install_only.tar.gz",
            f"it is not spelled as names are: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            f"cpython-3.13+20250723-{LINUX}-install_only.tar.gz",
            f"the version is not whole: did you mean cpython-3.13.X+20250723-{LINUX}-install_only.tar.gz?",
        ),
        (
            f"{COMMON}-pgo+lto.tar.zst",
            "names with a release tag end in full, install_only or install_only_stripped: "
            f"did you mean {COMMON}-pgo+lto-full.tar.zst?",
        ),
        (
            f"{COMMON}-install_only-20250723T0101.tar.gz",
            f"a name has a release tag or a time stamp, never both: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            f"cpython-3.9.4-{LINUX}-pgo+lto-full-20210414T1515.tar.zst",
            "names with a time stamp leave out the word full: "
            f"did you mean cpython-3.9.4-{LINUX}-pgo+lto-20210414T1515.tar.zst?",
        ),
        (
            f"{COMMON}-install-only-stripped.tar.gz",
            f"it is not spelled as names are: did you mean {EXAMPLE}?",
        ),
        (
            f"{COMMON}-freethread-install_only.tar.gz",
            f"it is not spelled as names are: did you mean {COMMON}-freethreaded-install_only.tar.gz?",
        ),
        (
            f"https://mirror.example/{COMMON}-pgo+lto-full.tar.zst",
            f"it is not spelled as names are: did you mean {COMMON}-pgo+lto-full.tar.zst?",
        ),
        ("SHA256SUMS", f"it should look like {EXAMPLE}."),
        ("", f"it should look like {EXAMPLE}."),
    ],
)
def test_the_message_shows_the_fault_and_the_nearest_name(name: str, problem: str) -> None:
    with pytest.raises(InvalidName) as error:
        AssetName.parse(name)
    assert str(error.value) == f"{name!r} is not the name of a build's archive: {problem}"


def test_a_version_with_leading_zeros_is_refused() -> None:
    with pytest.raises(InvalidName, match=r"^'3\.013\.5' is not a whole Python version\."):
        AssetName.parse(f"cpython-3.013.5+20250723-{LINUX}-install_only.tar.gz")


@pytest.mark.parametrize("extra", ["\n", " ", ".sha256"])
def test_nothing_may_follow_a_name(extra: str) -> None:
    with pytest.raises(InvalidName):
        AssetName.parse(EXAMPLE + extra)


@pytest.mark.parametrize("word", ["stripped", "install_only_striped"])
def test_a_stem_is_refused_as_it_was_written(word: str) -> None:
    with pytest.raises(InvalidName) as error:
        AssetName.from_stem(f"{COMMON}-{word}")
    assert str(error.value).startswith(f"'{COMMON}-{word}' is not the name of a build's archive: ")
    assert str(error.value).endswith(f"did you mean {EXAMPLE}?")
