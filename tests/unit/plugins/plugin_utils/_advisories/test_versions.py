# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of versions, by each component's own rules."""

from __future__ import annotations

import random

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.versions import UnknownVersion, order_of
from ansible_collections.standalone.python.plugins.plugin_utils._components.identity import COMPONENTS

ORDERED = {
    "openssl": "0.9.8zh 1.0.2 1.0.2a 1.0.2u 1.0.2z 1.0.2za 1.0.2zk 1.1.0 1.1.1-pre1 1.1.1 1.1.1k 1.1.1w 1.1.1za "
    "3.0.0-alpha1 3.0.0-beta2 3.0.0 3.0.15 3.5.6 3.5.7 3.10.0",
    "libressl": "2.9.2 3.0.2 3.9.10",
    "sqlite": "3.7.9 3.25.3 3.50.4 3.50.10 3.53.1",
    "cpython": "3.9.25 3.13.0a1 3.13.0b2 3.13.0rc1 3.13.0 3.13.15 3.15.0rc1 3.15.0",
    "pip": "9.0.1 26.2 26.2.1 26.2.1.post1 26.2.2.dev0 26.2.2rc1 26.2.2 26.2.2.post1.dev2 26.2.2.post1 26.3",
    "setuptools": "40.8.0 82.0.0 82.0.1",
    "certifi": "2024.07.04 2025.1.31 2026.05.20",
    "expat": "2.2.10 2.6.3 2.8.2",
    "zlib": "1.2.11 1.2.13 1.3.1 1.3.2",
    "zlib-ng": "2.1.6 2.2.4",
    "xz": "5.2.4 5.8.0beta 5.8.1",
    "tcl": "8.6b1 8.6.12 9.0.3",
    "libedit": "20181209-3.1 20240808-3.1",
    "ncurses": "6.1 6.5 6.5-20240427 6.5.20250101 6.6",
}


@pytest.mark.parametrize("component", ORDERED)
def test_versions_sort_as_the_project_counts(component: str) -> None:
    versions = ORDERED[component].split()
    shuffled = random.Random(1).sample(versions, len(versions))
    assert sorted(shuffled, key=lambda text: order_of(component, text)) == versions
    assert len({str(order_of(component, text)) for text in versions}) == len(versions)


@pytest.mark.parametrize(
    ("component", "text", "same"),
    [
        ("sqlite", "3500400", "3.50.4"),
        ("sqlite", "3050004", "3.50.4"),
        ("sqlite", "version-3.50.4", "3.50.4"),
        ("sqlite", "3081101", "3.8.11.1"),
        ("sqlite", "3071700", "3.7.17"),
        ("sqlite", "3350500", "3.35.5"),
        ("tcl", "core-9-0-3", "9.0.3"),
        ("tcl", "core-8-7-a5", "8.7a5"),
        ("tcl", "core-8-6-13-rc2", "8.6.13rc2"),
        ("tk", "core-9-0-3", "9.0.3"),
        ("openssl", "openssl-3.0.7", "3.0.7"),
        ("openssl", "OpenSSL_1_1_1w", "1.1.1w"),
        ("openssl", "3.5", "3.5.0"),
        ("expat", "R_2_6_0", "2.6"),
        ("expat", "R_2_6_4", "2.6.4"),
        ("cpython", "v3.12.0", "3.12.0"),
        ("bzip2", "bzip2-1.0.8", "1.0.8"),
        ("zlib-ng", "zlib-ng-2.2.4", "2.2.4"),
        ("libffi", "refs/tags/v3.4.6", "3.4.6"),
        ("libedit", "libedit-20240808-3.1", "20240808"),
    ],
)
def test_tags_and_other_spellings_are_read(component: str, text: str, same: str) -> None:
    assert order_of(component, text) == order_of(component, same)


@pytest.mark.parametrize(
    ("component", "text", "message"),
    [
        ("openssl", "1.0.2k-fips", "'1.0.2k-fips' is no version of openssl"),
        ("openssl", "3.0.0a", "'3.0.0a' is no version of openssl"),
        ("openssl", "1:3.0.11-1~deb12u2", "'1:3.0.11-1~deb12u2' is no version of openssl"),
        ("pip", "newest", "'newest' is no version of pip"),
        ("zlib", "1.3.1-motley", "'1.3.1-motley' is no version of zlib"),
        ("libedit", "3.1", "'3.1' is no version of libedit"),
        ("xz", "", "'' is no version of xz"),
        ("xz", "\u0663.1", "'\u0663.1' is no version of xz"),
        ("cmake", "1.18", "the order of versions of cmake is unknown"),
    ],
)
def test_what_is_no_version_is_never_compared(component: str, text: str, message: str) -> None:
    with pytest.raises(UnknownVersion) as error:
        order_of(component, text)
    assert str(error.value) == message


@pytest.mark.parametrize("component", COMPONENTS)
def test_any_text_has_an_order_or_a_reason(component: str) -> None:
    assert order_of(component, "20240808" if component == "libedit" else "1.2")
    for text in ("9" * 5000, "1." * 80, "a" * 99, "-", "1..2", "\x00", "1_2_3", "v", "3.1 "):
        try:
            assert order_of(component, text) is not None
        except UnknownVersion:
            pass
