# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of `links_info` makes of its options before it looks at the host."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._links.options import LINKS_INFO_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._links.task import LinksTask
from tests.support.action_host import Host

DEFAULTS = {name: argument.get("default") for name, argument in LINKS_INFO_ARGUMENTS.items()}


def params(**options: Any) -> dict[str, Any]:
    build = {"path": "~/3.13", "store": None, "virtualenv": "$HOME/env", "requirements": None, "is_default": False}
    absent = {"executable": None, "executables": None, "release": None}
    return {**DEFAULTS, "builds": [{**build, **absent}], **options}


def test_paths_have_the_values_of_the_host(tmp_path: Path) -> None:
    """A build that goes has no result with its path, so the role hands on what the user wrote."""
    controller: Any = SimpleNamespace(has_module=lambda _name: True, is_delegated=True)
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "python3.13"
    link.symlink_to(tmp_path / "3.13" / "bin" / "python3.13")
    options = params(link_dir="$HOME/bin", alternatives="links")
    result = LinksTask.from_params(options, controller, Host(str(tmp_path))).run()
    assert result["unlink"] == [str(link)]


def test_a_root_has_none(tmp_path: Path) -> None:
    controller: Any = None
    with pytest.raises(InvalidName, match="path is '~/3.13'"):
        LinksTask.from_params(params(root=str(tmp_path)), controller, Host(str(tmp_path)))
