# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions of the playbooks for one host. Everything but the interface is in plugin_utils."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._readable import message_lines
from ansible_collections.standalone.python.plugins.plugin_utils import _systemd
from ansible_collections.standalone.python.plugins.plugin_utils._fleet import answer as _host_answer
from ansible_collections.standalone.python.plugins.plugin_utils._fleet import upgrade


def pids_of(entries: list[dict[str, Any]]) -> list[int]:
    try:
        return _host_answer.pids_in(entries)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def role_variables(names: list[str], role: str) -> bool:
    from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import require_role_variables

    try:
        require_role_variables(role, names)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None
    return True


def readable(text: Any) -> str:
    return message_lines(str(text))


def rollback_lines(answer: dict[str, Any]) -> list[str]:
    try:
        return upgrade.rollback_lines(answer)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "pids_of": pids_of,
            "readable": readable,
            "role_variables": role_variables,
            "rollback_lines": rollback_lines,
            "units_of": _systemd.units_of,
        }
