# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the playbook `audit`. Everything but the interface is in plugin_utils."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils import _audit, _audit_output
from ansible_collections.standalone.python.plugins.plugin_utils._release_cycle import ReleaseCycle


def audit_report(
    infos: dict[str, Any],
    groups: dict[str, Any],
    newest: dict[str, Any],
    today: str,
    cycle: str = "",
    cycle_source: str = "",
) -> dict[str, Any]:
    try:
        dates = ReleaseCycle.from_text(cycle, cycle_source) if cycle else ReleaseCycle.bundled()
        return _audit.report(infos, groups, _audit.Yardstick(newest, dates, date.fromisoformat(today)))
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def audit_series(infos: list[dict[str, Any]]) -> list[str]:
    try:
        return _audit.all_series(infos)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "audit_csv": _audit_output.as_csv,
            "audit_html": _audit_output.as_html,
            "audit_report": audit_report,
            "audit_series": audit_series,
        }
