# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the playbook `audit`. Everything but the interface is in plugin_utils.

Each filter imports that code when it is called: to find one filter of a collection, Ansible loads all filter files,
again for each host and task.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError


def audit_report(
    infos: dict[str, Any],
    groups: dict[str, Any],
    newest: dict[str, Any],
    now: str,
    cycle_url: str = "",
    advisories: dict[str, Any] | None = None,
) -> dict[str, Any]:
    from datetime import datetime

    from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import Advisories
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import audit
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle

    try:
        dates = ReleaseCycle.from_url(cycle_url) if cycle_url else ReleaseCycle.bundled()
        known = Advisories.from_dict(advisories) if advisories else Advisories()
        at = datetime.fromisoformat(now.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
        return audit.report(infos, groups, audit.Baseline(newest, dates, at, known))
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def audit_failures(report: dict[str, Any], kinds: str | list[str] | None) -> list[str]:
    from ansible.module_utils.common.validation import check_type_list

    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import audit

    return audit.failures(report, [kind.strip() for kind in check_type_list(kinds or [])])


def audit_series(infos: list[dict[str, Any]]) -> list[str]:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import audit

    return audit.all_series(infos)


def audit_affected(report: dict[str, Any]) -> list[str]:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import affected

    return affected.affected_lines(report)


def audit_csv(report: dict[str, Any]) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import spreadsheet

    return spreadsheet.as_csv(report)


def audit_metrics(report: dict[str, Any]) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import metrics

    return metrics.as_metrics(report)


def audit_sboms(report: dict[str, Any], form: str) -> list[dict[str, str]]:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import sboms

    return list(sboms.documents(report, form))


def audit_html(report: dict[str, Any]) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet import page

    return page.as_html(report)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "audit_affected": audit_affected,
            "audit_csv": audit_csv,
            "audit_failures": audit_failures,
            "audit_html": audit_html,
            "audit_metrics": audit_metrics,
            "audit_report": audit_report,
            "audit_sboms": audit_sboms,
            "audit_series": audit_series,
        }
