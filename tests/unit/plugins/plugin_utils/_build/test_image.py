# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What depends on the platform is in the action's tests."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.timestamps import EPOCH_VARIABLE
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import (RUNNING, TargetRoot)
from ansible_collections.standalone.python.plugins.plugin_utils._build.image import exported_epoch

OWN = [{"HTTP_PROXY": "x"}]


def test_the_controllers_epoch_is_handed_on_and_gives_way_to_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, "7")
    task = SimpleNamespace(environment=OWN)
    with exported_epoch(task, TargetRoot("/mnt/image")):
        assert task.environment == [{EPOCH_VARIABLE: "7"}, *OWN]
    assert task.environment is OWN


@pytest.mark.parametrize(("epoch", "system"), [("7", RUNNING), ("", TargetRoot("/mnt/image"))])
def test_else_nothing_is(monkeypatch: pytest.MonkeyPatch, epoch: str, system: TargetRoot) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, epoch)
    task = SimpleNamespace(environment=OWN)
    with exported_epoch(task, system):
        assert task.environment is OWN
