# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be in the artifact, and what may not."""

from __future__ import annotations

import artifact
import pytest

NEEDED = [
    "README.md",
    "MANIFEST.json",
    "LICENSES/GPL-3.0-or-later.txt",
    "changelogs",
    "changelogs/changelog.yaml",
    "meta/runtime.yml",
    "plugins/plugin_utils/_probe/probe.sh",
    "roles/interpreter/tasks/main.yml",
]
NOT_NEEDED = [
    ".ci/run",
    ".venv/bin/pip",
    "CONTRIBUTING.md",
    "Makefile",
    "benchmarks/bench.py",
    "changelogs/fragments/1-x.yml",
    "plugins/.hidden",
    "plugins/modules/__pycache__/build.cpython-313.pyc",
    "standalone.tar.gz",
    "tests/conftest.py",
]


@pytest.mark.parametrize("name", NEEDED)
def test_users_need(name: str) -> None:
    assert artifact.is_for_users(name)


@pytest.mark.parametrize("name", NOT_NEEDED)
def test_users_do_not_need(name: str) -> None:
    assert not artifact.is_for_users(name)
