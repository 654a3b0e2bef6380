# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of `wiring`, for the module and its action plugin. The documentation stands in the module."""

from __future__ import annotations

from typing import Any

_CHOICE: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "path": {"type": "str", "required": True},
}
_LINK: dict[str, dict[str, Any]] = {**_CHOICE, "link": {"type": "str", "required": True}}

WIRING_ARGUMENTS: dict[str, dict[str, Any]] = {
    "directories": {"type": "list", "elements": "str", "default": []},
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"path": {"type": "str", "required": True}, "target": {"type": "str", "required": True}},
    },
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"path": {"type": "str", "required": True}, "content": {"type": "str", "required": True}},
    },
    "absent": {"type": "list", "elements": "str", "default": []},
    "root": {"type": "str"},
    "release": {"type": "str"},
    "unregister": {"type": "list", "elements": "dict", "default": [], "options": _CHOICE},
    "register": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **_LINK,
            "priority": {"type": "int", "default": 50},
            "subcommands": {"type": "list", "elements": "dict", "default": [], "options": _LINK},
            "again": {"type": "bool", "default": False},
        },
    },
}
