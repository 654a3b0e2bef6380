# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What depends on the platform is in the action's tests."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.target_root import RUNNING, TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._os.timestamps import EPOCH_VARIABLE
from ansible_collections.standalone.python.plugins.plugin_utils._build.image import exported_epoch


@pytest.mark.parametrize(
    ("epoch", "system", "exported"),
    [
        ("7", TargetRoot("/mnt/image"), {EPOCH_VARIABLE: "7"}),
        ("7", RUNNING, {}),
        ("", TargetRoot("/mnt/image"), {}),
    ],
)
def test_the_controllers_epoch_is_for_images(
    monkeypatch: pytest.MonkeyPatch, epoch: str, system: TargetRoot, exported: dict[str, str]
) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, epoch)
    assert exported_epoch(system) == exported
