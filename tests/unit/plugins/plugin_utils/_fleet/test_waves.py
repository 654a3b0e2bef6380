# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that the playbooks upgrade and install show: waves, hosts, and how the run ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the filters run on the controller")

from ansible_collections.standalone.python.plugins.filter.fleet import FilterModule
from ansible_collections.standalone.python.plugins.plugin_utils._fleet import waves

OLD, NEW = "3.13.5+20250723", "3.13.6+20250807"
HOSTS = ["canary", "web1", "web2", "web3", "web4", "web5", "web6", "web7"]
DEFAULT = [1, "10%", "100%"]
FILTERS = FilterModule().filters()


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """All hosts began at 1000, and the lines are made 30 seconds later."""
    monkeypatch.setattr(waves.time, "time", lambda: 1030.4)


def full(name: str) -> str:
    return f"cpython-{name}-x86_64-unknown-linux-gnu-install_only_stripped"


def variables(name: str, action: str | None = "upgrade", **more: Any) -> dict[str, Any]:
    """The variables of a host that the decision of `action` was made for; without one, it was lost before."""
    if action is None:
        return {"inventory_hostname": name}
    step = {"action": action, "note": "", "previous": full(OLD), "asset": {"name": full(NEW)}, "started": 1000.0}
    done = {"changed": action == "upgrade", "timings": {"total_s": 2.04}}
    return {"inventory_hostname": name, "upgrade__step": step, "upgrade__done": done, **more}


def lines(batch: Sequence[str], serial: list[Any], *everyone: dict[str, Any], **options: bool) -> list[str]:
    hostvars = {one["inventory_hostname"]: one for one in everyone}
    found: list[str] = FILTERS["upgrade_lines"](list(batch), list(hostvars), serial, hostvars, **options)
    return found


@pytest.mark.parametrize(
    ("batch", "count", "serial", "line"),
    [
        (["canary"], 3, DEFAULT, "Wave 1 of 3: canary"),
        (["web1"], 3, DEFAULT, "Wave 2 of 3: web1"),
        (["web2"], 3, DEFAULT, "Wave 3 of 3: web2"),
        (["canary"], 1, DEFAULT, "Wave 1 of 1: canary"),
        (["web4"], 8, [1, 2], "Wave 3 of 5: web3, web4"),  # the last size counts for all others
        (["web7"], 8, ["50%"], "Wave 2 of 2: web4, web5, web6, web7"),
        (["web3"], 8, [1, "100%"], "Wave 2 of 2: web1, web2, web3, web4, web5 and 2 more"),
        (["canary"], 8, [1, "1%", "100%"], "Wave 1 of 3: canary"),  # a share is one host at least
    ],
)
def test_a_line_for_the_wave_that_begins(batch: list[str], count: int, serial: list[Any], line: str) -> None:
    number, last = (int(word.rstrip(":")) for word in line.split()[1:4:2])
    assert FILTERS["upgrade_wave"](batch, HOSTS[:count], serial) == {"line": line, "is_last": number == last}


@pytest.mark.parametrize(
    ("host", "line"),
    [
        (variables("web1"), f"web1: {OLD} -> {NEW}, 2.0 s"),
        (
            variables("web1", upgrade__health={"delta": "0:01:02.500000"}),
            f"web1: {OLD} -> {NEW}, 64.5 s",
        ),
        (variables("web1", upgrade__health={"delta": "9" * 400 + ":0:0"}), f"web1: {OLD} -> {NEW}, 2.0 s"),
        (variables("web1", upgrade__done={"changed": True}), f"web1: {OLD} -> {NEW}"),
        (
            variables("web1", upgrade__done={"changed": True, "timings": {"total_s": "\x1b[2J"}}),
            f"web1: {OLD} -> {NEW}",
        ),
        (
            variables("web1", "provisional", upgrade__done={"changed": False}),
            f"web1: {OLD} -> {NEW}, installed by an earlier run",
        ),
        (variables("web1", "current", upgrade__done={"changed": False}), f"web1: has {NEW} already"),
        (variables("web1", "current", upgrade__done={"changed": True}), f"web1: {NEW} repaired"),
        (
            variables(
                "web1",
                upgrade__step={"action": "newer", "note": "/p has a newer build already."},
                upgrade__done={"skipped": True},
            ),
            "web1: not upgraded. /p has a newer build already",
        ),
        (variables("web1", upgrade__done={"unreachable": True}), "web1: failed or could not be reached, see above"),
        (variables("web1", upgrade__done={"timings": "x"}), f"web1: {OLD} -> {NEW}"),
        (variables("web1", None), "web1: failed or could not be reached, see above"),
    ],
)
def test_a_line_for_each_host(host: dict[str, Any], line: str) -> None:
    assert lines(["web1"], [1], host)[0] == line


