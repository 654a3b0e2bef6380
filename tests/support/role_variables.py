# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role `interpreter`, as its filter gets them."""

from __future__ import annotations

from typing import Any


def variables(**given: Any) -> dict[str, Any]:
    unset = dict.fromkeys(("name", "asset", "path", "store", "venv", "requirements", "root", "default"))
    return {**unset, "builds_dir": "/opt/python", "state": "present", "links": {}, **given}
