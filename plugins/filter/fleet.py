# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions of the playbooks. What does not ask Ansible itself is in plugin_utils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._readable import message_lines
from ansible_collections.standalone.python.plugins.plugin_utils import _systemd
from ansible_collections.standalone.python.plugins.plugin_utils._console import warn
from ansible_collections.standalone.python.plugins.plugin_utils._fleet import answer as _host_answer
from ansible_collections.standalone.python.plugins.plugin_utils._fleet import upgrade, waves


def pids_of(entries: list[dict[str, Any]]) -> list[int]:
    try:
        return _host_answer.pids_in(entries)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def role_variables(names: list[str], role: str) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import require_role_variables

    try:
        require_role_variables(role, names)
    except StandaloneError as error:
        return str(error)
    return ""


def run_hosts(run: Mapping[str, Any], pattern: Any) -> Any:
    """The hosts that the check of the settings found; without it, none, and `pattern` where Ansible only lists.

    Ansible evaluates the hosts of plays that it skips, too, so this cannot be an error.
    """
    if run:
        return run["hosts"]
    given = context.CLIARGS.get
    if any(given(name) for name in ("listhosts", "listtags", "listtasks", "syntax")):
        return pattern
    skipped = given("skip_tags") or ("always",)
    if "always" in skipped:  # other tags leave out what the user gave them to
        warn(
            'The task "Check the settings" was left out, by --start-at-task, --skip-tags always, --step or a condition '
            "of import_playbook, so the playbook does nothing on any host. Run the whole playbook."
        )
    return "all,!all"


def readable(text: Any) -> str:
    return message_lines(str(text))


def rollback_lines(answer: dict[str, Any]) -> list[str]:
    try:
        return upgrade.rollback_lines(answer)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None


def upgrade_wave(batch: list[str], everyone: list[str], serial: list[int | str]) -> dict[str, Any]:
    wave = waves.Wave.of(batch, everyone, serial)
    return {"line": wave.begin(), "is_last": wave.is_last}


def upgrade_lines(
    batch: list[str],
    everyone: list[str],
    serial: list[int | str],
    hostvars: Mapping[str, Any],
    rolled_back: bool = False,
    check_mode: bool = False,
) -> list[str]:
    wave = waves.Wave.of(batch, everyone, serial)
    # To read the variables of a host takes a while, so those of all hosts are read only once in a run.
    names = everyone if rolled_back or wave.is_last else wave.hosts
    variables = [hostvars[name] for name in names]
    return waves.upgrade_lines(variables, wave, batch, is_rolled_back=rolled_back, check_mode=check_mode)


def install_lines(
    everyone: list[str], hostvars: Mapping[str, Any], lost: list[str], check_mode: bool = False
) -> list[str]:
    return waves.install_lines([hostvars[name] for name in everyone], lost, check_mode=check_mode)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "install_lines": install_lines,
            "pids_of": pids_of,
            "readable": readable,
            "role_variables": role_variables,
            "rollback_lines": rollback_lines,
            "run_hosts": run_hosts,
            "upgrade_lines": upgrade_lines,
            "upgrade_wave": upgrade_wave,
            "units_of": _systemd.units_of,
        }
