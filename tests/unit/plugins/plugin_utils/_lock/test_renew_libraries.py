# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="libraries are looked up on the controller")

from ansible_collections.standalone.python.plugins.plugin_utils._lock.renew import libraries_of
from tests.support.locks import asset, stripped


@pytest.mark.parametrize(
    ("release", "libraries"),
    [
        ("20230826", {"openssl": "1.1.1v", "sqlite": "3.43.0"}),
        ("20250918", {"openssl": "3.5.3", "sqlite": "3.50.4"}),
        ("20261110", {}),
        ("20270101", {}),
    ],
)
def test_a_release_has_these_libraries(release: str, libraries: dict[str, str]) -> None:
    assert libraries_of(asset(stripped(f"3.12.1+{release}")).build) == libraries


def test_nothing_is_known_of_windows() -> None:
    assert libraries_of(asset(stripped("3.12.1+20260303", "x86_64-pc-windows-msvc")).build) == {}
