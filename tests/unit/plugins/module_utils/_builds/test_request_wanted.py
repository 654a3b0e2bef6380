# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from tests.support.receipts import GNU, asset

V2, V3 = "x86_64_v2-unknown-linux-gnu", "x86_64_v3-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
ARM, MAC = "aarch64-unknown-linux-gnu", "x86_64-apple-darwin"


def build(*args: Any, **kwargs: Any) -> Build:
    return asset(*args, **kwargs).build


PLAIN = build()
THREADED = build("3.14.0", "20251010", flavor="full", options="freethreaded+pgo+lto")


@pytest.mark.parametrize(
    ("name", "options", "installed", "satisfied"),
    [
        # the name
        ("3.13", {}, PLAIN, True),
        ("3.12", {}, PLAIN, False),
        ("3.14t", {}, THREADED, True),
        ("3.14", {}, THREADED, False),
        ("3.15", {}, build("3.15.0rc1", "20260807"), False),
        ("3.15", {"prerelease": True}, build("3.15.0rc1", "20260807"), True),
        (f"cpython-3.13.5+20250723-{GNU}-install_only_stripped", {}, PLAIN, True),
        (f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz", {}, PLAIN, True),
        (f"cpython-3.13.5+20250723-{GNU}-install_only", {}, PLAIN, False),
        # flavor and build options
        ("3.13", {"flavor": "install_only_stripped"}, PLAIN, True),
        ("3.13", {"flavor": "full"}, PLAIN, False),
        ("3.14t", {"build_options": "freethreaded+pgo+lto"}, THREADED, True),
        ("3.14t", {"build_options": "pgo+lto"}, THREADED, True),
        ("3.14t", {"build_options": "noopt"}, THREADED, False),
        ("3.13", {"build_options": "pgo+lto"}, PLAIN, False),
        # the target
        ("3.13", {"target": GNU}, PLAIN, True),
        ("3.13", {"target": MUSL}, PLAIN, False),
        ("3.13", {"target": V3}, build(target=V3), True),
        (f"cpython-3.13.5+20250723-{V3}-install_only", {}, build(target=V3, flavor="install_only"), True),
        # the level of the processor
        ("3.13", {}, build(target=V2), False),
        ("3.13", {"cpu_level": "auto"}, build(target=V2), True),
        ("3.13", {"cpu_level": "auto"}, PLAIN, True),
        ("3.13", {"cpu_level": "v2"}, build(target=V2), True),
        ("3.13", {"cpu_level": "v3"}, build(target=V2), False),
        ("3.13", {"cpu_level": "v3"}, PLAIN, False),
        # which only x86-64 Linux has, so that one task serves a mixed fleet
        ("3.13", {"cpu_level": "v3"}, build(target=ARM), True),
        ("3.13", {"cpu_level": "v4"}, build(target=MAC), True),
        ("3.13", {}, build(target=ARM), True),
    ],
)
def test_an_installed_build_answers_or_not(
    name: str, options: dict[str, Any], installed: Build, satisfied: bool
) -> None:
    assert BuildRequest(RequestedName.parse(name), **options).satisfied_by(installed) is satisfied