def test_a_line_for_each_wave_and_one_for_the_run() -> None:
    everyone = [
        variables("canary"),
        variables("web1", "current", upgrade__done={"changed": False}),
        variables("web2", None),
    ]
    assert lines(["canary"], [1, "100%"], *everyone)[1:] == ["Wave 1 of 2 ended after 30 s: 1 upgraded, 0 not"]
    assert lines(["web1"], [1, "100%"], *everyone)[2:] == [
        "Wave 2 of 2 ended after 30 s: 0 upgraded, 1 not, 1 failed or not reached",
        "The run ended after 30 s: 1 upgraded, 1 not, 1 failed or not reached",
    ]
    assert lines(["canary"], ["100%"], everyone[0], check_mode=True)[-1] == (
        "The run ended after 30 s: 1 to be upgraded, 0 not"
    )


def test_the_lines_of_a_wave_that_failed() -> None:
    everyone = [
        variables("canary"),
        variables("web1"),
        variables("web2", upgrade__failure="The health command: it failed."),
        variables("web3", "current", upgrade__done={"changed": False}),
        variables("web4", None),
    ]
    lost = lines(["web1", "web3"], [1, 3], *everyone, rolled_back=True)  # web2 did not get its build back
    assert lost[1] == "web2: failed or could not be reached, see above"
    assert lines(["web1", "web2", "web3"], [1, 3], *everyone, rolled_back=True) == [
        f"web1: passed with {NEW}, has {OLD} again, 2.0 s",
        f"web2: failed with {NEW}, has {OLD} again, 2.0 s",
        f"web3: passed with {NEW}, and keeps it",
        "Wave 2 of 3 failed after 30 s: web2",
        "The run stopped after 30 s: 1 host of earlier waves keeps the new build, "
        "1 host of later waves was not touched",
    ]


def test_the_variables_of_all_hosts_are_read_for_the_last_line_only() -> None:
    class Counted(dict[str, Any]):
        reads = 0

        def __getitem__(self, name: str) -> Any:
            Counted.reads += 1
            return super().__getitem__(name)

    hostvars = Counted({name: variables(name) for name in HOSTS})
    for name in HOSTS:
        FILTERS["upgrade_lines"]([name], HOSTS, [1], hostvars)
    assert Counted.reads == (len(HOSTS) - 1) + len(HOSTS)


def test_what_the_playbook_install_changed() -> None:
    build = {"version": "3.13.6", "release": "20250807"}
    older = {"version": "3.13.5", "release": "20250723"}
    made = {"changed": True, "path": "/opt/python/3.13", "build": build, "timings": {"total_s": 3.26}}
    everyone = [
        {
            "inventory_hostname": "web1",
            "interpreter_installed": {
                "results": [{**made, "previous": None}, {**made, "path": "/p", "previous": older}]
            },
        },
        {
            "inventory_hostname": "web2",
            "interpreter_installed": {"results": [{**made, "changed": False}]},
            "interpreter__look": {"differs": ["links", "absent"]},
            "interpreter_removed": {"results": [{"changed": True, "path": "/opt/python/3.12"}]},
        },
        {"inventory_hostname": "web3", "interpreter_installed": {"skipped": True}},
        {
            "inventory_hostname": "web4",  # of an earlier run of the role: this one removes nothing
            "interpreter__look": {"differs": []},
            "interpreter_removed": {"results": [{"changed": True, "path": "/opt/python/3.12"}]},
        },
    ]
    hostvars = {one["inventory_hostname"]: one for one in everyone}
    assert FILTERS["install_lines"](list(hostvars), hostvars, ["web4"]) == [
        "web1: /opt/python/3.13: 3.13.6+20250807, 3.3 s",
        "web1: /p: 3.13.5+20250723 -> 3.13.6+20250807, 3.3 s",
        "web2: /opt/python/3.12: removed",
        "3 paths on 2 of 4 hosts got or lost a build, 1 host failed or not reached",
    ]
    assert FILTERS["install_lines"](["web3"], hostvars, [], check_mode=True) == [
        "0 paths on 0 of 1 host would get or lose a build"
    ]
