# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="components are looked up on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.plugin_utils._components.identity import COMPONENTS
from ansible_collections.standalone.python.plugins.plugin_utils._components.table import completed, components_of
from tests.support.locks import GNU, MUSL, V3, asset, stripped

MACOS, WINDOWS = "aarch64-apple-darwin", "x86_64-pc-windows-msvc"


def build_of(version: str, target: str = GNU) -> Build:
    return asset(stripped(version, target)).build


def versions_of(build: Build) -> dict[str, str]:
    return {name: component["version"] for name, component in components_of(build).items()}


def test_all_components_of_a_build_are_known_with_their_source() -> None:
    found = components_of(build_of("3.14.7+20260814"))
    assert {name: component["version"] for name, component in found.items()} == {
        "bdb": "6.0.19",
        "bzip2": "1.0.8",
        "cpython": "3.14.7",
        "expat": "2.8.3",
        "libedit": "20240808-3.1",
        "libffi": "3.4.6",
        "libuuid": "1.0.3",
        "libx11": "1.8.13",
        "libxau": "1.0.12",
        "libxcb": "1.17.0",
        "mpdecimal": "4.0.0",
        "ncurses": "6.5",
        "openssl": "3.5.7",
        "pip": "26.2.1",
        "sqlite": "3.53.1",
        "tcl": "9.0.4",
        "tk": "9.0.4",
        "xz": "5.8.3",
        "zlib": "1.3.2",
        "zstd": "1.5.7",
    }
    assert {component["source"] for component in found.values()} == {"table"}


@pytest.mark.parametrize(
    ("version", "target", "expected"),
    [
        ("3.12.1+20240107", GNU, {"openssl": "3.0.12", "setuptools": "69.0.3", "sqlite": "3.44.2", "zstd": None}),
        ("3.12.5+20240909", GNU, {"setuptools": None}),
        ("3.11.10+20240909", GNU, {"setuptools": "70.3.0"}),
        ("3.13.0+20241016", GNU, {"setuptools": None, "pip": "24.1.2"}),
        ("3.10.13+20230826", GNU, {"openssl": "1.1.1v", "libedit": "20210910-3.1", "libffi": "3.3"}),
        ("3.9.18+20231002", GNU, {"openssl": "3.0.11", "libedit": None, "readline": None}),
        ("3.13.7+20250918", V3, {"openssl": "3.5.3", "zlib": "1.3.1", "zlib-ng": None, "xz": "5.2.12"}),
        ("3.13.7+20250918", MUSL, {"libffi": "3.3", "musl": None, "bdb": "6.0.19", "tcl": "8.6.14"}),
        ("3.12.9+20250205", MUSL, {"libffi": "3.3", "musl": "1.2.5", "bdb": None, "tcl": "8.6.14"}),
        ("3.13.7+20250918", MACOS, {"openssl": "3.5.3", "zlib": None, "ncurses": None, "libedit": None, "bdb": None}),
        ("3.13.7+20250918", WINDOWS, {"cpython": "3.13.7", "openssl": None, "zlib": None, "pip": None}),
        ("3.14.8+20261021", GNU, {"pip": "26.2.2", "ensurepip-pip": "26.2.2", "openssl": None}),
        ("3.14.9+20261110", GNU, {"pip": "26.3", "expat": "2.10.0", "openssl": None, "ensurepip-pip": None}),
        ("3.13.12+20250323", GNU, {"cpython": "3.13.12", "openssl": None, "pip": None}),
        ("3.15.1+20270101", GNU, {"cpython": "3.15.1", "openssl": None, "pip": None}),
        ("3.13.5+20250724", GNU, {"cpython": "3.13.5", "openssl": None}),  # between two releases there is none
    ],
)
def test_a_component_is_what_the_release_says_or_absent(
    version: str, target: str, expected: dict[str, str | None]
) -> None:
    found = versions_of(build_of(version, target))
    assert {name: found.get(name) for name in expected} == expected


def test_the_table_says_nothing_of_a_build_that_is_named_otherwise() -> None:
    build = build_of("3.14.7+20260814")._replace(name="our-python-3.14.7")
    assert components_of(build) == {}


def test_musl_builds_had_libressl() -> None:
    old = asset("cpython-3.9.6-x86_64-unknown-linux-musl-lto-20210724T1424.tar.zst").build
    found = versions_of(old)
    assert (found.get("libressl"), found.get("openssl"), found.get("musl")) == ("3.3.3", None, "1.2.2")
    gnu = asset("cpython-3.9.6-x86_64-unknown-linux-gnu-pgo+lto-20210724T1424.tar.zst").build
    assert (versions_of(gnu).get("libressl"), versions_of(gnu).get("openssl")) == (None, "1.1.1k")


def test_a_static_build_has_musl_and_cannot_load_tk() -> None:
    static = asset(f"cpython-3.13.7+20250918-{MUSL}-lto+static-full.tar.zst").build
    found = versions_of(static)
    assert (found["musl"], found.get("tcl"), found.get("libx11"), found.get("bdb")) == ("1.2.5", None, None, None)


def test_each_component_has_an_identity() -> None:
    for version in ("3.10.13+20230826", "3.14.7+20260814"):
        assert set(components_of(build_of(version))) <= set(COMPONENTS)


def measured(**versions: str) -> dict[str, dict[str, str]]:
    return {name.replace("_", "-"): {"version": version, "source": "measured"} for name, version in versions.items()}


def test_what_was_not_measured_is_of_the_table() -> None:
    build = build_of("3.14.7+20260814")
    found = completed(build, measured(openssl="3.5.9", cpython="3.14.7", certifi="2026.01.02"))
    assert list(found) == sorted({*components_of(build), "certifi"})
    assert found["openssl"] == {"version": "3.5.9", "source": "measured"}
    assert (found["cpython"]["source"], found["certifi"]["source"]) == ("measured", "measured")
    assert found["bzip2"] == {"version": "1.0.8", "source": "table"}


@pytest.mark.parametrize(
    ("found", "absent"),
    [({"libressl": "3.9"}, "openssl"), ({"zlib_ng": "2.2.4"}, "zlib"), ({"readline": "8.2"}, "libedit")],
)
def test_a_library_that_was_measured_replaces_the_other(found: dict[str, str], absent: str) -> None:
    build = build_of("3.14.7+20260814")
    assert absent in completed(build, {})
    assert absent not in completed(build, measured(**found))
    both = measured(**found, **{absent: "1"})
    assert set(both) <= set(completed(build, both))
