# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_builds import MINOR
from tests.support.index_documents import versions_index

if TYPE_CHECKING:  # without Ansible, nothing here is used
    from tests.support.action_host import Host


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    from tests.support.action_host import Host

    if platform.machine() != "x86_64":
        pytest.skip("the made-up builds are for x86-64")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "controller home"))
    uvs = ("UV_PYTHON_INSTALL_MIRROR", "UV_ASTRAL_MIRROR_URL", "UV_PYTHON_DOWNLOADS_JSON_URL")
    for name in (*uvs, "ANSIBLE_STANDALONE_PYTHON_INDEX", "ANSIBLE_STANDALONE_PYTHON_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    return Host(str(tmp_path / "home"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "opt" / MINOR


@pytest.fixture
def index(tmp_path: Path) -> str:
    """Two releases of the version that these tests know a build of."""
    from tests.support.action_host import NEW, OLD, file_name

    file = tmp_path / "index.ndjson"
    file.write_bytes(versions_index(file_name(OLD), file_name(NEW)))
    return str(file)
