# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.unusable import UNUSABLE, why_unusable

REPOSITORY = Path(__file__).resolve().parents[5]
GNU, MUSL, MAC = "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-apple-darwin"


def build(short: str, target: str) -> Build:
    return Build.from_asset_name(AssetName.from_stem(f"cpython-{short}-{target}-install_only_stripped"))


@pytest.mark.parametrize(
    ("short", "target", "is_unusable"),
    [
        ("3.13.12+20260320", GNU, True),
        ("3.14.3+20260325", "aarch64-unknown-linux-gnu", True),
        ("3.13.12+20260320", MUSL, False),
        ("3.13.12+20260320", MAC, False),
        ("3.13.12+20260414", GNU, False),
    ],
)
def test_releases_that_do_not_work(short: str, target: str, is_unusable: bool) -> None:
    assert bool(why_unusable(build(short, target))) == is_unusable


@pytest.mark.parametrize("page", ["docs/names.md", "docs/development/builds.md", "plugins/doc_fragments/choice.py"])
def test_the_documentation_lists_each_of_them(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    assert [one.release for one in UNUSABLE if one.release not in text] == []
