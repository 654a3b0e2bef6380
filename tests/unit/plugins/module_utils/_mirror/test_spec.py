# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of a mirror, and what cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from tests.support.mirror_specs import TARGETS, make_archive, place_of

OTHER_DIGEST = "0" * 64


@pytest.fixture
def asset(tmp_path: Path) -> dict[str, Any]:
    return make_archive(tmp_path, "20260101", TARGETS[0], 10)


def spec(**params: Any) -> MirrorSpec:
    defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
    return MirrorSpec.from_params({**defaults, "path": "/srv/python/", **params})


def test_an_order_knows_its_archives_by_place(asset: dict[str, Any]) -> None:
    found = spec(assets=[asset, asset])
    assert (found.path, list(found.assets)) == ("/srv/python", [place_of(asset)])


def test_nothing_is_held_where_no_mirror_should_be(asset: dict[str, Any]) -> None:
    assert spec(assets=[asset], state="absent").assets == {}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"url": "https://example.com/a%2F..%2F..%2Fetc%2Fx.tar.gz"}, InvalidName, "which is no file name."),
        ({"release": "../../etc"}, InvalidName, "assets[1] is damaged: release is '../../etc'"),
        ({"release": "20261399"}, InvalidName, "assets[1] is damaged: release is '20261399', which is no date."),
        ({"build_options": "lto+pgo"}, InvalidName, "assets[1] is damaged: build_options is 'lto+pgo'"),
        ({"build_options": "fast"}, InvalidName, "assets[1] is damaged: build_options is 'fast'"),
        ({"sha256": OTHER_DIGEST}, InvalidName, "is asked for with two digests"),
    ],
)
def test_assets_that_cannot_be(
    change: dict[str, Any], error: type[StandaloneError], message: str, asset: dict[str, Any]
) -> None:
    with pytest.raises(error) as refused:
        spec(assets=[asset, {**asset, **change}])
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (
            {"path": "python"},
            StoreError,
            "path is 'python', which is relative. Write it from the root: path: /srv/python",
        ),
        ({"path": "/"}, StoreError, "path is '/'. Name a directory below the root, such as /srv/python."),
        ({"parallel": 0}, InvalidName, "parallel is 0, but it counts downloads at a time: write 1 or more."),
    ],
)
def test_options_that_cannot_be(params: dict[str, Any], error: type[StandaloneError], message: str) -> None:
    with pytest.raises(error) as refused:
        spec(**params)
    assert str(refused.value) == message
