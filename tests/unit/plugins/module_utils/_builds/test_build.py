# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and assets: from names, to dicts and back, and what is said about dicts that are no asset."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError, StoreError

LINUX = "x86_64-unknown-linux-gnu"
NAME = f"cpython-3.13.5+20250723-{LINUX}-install_only_stripped"
URL = (
    "https://github.com/astral-sh/python-build-standalone/releases/download/20250723/"
    f"cpython-3.13.5%2B20250723-{LINUX}-install_only_stripped.tar.gz"
)
SHA256 = "0123456789abcdef" * 4
ASSET = {
    "name": NAME,
    "version": "3.13.5",
    "release": "20250723",
    "target": LINUX,
    "flavor": "install_only_stripped",
    "build_options": "",
    "url": URL,
    "sha256": SHA256,
    "prerelease": False,
}


def build(stem: str, release: str | None = None) -> Build:
    return Build.from_asset_name(AssetName.from_stem(stem), release)


@pytest.mark.parametrize(
    ("stem", "release", "expected"),
    [
        (NAME, None, Build(NAME, Version(3, 13, 5), "20250723", LINUX, "install_only_stripped", "")),
        # Where a name has a tag, no folder of a mirror outranks it.
        (NAME, "latest", Build(NAME, Version(3, 13, 5), "20250723", LINUX, "install_only_stripped", "")),
        (
            f"cpython-3.14.7+20260814-{LINUX}-freethreaded+pgo+lto-full",
            None,
            Build(
                f"cpython-3.14.7+20260814-{LINUX}-freethreaded+pgo+lto-full",
                Version(3, 14, 7),
                "20260814",
                LINUX,
                "full",
                "freethreaded+pgo+lto",
            ),
        ),
        (
            "cpython-3.7.3-linux64-20190709T0348",
            "20190617",
            Build("cpython-3.7.3-linux64-20190709T0348", Version(3, 7, 3), "20190617", LINUX, "full", ""),
        ),
        (
            "cpython-3.9.0-x86_64-pc-windows-msvc-shared-pgo-20201021T0245",
            "20201020",
            Build(
                "cpython-3.9.0-x86_64-pc-windows-msvc-shared-pgo-20201021T0245",
                Version(3, 9, 0),
                "20201020",
                "x86_64-pc-windows-msvc-shared",
                "full",
                "pgo",
            ),
        ),
    ],
)
def test_a_build_follows_from_its_name(stem: str, release: str | None, expected: Build) -> None:
    assert build(stem, release) == expected


def test_a_stamp_is_not_mistaken_for_a_release() -> None:
    with pytest.raises(InvalidName) as error:
        build("cpython-3.7.3-linux64-20190709T0348")
    assert str(error.value) == (
        "The name cpython-3.7.3-linux64-20190709T0348.tar.zst does not say its release, since it is older than 2022. "
        "An index does: use one that lists it."
    )


@pytest.mark.parametrize(
    ("options", "interpreter", "kinds"),
    [
        ("pgo+lto", "python3.13", (False, False)),
        ("freethreaded+pgo+lto", "python3.13t", (True, False)),
        ("debug", "python3.13d", (False, True)),
        ("freethreaded+debug", "python3.13td", (True, True)),
    ],
)
def test_a_build_knows_its_kind_and_its_interpreter(options: str, interpreter: str, kinds: tuple[bool, bool]) -> None:
    one = build(f"cpython-3.13.5+20250723-{LINUX}-{options}-full")
    assert (one.interpreter, (one.is_free_threaded, one.is_debug)) == (interpreter, kinds)


def test_an_asset_survives_its_dict() -> None:
    asset = Asset.from_dict(ASSET)
    assert asset.as_dict() == ASSET
    assert Asset.from_dict(asset.as_dict()) == asset
    assert Build.from_dict(asset.build.as_dict()) == asset.build == build(NAME)


def test_a_dict_of_a_prerelease_says_so() -> None:
    assert Asset.from_dict({**ASSET, "version": "3.15.0rc1"}).as_dict()["prerelease"] is True


def test_digests_are_compared_in_lower_case() -> None:
    assert Asset.from_dict({**ASSET, "sha256": SHA256.upper()}).sha256 == SHA256


@pytest.mark.parametrize(
    ("stem", "url", "file_name"),
    [
        (NAME, URL, f"{NAME}.tar.gz"),
        (NAME, f"{URL}?token=1", f"{NAME}.tar.gz"),
        (NAME, "", f"{NAME}.tar.gz"),
        (NAME, "https://mirror.example/python", f"{NAME}.tar.gz"),
        (NAME, "https://mirror.example/own.tar.zst", "own.tar.zst"),
        (f"cpython-3.13.5+20250723-{LINUX}-debug-full", "", f"cpython-3.13.5+20250723-{LINUX}-debug-full.tar.zst"),
    ],
)
def test_the_file_name_is_the_url_s_or_the_usual(stem: str, url: str, file_name: str) -> None:
    assert Asset.from_build(build(stem), url, SHA256).file_name == file_name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "asset is damaged: name should be a text."),
        (
            {"name": "../../etc"},
            "asset is damaged: name is '../../etc', and should be the name of an asset without .tar.*.",
        ),
        ({"name": ".roots"}, "asset is damaged: name is '.roots', and should be the name of an asset without .tar.*."),
        (
            {"version": "3.13"},
            "asset is damaged: '3.13' is not a whole Python version. Write all of it, such as 3.13.5 or 3.15.0rc1.",
        ),
        (
            {"release": "latest"},
            "asset is damaged: release is 'latest', and should be a release tag, such as 20250723.",
        ),
        (
            {"target": "x86_64-linux-gnu"},
            "asset is damaged: 'x86_64-linux-gnu' is not a target of any build. Did you mean x86_64-unknown-linux-gnu?",
        ),
        (
            {"flavor": "stripped"},
            "asset is damaged: flavor is 'stripped', and should be one of install_only_stripped, install_only, full.",
        ),
        ({"build_options": 1}, "asset is damaged: build_options should be a text."),
        ({"url": None}, "asset is damaged: url should be a text."),
        ({"url": "https://mirror/a\tb.tar.gz"}, "asset is damaged: url should be printable."),
        ({"sha256": "abc"}, "asset is damaged: sha256 is 'abc', and should be 64 hexadecimal digits."),
        (
            {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            "asset is damaged: sha256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, the digest "
            "of an empty file, which no build is.",
        ),
    ],
)
@pytest.mark.parametrize("kind", [InvalidName, StoreError])
def test_the_message_names_the_field(changes: dict[str, Any], message: str, kind: type[StandaloneError]) -> None:
    with pytest.raises(kind) as error:
        Asset.from_dict({**ASSET, **changes}, where="asset", error=kind)
    assert str(error.value) == message
