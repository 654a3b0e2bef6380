# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that the role `interpreter` derives from its variables. Everything but the interface is in plugin_utils."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._before_fork import load_filters_and_tests
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role import builds as _builds
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role import findings as _findings
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role import options as _options
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role import records as _records


def interpreter_builds(given: list[dict[str, Any]] | None, variables: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return _builds.interpreter_builds(given, variables)
    except StandaloneError as error:
        return _builds.refused(str(error))


def interpreter_checked(builds: list[dict[str, Any]], faults: list[str]) -> list[dict[str, Any]]:
    return list(_builds.checked(builds, faults))


def interpreter_linked(results: list[dict[str, Any]], builds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return _options.interpreter_linked(results, builds)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def interpreter_uses(info: dict[str, Any], builds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return _options.interpreter_uses(info, builds)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def interpreter_records(
    info: dict[str, Any], builds: list[dict[str, Any]], sbom: str | None, local_fact: bool | None
) -> dict[str, list[Any]]:
    try:
        return _records.interpreter_records(info, builds, sbom, local_fact)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def interpreter_findings(
    look: dict[str, Any], installed: list[dict[str, Any]], absent: list[dict[str, Any]]
) -> list[str]:
    return _findings.interpreter_findings(look, installed, absent)


def interpreter_pip_output(printed: Any) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.pip_output import without_logins

    return without_logins(str(printed))


def is_module(name: str) -> bool:
    from ansible.plugins.loader import module_loader

    load_filters_and_tests()  # the role asks this in the main process, before its first task
    return bool(module_loader.has_plugin(name))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "interpreter_builds": interpreter_builds,
            "interpreter_checked": interpreter_checked,
            "interpreter_findings": interpreter_findings,
            "interpreter_linked": interpreter_linked,
            "interpreter_pip_output": interpreter_pip_output,
            "interpreter_records": interpreter_records,
            "interpreter_uses": interpreter_uses,
            "is_module": is_module,
        }
