# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays of the playbooks, whatever options and configuration Ansible is run with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="ansible-core is not installed here")
import yaml
from ansible import context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.standalone.python.plugins.filter import fleet

PLAYBOOKS = sorted((Path(__file__).resolve().parents[2] / "playbooks").glob("*.yml"))
PLAYS = [
    pytest.param(play, id=f"{file.stem}-{number}")
    for file in PLAYBOOKS
    for number, play in enumerate(yaml.safe_load(file.read_text()))
]


def keywords(content: Any) -> Iterator[str]:
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from keywords(value)
    if isinstance(content, dict):
        yield from content


@pytest.mark.parametrize("play", PLAYS)
def test_plays_that_need_the_linear_strategy_ask_for_it(play: dict[str, Any]) -> None:
    """Others run `run_once` tasks on each host at once, and ignore `any_errors_fatal`."""
    if {"run_once", "any_errors_fatal"} & {*keywords(play)} or play["name"] == "Check the settings":
        assert play.get("strategy") == "linear"


@pytest.mark.parametrize("play", PLAYS)
def test_all_plays_but_the_check_take_their_hosts_from_it(play: dict[str, Any]) -> None:
    assert play["name"] == "Check the settings" or "__run | default({}) | standalone.python.run_hosts(" in " ".join(
        play["hosts"].split()
    )


@pytest.mark.parametrize(
    ("run", "given", "hosts", "is_warned"),
    [
        ({"hosts": "web"}, {"start_at_task": "Upgrade"}, "web", False),
        ({}, {"skip_tags": ("upgrade",)}, "all,!all", False),  # which the import of the playbook has
        ({}, {}, "all,!all", True),  # by a condition of the import
        ({}, {"skip_tags": ("always",)}, "all,!all", True),
        ({}, {"start_at_task": "Roll back"}, "all,!all", True),
        ({}, {"step": True}, "all,!all", True),
        ({}, {"listhosts": True, "skip_tags": ("always",)}, "db", False),
        ({}, {"listtasks": True}, "db", False),
        ({}, {"listtags": True}, "db", False),
        ({}, {"syntax": True}, "db", False),
    ],
)
def test_without_the_check_of_the_settings_no_host_is_touched(
    monkeypatch: pytest.MonkeyPatch, run: dict[str, Any], given: dict[str, Any], hosts: str, is_warned: bool
) -> None:
    """The pattern of the settings is not known then, and the default would be all hosts."""
    warnings: list[str] = []
    monkeypatch.setattr(fleet, "warn", warnings.append)
    monkeypatch.setattr(context, "CLIARGS", CLIArgs(given))
    assert fleet.run_hosts(run, "db") == hosts
    assert len(warnings) == is_warned
