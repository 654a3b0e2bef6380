# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of `links_info`, whose documentation is in the module."""

from __future__ import annotations

from typing import Any

LINKED_BUILD_ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True},
    "store": {"type": "str"},
    "executable": {"type": "str"},
    "executables": {"type": "list", "elements": "str"},
    "release": {"type": "str"},
    "virtualenv": {"type": "str"},
    "requirements": {"type": "str"},
    "is_default": {"type": "bool", "default": False},
}

LINKS_INFO_ARGUMENTS: dict[str, dict[str, Any]] = {
    "builds": {"type": "list", "elements": "dict", "required": True, "options": LINKED_BUILD_ARGUMENTS},
    "alternatives": {"type": "str", "choices": ["auto", "alternatives", "links", "none"], "default": "auto"},
    "priority": {"type": "int", "default": 100},
    "link_dir": {"type": "str", "default": "/usr/local/bin"},
    "man_dir": {"type": "str"},
    "allow_system": {"type": "bool", "default": False},
    "root": {"type": "str"},
    "profile": {"type": "bool", "default": False},
    "profile_dir": {"type": "str", "default": "/etc/profile.d"},
    "csh_dir": {"type": "str", "default": "/etc/csh/login.d"},
    "fish_dir": {"type": "str", "default": "/etc/fish/conf.d"},
    "environment_d": {"type": "bool", "default": False},
    "environment_dir": {"type": "str", "default": "/etc/environment.d"},
    "systemd_units": {"type": "list", "elements": "str", "default": []},
    "systemd_dir": {"type": "str", "default": "/etc/systemd/system"},
}
