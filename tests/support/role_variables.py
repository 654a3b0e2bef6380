# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role `interpreter`, as its filter gets them, and what it says when they are contradictory."""

from __future__ import annotations

from typing import Any

NEITHER = (
    "Cannot choose the builds of this host: neither interpreter_name nor interpreter_builds is set. For one build, "
    'write interpreter_name: "3.13"; for several, interpreter_builds, a list whose items have a name.'
)
BOTH = (
    "Cannot choose the builds of this host: interpreter_builds is set, and interpreter_name too, which is for one "
    "build. Leave out one of them."
)


def variables(**given: Any) -> dict[str, Any]:
    unset = dict.fromkeys(("name", "asset", "path", "store", "virtualenv", "requirements", "root", "default"))
    return {**unset, "builds_dir": "/opt/python", "state": "present", "links": {}, **given}
