# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component is meant: what an SBOM calls a component, an advisory finds again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.identity import (
    by_cpe,
    by_name,
    by_package,
    by_purl,
    by_repository,
    packaged_as,
    version_of_cpe,
)
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.versions import order_of
from ansible_collections.standalone.python.plugins.plugin_utils._components.identity import COMPONENTS, identity_of
from ansible_collections.standalone.python.plugins.plugin_utils._components.table import TABLE


@pytest.mark.parametrize("component", COMPONENTS)
def test_what_an_sbom_calls_a_component_is_found_again(component: str) -> None:
    known = identity_of(component, "1.2")
    assert known is not None
    assert component in by_purl(known.purl_of("1.2"))
    assert component in by_name(component)
    cpe = known.cpe_of("1.2")
    assert cpe is None or component in by_cpe(cpe)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (by_package("PyPI", "Pip"), ("pip", "ensurepip-pip")),
        (by_package("Bitnami", "python"), ("cpython",)),
        (by_package("npm", "zlib"), ()),
        (by_package("Debian:12", "openssl"), ()),
        (packaged_as("Debian:12", "openssl"), ("openssl",)),
        (packaged_as("npm", "zlib"), ()),
        (packaged_as("Debian:13", "python3.13"), ("cpython",)),
        (packaged_as("Ubuntu:24.04:LTS", "tcl8.6"), ("tcl",)),
        (packaged_as("Red Hat", "python3.12-pip"), ("pip", "ensurepip-pip")),
        (packaged_as("Alpine:v3.22", "python-requests"), ()),
        (by_purl("pkg:deb/debian/openssl@3.0.11-1"), ()),
        (by_purl("pkg:github/python/cpython@v3.12.0"), ("cpython",)),
        (by_purl("nonsense"), ()),
        (by_purl("PKG:PyPI/Pip@26.2.1?arch=x#sub"), ("pip", "ensurepip-pip")),
        (by_purl("pkg:conan/conan%2Dcenter/openssl@3.5.6?user=a&channel=b"), ("openssl",)),
        (by_purl("pkg:generic/zlib%2Dng@2.2.4"), ("zlib-ng",)),
        (by_purl("pkg:pypi/openssl@1"), ()),
        (by_purl("pkg:rpm/redhat/openssl@3.5.6"), ()),
        (by_cpe(r"cpe:2.3:a:zlib\-ng:zlib\-ng:2.2.4:*:*:*:*:*:*:*"), ("zlib-ng",)),
        (by_cpe("CPE:/a:zlib%2dng:zlib-ng:2.2.4"), ("zlib-ng",)),
        (by_cpe("cpe:2.3:a:*:openssl:*:*:*:*:*:*:*:*"), ("openssl",)),
        (by_cpe("cpe:2.3:*:openssl:openss?:*"), ("openssl",)),
        (by_cpe("cpe:/a:openssl:openss%01"), ("openssl",)),
        (by_cpe("cpe:2.3:a:*:*:*"), ()),
        (by_cpe("cpe:2.3:a:open\\*:openssl"), ()),
        (by_cpe("cpe:2.3:a:open[s]sl:openssl"), ()),
        (by_cpe("cpe:2.3:a:!p*:openssl"), ()),
        (by_cpe("cpe:2.3:a:openssl:openssl_book:*"), ()),
        (by_cpe("cpe:/h:openssl:openssl"), ()),
        (by_cpe(""), ()),
        (by_cpe("cpe:2.3:a:pypa:pip:*"), ("pip", "ensurepip-pip")),
        (by_cpe("cpe:/a:openssl:openssl:3.5.6"), ("openssl",)),
        (by_cpe("cpe:2.3:o:openssl:openssl:*"), ()),
        (by_repository("https://github.com/pypa/pip.git"), ("pip", "ensurepip-pip")),
        (by_repository("https://example.com/python/cpython"), ()),
        (by_repository("git@github.com:OpenSSL/openssl.git"), ("openssl",)),
        (by_repository("git+ssh://git@github.com/openssl/openssl/"), ("openssl",)),
        (by_repository("git://git.openssl.org/openssl.git"), ("openssl",)),
        (by_repository("https://evilopenssl.org/openssl"), ()),
        (by_repository("https://gitlab.com/bzip2/bzip2"), ("bzip2",)),
        (by_package("GIT", "github.com/tukaani-project/xz"), ("xz",)),
        (by_name("pkg:generic/expat"), ("expat",)),
        (by_name("cpe:2.3:a:sqlite:sqlite"), ("sqlite",)),
        (by_name("python"), ("cpython",)),
        (by_name("ensurepip-pip"), ("ensurepip-pip",)),
        (by_name("requests"), ()),
    ],
)
def test_names_of_other_lists(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert found == expected


def test_every_version_of_the_table_has_its_place() -> None:
    """All that releases were built from since 2018 can be compared."""
    changes = json.loads(TABLE.read_text(encoding="utf-8"))["changes"]
    packages = {"libX11": "libx11", "libXau": "libxau", "uuid": "libuuid", "musl-static": "musl"}
    compared = 0
    for package, of_package in changes.items():
        component = packages.get(package, package.partition("-3.")[0].partition("-1.")[0])
        for version in filter(None, of_package.values()):
            if component in COMPONENTS:
                order_of(component, version)
                compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("cpe", "version"),
    [
        ("cpe:2.3:a:openssl:openssl:3.5.6:*:*:*:*:*:*:*", "3.5.6"),
        ("cpe:2.3:a:openssl:openssl:1.1.1:pre1:*:*:*:*:*:*", "1.1.1-pre1"),
        ("cpe:2.3:a:python:python:3.15.0:rc1:*:*:*:*:*:*", "3.15.0rc1"),
        (r"cpe:2.3:a:tcl:tcl:8\.6\.12:-:*", "8.6.12"),
        ("cpe:/a:openssl:openssl:1.1.1w", "1.1.1w"),
        ("cpe:2.3:a:openssl:openssl:3.5.*:*", None),
        ("cpe:2.3:a:openssl:openssl:-:*", None),
        ("cpe:/a:openssl:openssl", None),
    ],
)
def test_a_cpe_may_name_one_version(cpe: str, version: str | None) -> None:
    assert version_of_cpe(cpe) == version


@pytest.mark.parametrize(
    "found",
    [
        lambda: by_cpe(f"cpe:2.3:a:{'*' * 200}@:python"),
        lambda: by_cpe(f"cpe:2.3:a:{'*n' * 100}@:python"),
        lambda: by_cpe("cpe:2.3:" + "a" * 1_000_000 + "\\"),
        lambda: by_repository("https://example.com/" + "/" * 1_000_000 + "x"),
    ],
    ids=["stars", "stars and signs", "a long CPE", "a long address"],
)
def test_what_would_take_a_pattern_for_ever_names_nothing(found: Callable[[], tuple[str, ...]]) -> None:
    assert found() == ()
