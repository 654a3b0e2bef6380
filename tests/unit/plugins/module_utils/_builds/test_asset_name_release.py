# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import date

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import day_of
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError

TARGET = "x86_64-unknown-linux-gnu"
IMPOSSIBLE = ["99999999", "20261399", "20260230", "00000000", "20250229"]


def test_a_tag_is_a_day() -> None:
    assert day_of("20240229") == date(2024, 2, 29)


@pytest.mark.parametrize("tag", [*IMPOSSIBLE, "", "2025072", "202507231", "2025-7-3", " 2025723", "\u0662\u0660250723"])
def test_what_is_no_day_is_no_tag(tag: str) -> None:
    assert day_of(tag) is None


@pytest.mark.parametrize("release", IMPOSSIBLE)
@pytest.mark.parametrize(
    "name",
    [
        "3.13.5+{}",
        "3.13.5t+{}",
        f"cpython-3.13.5+{{}}-{TARGET}-install_only_stripped",
        f"cpython-3.13.5+{{}}-{TARGET}-install_only.tar.gz",
        f"cpython-3.13.5+{{}}-{TARGET}-install_shared",
    ],
)
def test_a_name_with_a_release_that_is_no_day_is_refused(name: str, release: str) -> None:
    with pytest.raises(InvalidName, match=f"has the release {release}, which is no date"):
        RequestedName.parse(name.format(release))


@pytest.mark.parametrize("release", IMPOSSIBLE)
def test_an_asset_or_receipt_with_such_a_release_is_damaged(release: str) -> None:
    asset = {
        "name": f"cpython-3.13.5+{release}-{TARGET}-install_only",
        "version": "3.13.5",
        "release": release,
        "target": TARGET,
        "flavor": "install_only",
        "build_options": "",
        "url": "",
        "sha256": "0" * 64,
    }
    with pytest.raises(StoreError, match=rf"receipt is damaged: .*{release}"):
        Asset.from_dict(asset, where="receipt")
