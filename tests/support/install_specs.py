# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders for tests that call the host's code without Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from tests.support.fake_builds import FakeBuild


def spec(path: Path, build: FakeBuild | None = None, **params: Any) -> InstallSpec:
    """An order to have `build` at `path`, from what `fake_builds` made, without bytecode and tried out quickly."""
    given: dict[str, Any] = {"path": str(path), "compile_bytecode": False, "health_imports": ["zlib"], **params}
    if build:
        given.setdefault("asset", build.asset())
        given.setdefault("archive", str(build.archive))
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    return InstallSpec.from_params({**defaults, **given})
