# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._readable import readable
from ansible_collections.standalone.python.plugins.plugin_utils._systemd import require_services, units_of


@pytest.mark.parametrize("unit", ["app", "a b.service", "../x.service", "x.socket", "*.service", "a\x1b[m.service"])
def test_what_is_no_service_is_refused(unit: str) -> None:
    with pytest.raises(InvalidName) as error:
        require_services(["app.service", unit], "systemd_units")
    assert str(error.value) == (
        f"Cannot use {readable(unit)} of systemd_units: it is no name of a service. Write it with its suffix, as in "
        "myapp.service."
    )


@pytest.mark.parametrize(
    ("group", "unit"),
    [
        ("0::/system.slice/web.service", "web.service"),
        ("0::/system.slice/web.service/workers", "web.service"),
        ("0::/system.slice/system-app.slice/app@2.service", "app@2.service"),
        ("0::/user.slice/user-1000.slice/session-4.scope", "session-4.scope"),
        ("1:name=systemd:/system.slice/web.service", "web.service"),
        ("1:name=systemd:/system.slice/web.service\n/proc/7/cgroup:0::/", "web.service"),
        ("1:name=systemd:/\n/proc/7/cgroup:0::/system.slice/web.service", "web.service"),
        ("1:name=systemd:/\n/proc/7/cgroup:0::/", "process 7"),
        ("0::/", "process 7"),
        ("0::/init.scope", "init.scope"),
    ],
)
def test_processes_belong_to_units(group: str, unit: str) -> None:
    text = f"/proc/7/cgroup:4:memory:/elsewhere.service\n/proc/7/cgroup:{group}\n/proc/8/cgroup:0::/other.service\n"
    assert units_of(text, [7, 9]) == [unit]


@pytest.mark.parametrize("end", ["\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028"])
def test_no_name_of_a_group_is_taken_for_another_line(end: str) -> None:
    line = "/proc/8/cgroup:0::/system.slice/sshd.service"
    text = f"/proc/7/cgroup:0::/user.slice/user-1000.slice/user@1000.service/x{end}{line}\n"
    assert units_of(text, [7, 8]) == ["user@1000.service"]


@pytest.mark.parametrize(
    "name", ["a\x1b[2Jb", "a b", "a\u202eb", "{{7*7}}", "=1+1", "a'b", "$(id)", "\u0430"], ids=ascii
)
def test_what_no_unit_can_be_called_is_none(name: str) -> None:
    assert units_of(f"/proc/7/cgroup:0::/system.slice/{name}.service\n", [7]) == ["process 7"]


def test_a_number_that_no_process_has_is_no_error() -> None:
    assert units_of(f"/proc/{'9' * 5000}/cgroup:0::/a.service\n/proc/\u0667/cgroup:0::/b.service\n", [7]) == []
