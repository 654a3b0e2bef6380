# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that an operator pastes: what hosts said is in them as data, or not at all."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.commands import Unsafe, restart, upgrade

LOOKUP = "{{ lookup('pipe', 'touch /tmp/owned') }}"


def option(command: str, name: str) -> str:
    words = shlex.split(command)
    return words[words.index(name) + 1]


@pytest.mark.parametrize("path", ["/opt/python/3.13", "/srv/my python/3.13", "/opt/a=b,c/3.13t", "/o"])
def test_a_path_travels_as_json(path: str) -> None:
    command = upgrade(["web1", "db-2.example.com"], name="3.10", path=path, verify=None)
    assert json.loads(option(command, "-e")) == {"upgrade_name": "3.10", "upgrade_path": path}
    assert option(command, "--limit") == "web1,db-2.example.com"
    assert shlex.split(command)[:2] == ["ansible-playbook", "standalone.python.upgrade"]


def test_a_repair_reads_every_file() -> None:
    settings = json.loads(option(upgrade(["web1"], name="3.13", path="/opt/3.13", verify="full"), "-e"))
    assert settings["upgrade_build_options"] == {"verify": "full"}


@pytest.mark.parametrize("unit", ["web.service", "app@2.service", r"system-a\x2db.service", "dbus-:1.2@0.service"])
def test_a_unit_travels_as_json(unit: str) -> None:
    command = restart(["web1"], unit=unit)
    assert json.loads(option(command, "-a")) == {"name": unit, "state": "restarted"}


@pytest.mark.parametrize(
    "path",
    [
        f"/opt/{LOOKUP}/3.13", f"/opt/python/3.13 upgrade_index={LOOKUP}", "/opt/{%x%}", "/opt/{#x#}", "/opt/{x",
        "/opt/x}}",
        "/opt/$(id)", "/opt/`id`", "/opt/a'b", '/opt/a"b', "/opt/a\\b", "/opt/a;b", "/opt/a|b", "/opt/!x", "/opt/a\nb",
        "/opt/\x1b[2J", "/opt/\u202egnp", "/opt/\ud800", "/opt/ü", "/opt/../etc", "/opt//x", "//opt", "/", "", "opt/x",
        "/opt/x/", "/opt/x ", "-e x", "@/etc/passwd", "/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_plain_path_gets_no_command(path: str) -> None:
    with pytest.raises(Unsafe) as error:
        upgrade(["web1"], name="3.13", path=path, verify=None)
    assert "No command is given, since the path" in str(error.value)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1500


@pytest.mark.parametrize(
    "unit",
    [
        f"{LOOKUP}.service", "{{x}}.service", "a{%b%}.service", "web.service state=stopped", "session-4.scope", "web",
        "-M x.service", "-x.service", "a\x1b[31m.service", "a\u202e.service", "a$(id).service", "a'b.service",
        r"a\y.service", "a" * 300 + ".service",
    ],
)  # fmt: skip
def test_what_is_no_plain_service_gets_no_command(unit: str) -> None:
    with pytest.raises(Unsafe, match="since the unit"):
        restart(["web1"], unit=unit)


@pytest.mark.parametrize(
    "hosts",
    [
        ["{{ x }}"], ["web1", f"a{LOOKUP}"], ["all"], ["ungrouped"], ["!web1"], ["&web1"], ["~web.*"], ["web*"],
        ["web[1:3]"],
        ["@/etc/passwd"], ["-i/tmp/x"], ["a,b"], ["a:b"], ["a b"], ["web1\n"], ["\x1bweb1"], ["w\u200beb1"],
        ["1::2%{{x}}"],
    ],
)  # fmt: skip
def test_what_is_no_plain_host_name_gets_no_command(hosts: Sequence[str]) -> None:
    with pytest.raises(Unsafe, match="since the host name"):
        upgrade(hosts, name="3.13", path="/opt/python/3.13", verify=None)
    with pytest.raises(Unsafe, match="since the host name"):
        restart(hosts, unit="web.service")


def test_an_ipv6_address_is_a_host_name() -> None:
    assert option(restart(["2001:db8::7"], unit="web.service"), "ansible") == "2001:db8::7"
