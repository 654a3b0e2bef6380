# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be in a variable of a playbook."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="types are converted as Ansible converts them")

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import playbooks, spec_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.values import BadValue, fault_in, waves_of

SETTINGS = {name: setting for playbook in playbooks() for name, setting in spec_of(playbook).settings.items()}

GOOD: list[tuple[str, Any]] = [
    ("upgrade_name", "3.13"),
    ("upgrade_name", 3.13),  # as YAML has it without quotes
    ("upgrade_name", ">=3.12,<3.14"),
    ("upgrade_path", None),
    ("upgrade_path", "/opt/python/3.13"),
    ("upgrade_path", "~/python/3.13"),
    ("rollback_path", "$HOME/python/3.13"),
    ("audit_stores", ["~ops/python/.builds"]),
    ("upgrade_hosts", "web:!web3"),
    ("upgrade_hosts", ["web", "db"]),
    ("upgrade_serial", "100%"),
    ("upgrade_serial", 5),
    ("upgrade_health_command", ""),
    ("upgrade_health_command", "curl x | grep ok"),
    ("upgrade_before_command", ""),
    ("upgrade_pause", "600"),
    ("upgrade_pause", 0),
    ("upgrade_restart_services", "web worker.service"),
    ("upgrade_restart_services", ["web@1.service"]),
    ("upgrade_restart_services", []),
    ("upgrade_min_age", 7),
    ("upgrade_prerelease", "yes"),
    ("upgrade_index", "bundled"),
    ("upgrade_index", ["https://example.com/index", "bundled"]),
    ("upgrade_build_options", {"ca_path": "/x", "verify": "full"}),
    ("upgrade_build_options", '{"timeout": 3}'),
    ("audit_verify", "none"),
    ("audit_dir", "reports/of/today"),
    ("lock_file", "/dev/null"),
    ("audit_fail_on", "drifted,without_answer"),
    ("audit_fail_on", ["past_end_of_life"]),
    ("upgrade_exclude", "3.13.6+20250807,20250901"),
    ("upgrade_exclude", [20250807]),
    ("upgrade_exclude", ">=3.13.0,<3.13.2,20250807"),
    ("lock_exclude", [">=3.13.0,<3.13.2"]),
    ("rollback_from_build", "any"),
    ("audit_stores", "/opt/python/.builds,/srv/.builds"),
    ("audit_cycle_url", "file:///srv/cycle.json"),
    ("rollback_from_build", 20250807),
    ("rollback_from_build", "3.13.6+20250807"),
    ("lock_names", "3.12 >=3.12,<3.14"),
    ("lock_names", [3.13, "latest"]),
    ("lock_url_options", {"url_password": "x"}),
    ("bootstrap_keep", "2"),
    ("bootstrap_path", "~/python/3.13"),
    ("interpreter_builds", [{"name": "3.13"}]),
    ("interpreter_builds", [{"name": 3.12, "exclude": [20250807], "keep": "0", "min_age": None, "mirror": ""}]),
    ("interpreter_builds", [{"asset": {"name": "x"}, "health_imports": [], "validate_certs": "no", "headers": {}}]),
    ("interpreter_index_max_age", 0),
]

