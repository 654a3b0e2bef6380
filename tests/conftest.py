# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the clone importable as `ansible_collections.standalone.python`, wherever it is, and has builds for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.fake_builds import FakeBuild

REPOSITORY = Path(__file__).resolve().parent.parent
TREE = REPOSITORY / ".collection"


def _make_tree() -> None:
    link = TREE / "ansible_collections" / "standalone" / "python"
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(REPOSITORY, target_is_directory=True)
    except FileExistsError:  # a parallel test worker, or an earlier run
        pass


_make_tree()
sys.path.insert(0, str(TREE))
sys.path.insert(0, str(REPOSITORY))  # for tests.support


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def old(mirror: Path) -> FakeBuild:
    from tests.support import fake_builds

    return fake_builds.make(mirror, "20260101")


@pytest.fixture
def new(mirror: Path) -> FakeBuild:
    from tests.support import fake_builds

    return fake_builds.make(mirror, "20260201")


@pytest.fixture(autouse=True)
def _sample_indexes_are_not_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sample indexes end years before the bundled catalogue, which is a warning; tests of that set their own date."""
    freshness = sys.modules.get("ansible_collections.standalone.python.plugins.plugin_utils._index.freshness")
    if freshness is not None:
        monkeypatch.setattr(freshness, "newest_bundled_release", lambda: "20180101")
