# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text that a module printed on a host, before Ansible reads it.

Ansible shows the warnings in it, and whatever is printed around the JSON, while it reads: too early for the action
plugin that asked for the result. So both are made readable here. All else in the JSON stays as it is.
"""

from __future__ import annotations

import json
import re

from ansible_collections.standalone.python.plugins.module_utils._readable import readable_data

_SHOWN = ("warnings", "deprecations")
_UNPRINTABLE = re.compile(r"[^\n\r\t -~]")


def readable_output(printed: str) -> str:
    """The same JSON, with readable warnings, and nothing around it that a terminal would obey or hide."""
    text = _UNPRINTABLE.sub(_as_json, printed)  # the same to a reader of JSON
    start = text.find("{")
    if start < 0 or not any(f'"{key}"' in text for key in _SHOWN):
        return text
    try:
        result, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):  # Ansible says what is wrong with it
        return text
    shown = {key: readable_data(result[key]) for key in _SHOWN if key in result}
    return text[:start] + json.dumps({**result, **shown}) + text[end:]


def _as_json(char: re.Match[str]) -> str:
    return json.dumps(char[0])[1:-1]