BAD: list[tuple[str, Any, str]] = [
    ("upgrade_name", "", "is ''. Give it a value, or leave it out."),
    ("upgrade_name", ["3.13"], "is ['3.13']. Write a text, in quotes."),
    ("upgrade_name", "3.x", "is '3.x'. '3.x' does not name a build."),
    ("upgrade_path", "opt/3.13", "is 'opt/3.13'. That is relative. Write it from the root."),
    ("upgrade_path", "~/../3.13", "is '~/../3.13'. "),
    ("upgrade_path", "/", "is '/'. "),
    ("upgrade_path", "/opt/a\x1b[2J", "is '/opt/a\\x1b[2J'. "),
    ("rollback_path", "", "is ''. Give it a value, or leave it out."),
    ("upgrade_hosts", [], "is []. Write a pattern of hosts, such as web or web:!web3."),
    ("upgrade_hosts", ["web", " "], "is ['web', ' ']. Write a pattern of hosts"),
    ("upgrade_hosts", True, "is True. Write a pattern of hosts"),
    ("upgrade_hosts", {"web": 1}, "is a dictionary. Write a pattern of hosts"),
    ("upgrade_serial", 0, "is 0. Write numbers of hosts from 1 and shares from 1% to 100%"),
    ("upgrade_serial", [1, "110%"], "is [1, '110%']. Write numbers of hosts"),
    ("upgrade_serial", [True], "is [True]. Write numbers of hosts"),
    ("upgrade_serial", -1, "is -1. Write numbers of hosts"),
    ("upgrade_serial", [], "is []. Write numbers of hosts"),
    ("upgrade_serial", "ten", "is 'ten'. Write numbers of hosts"),
    ("upgrade_serial", {"a": 1}, "is a dictionary. Write numbers of hosts"),
    ("upgrade_pause", -1, "is -1. Write a number of seconds, 0 for none and at most 604800."),
    ("upgrade_pause", 604801, "is 604801. Write a number of seconds, 0 for none and at most 604800."),
    ("upgrade_pause", math.inf, "is inf. Write a whole number."),
    ("upgrade_pause", "10m", "is '10m'. Write a whole number."),
    ("upgrade_health_command", ["curl", "x"], "is ['curl', 'x']. Write a text, in quotes."),
    ("upgrade_health_command", True, "is True. Write a text, in quotes."),
    ("upgrade_health_command", 7, "is 7. Write a text, in quotes."),
    ("upgrade_before_command", 1.5, "is 1.5. Write a text, in quotes."),
    ("audit_dir", "/dev/null", "is '/dev/null'. That is a file on the controller. Choose the path of a directory."),
    ("audit_dir", "/dev/null/x", "is '/dev/null/x'. /dev/null is no directory on the controller. Make it, or choose"),
    ("lock_file", "/dev/", "is '/dev/'. That is a directory on the controller. Choose the path of a file."),
    ("lock_file", "/dev/nowhere/x", "is '/dev/nowhere/x'. /dev/nowhere is no directory on the controller. Make it, or"),
    ("upgrade_restart_services", ["a/b"], "is ['a/b']. Write names of services, such as web.service."),
    ("upgrade_restart_services", [""], "is ['']. Leave out what is empty."),
    ("upgrade_restart_services", {"web": 1}, "is a dictionary. Write a list."),
    ("upgrade_min_age", "a week", "is 'a week'. upgrade_min_age 'a week' is no age."),
    ("upgrade_flavor", "stripped", "is 'stripped'. Write install_only_stripped, install_only or full."),
    ("upgrade_prerelease", "perhaps", "is 'perhaps'. Write true or false."),
    ("upgrade_build_options", {"ca_pth": "/x"}, "has a wrong value. standalone.python.build has no option ca_pth."),
    ("upgrade_build_options", {"keep": 3}, "has a wrong value. The playbook decides about keep itself. Leave it out."),
    ("upgrade_build_options", "ca_path", "has a wrong value. Write a dictionary."),
    ("audit_verify", "yes", "is 'yes'. Write none, quick or full."),
    ("audit_verify", True, "is True. Write none, quick or full, in quotes."),
    ("audit_fail_on", ["drifted", "affcted"], "is ['drifted', 'affcted']. Write affected, without_answer, drifted, "),
    ("audit_fail_on", True, "is True. Write a list."),
    ("upgrade_exclude", ["3.13"], "is ['3.13']. upgrade_exclude has '3.13', which does not say"),
    ("audit_stores", ["/a", "b"], "is ['/a', 'b']. That is relative. Write it from the root."),
    ("audit_cycle_url", "peps.python.org/x", "has a wrong value. Write an address that begins with https://"),
    ("rollback_from_build", "3.13", "is '3.13'. '3.13' does not say which build to leave."),
    ("lock_sizes", "sometimes", "is 'sometimes'. Write true or false."),
    ("lock_url_options", {"password": "s3cret"}, "has a wrong value. Requests have no option password. Did you mean"),
    ("upgrade_build_options", {"timeout": "x"}, "has a wrong value. Its timeout is 'x'. Write a whole number."),
    ("lock_url_options", {"validate_certs": "sure"}, "has a wrong value. Its validate_certs is 'sure'. Write true"),
    ("bootstrap_keep", "many", "is 'many'. Write a whole number."),
    ("bootstrap_url_password", ["s3cret"], "has a wrong value. Write a text, in quotes."),
    ("bootstrap_cpu_level", "v9", "is 'v9'. Write baseline, auto, v2, v3 or v4."),
    (
        "interpreter_builds",
        [{"name": "3.13", "verfy": "full"}],
        "has a wrong item. It has no option verfy. Did you mean verify?",
    ),
    ("interpreter_builds", [{"x": "3.13"}], "has a wrong item. It has no option x. Leave it out."),
    ("interpreter_builds", ["3.13"], "is ['3.13']. Write a list of dictionaries."),
    ("interpreter_builds", [{"url_password": "s3cret"}, 3], "has a wrong item. Write a list of dictionaries."),
    ("interpreter_builds", [{"name": "3.x"}], "has a wrong item. Its name is '3.x'. '3.x' does not name a build."),
    ("interpreter_builds", [{}, {"keep": -1}], "has a wrong item. Its keep is -1. It counts builds: write 0 or more."),
    ("interpreter_builds", [{"state": "gone"}], "has a wrong item. Its state is 'gone'. Write present"),
    ("interpreter_builds", [{"url_password": ["s3cret"]}], "has a wrong item. Its url_password has a wrong value."),
    ("interpreter_state", "gone", "is 'gone'. Write present, latest or absent."),
    ("interpreter_name", 3.1, "is 3.1. There is no build of Python 3.1."),
    ("interpreter_min_age", "soon", "is 'soon'. interpreter_min_age 'soon' is no age."),
    ("interpreter_index_max_age", "soon", "is 'soon'. interpreter_index_max_age 'soon' is no age."),
    ("interpreter_exclude", ["3.13"], "is ['3.13']. interpreter_exclude has '3.13', which does not say"),
    ("interpreter_timeout", 0, "is 0. It counts the seconds to wait: write 1 or more."),
    ("bootstrap_keep", -1, "is -1. It counts builds: write 0 or more."),
    ("bootstrap_checksum", "sha256:12", "is 'sha256:12'. checksum is 'sha256:12'. Write the archive's SHA-256 digest"),
    ("bootstrap_target", "linux", "is 'linux'. "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_values_that_are_taken(name: str, value: Any) -> None:
    assert fault_in(SETTINGS[name], value) is None


class Encrypted:
    """A value that Ansible Vault encrypted, as ansible-core before 2.19 has it."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "s3cret"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bootstrap_url_password", Encrypted()),
        ("interpreter_builds", [{"name": "3.13", "url_password": Encrypted()}]),
        ("upgrade_build_options", {"url_password": Encrypted()}),
    ],
)
def test_what_is_encrypted_is_a_text(name: str, value: Any) -> None:
    assert fault_in(SETTINGS[name], value) is None


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_values_that_are_refused(name: str, value: Any, message: str) -> None:
    fault = fault_in(SETTINGS[name], value)
    assert fault is not None
    assert ". ".join(fault).startswith(message), fault
    assert "s3cret" not in ". ".join(fault)


def test_a_link_to_nothing_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "audit").symlink_to("nowhere")
    fault = fault_in(SETTINGS["audit_dir"], f"{tmp_path}/audit")
    assert fault is not None
    assert "That is a link to nothing on the controller. Choose the path of a directory." in ". ".join(fault)


@pytest.mark.parametrize("setting", [one for one in SETTINGS.values() if one.default is not None], ids=lambda s: s.name)
def test_defaults_are_taken(setting: Any) -> None:
    assert fault_in(setting, setting.default) is None


@pytest.mark.parametrize(
    ("given", "waves"),
    [
        (5, [5]),
        ("5", [5]),
        ("1,5,100%", [1, 5, "100%"]),
        ("[1, '25%']", [1, "25%"]),
        (["1", 5, "25%"], [1, 5, "25%"]),
    ],
)
def test_waves_as_serial_takes_them(given: Any, waves: list[Any]) -> None:
    assert waves_of(given) == waves


@pytest.mark.parametrize("given", [None, 1.5, "1;5", [[1]], [1, None]])
def test_what_are_no_waves(given: Any) -> None:
    with pytest.raises(BadValue):
        waves_of(given)
