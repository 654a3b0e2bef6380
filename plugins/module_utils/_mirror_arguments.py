# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of `mirror`, which module and action plugin both need. The documentation stands in the module."""

from __future__ import annotations

from typing import Any

from ._argspec import ASSET_ARGUMENTS, URL_ARGUMENTS

# What the controller makes assets of, and the module never sees.
DECLARATION_ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "targets": {"type": "list", "elements": "str"},
    "flavors": {"type": "list", "elements": "str", "choices": ["install_only_stripped", "install_only", "full"]},
    "build_options": {"type": "str"},
    "prerelease": {"type": "bool", "default": False},
    "releases": {"type": "int", "default": 2},
}

MIRROR_ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True, "aliases": ["dest"]},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "builds": {"type": "list", "elements": "dict", "options": DECLARATION_ARGUMENTS},
    "assets": {"type": "list", "elements": "dict", "options": ASSET_ARGUMENTS},
    "index": {"type": "list", "elements": "str"},
    "mirror": {"type": "list", "elements": "str"},
    "min_age": {"type": "str"},
    "index_max_age": {"type": "str"},
    "bundles": {"type": "bool", "default": False},
    "attestations": {"type": "dict", "default": {}},
    "parallel": {"type": "int", "default": 4},
    "verify": {"type": "str", "choices": ["quick", "full"], "default": "quick"},
    **URL_ARGUMENTS,
}
