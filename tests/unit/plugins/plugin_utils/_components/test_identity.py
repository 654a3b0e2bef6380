# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="components are looked up on the controller")

from ansible_collections.standalone.python.plugins.plugin_utils._components.identity import COMPONENTS, identity_of


@pytest.mark.parametrize(
    ("component", "version", "purl", "cpe", "licence"),
    [
        ("openssl", "3.5.6", "pkg:generic/openssl@3.5.6", "openssl:openssl:3.5.6", "Apache-2.0"),
        ("openssl", "1.1.1w", "pkg:generic/openssl@1.1.1w", "openssl:openssl:1.1.1w", "OpenSSL"),
        ("cpython", "3.14.0rc1", "pkg:generic/python@3.14.0rc1", "python:python:3.14.0rc1", "Python-2.0"),
        ("ensurepip-pip", "26.2.2", "pkg:pypi/pip@26.2.2", "pypa:pip:26.2.2", "MIT"),
        ("xz", "5.8.3", "pkg:generic/xz@5.8.3", "tukaani:xz:5.8.3", "0BSD"),
        ("xz", "5.10.0", "pkg:generic/xz@5.10.0", "tukaani:xz:5.10.0", "0BSD"),
        ("xz", "5.2.12", "pkg:generic/xz@5.2.12", "tukaani:xz:5.2.12", None),
        ("libedit", "20240808-3.1", "pkg:generic/libedit@20240808-3.1", None, "BSD-3-Clause"),
        ("zlib", "1.3.1+x", "pkg:generic/zlib@1.3.1%2Bx", "zlib:zlib:1.3.1\\+x", "Zlib"),
    ],
)
def test_an_identity_names_a_version(
    component: str, version: str, purl: str, cpe: str | None, licence: str | None
) -> None:
    identity = identity_of(component, version)
    assert identity is not None
    full = f"cpe:2.3:a:{cpe}:*:*:*:*:*:*:*" if cpe else None
    assert (identity.purl_of(version), identity.cpe_of(version), identity.licence) == (purl, full, licence)


def test_a_name_that_is_no_component_has_none() -> None:
    assert identity_of("zip", "1") is None
    assert all(identity_of(component, "1.0") for component in COMPONENTS)
