# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

RunModule = Callable[..., dict[str, Any]]


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> RunModule:
    """Runs a module as Ansible does, with these options, and returns what it printed."""
    testing = pytest.importorskip("ansible.module_utils.testing", reason="modules use ansible-core")

    def run(module: ModuleType, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        with testing.patch_module_args({**options, "_ansible_check_mode": check_mode}):
            with pytest.raises(SystemExit) as ended:
                module.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) is bool(result.get("failed"))
        return result

    return run
