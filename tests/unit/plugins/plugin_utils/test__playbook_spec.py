# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables playbooks have, and which names are slips of the pen."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="reads argument specs, for which PyYAML is wanted")

from ansible_collections.standalone.python.plugins.plugin_utils._playbook_spec import (
    misspelt_role_variables,
    playbooks,
    spec_of,
)


def test_every_playbook_has_a_spec() -> None:
    assert playbooks() == ["audit", "bootstrap", "install", "lock", "rollback", "upgrade"]


@pytest.mark.parametrize("playbook", playbooks())
def test_no_name_of_its_own_is_unknown_and_all_have_its_prefix(playbook: str) -> None:
    spec = spec_of(playbook)
    assert spec.unknown([*spec.settings, *spec.results]) == []
    assert [name for name in spec.settings if not name.startswith(spec.prefixes)] == []
    assert (spec.hosts in spec.settings) is not spec.runs_on_localhost


@pytest.mark.parametrize(
    ("playbook", "name", "nearest"),
    [
        ("upgrade", "upgrade_helth_command", "upgrade_health_command"),
        ("upgrade", "upgrade_host", "upgrade_hosts"),
        ("upgrade", "upgrade_restart_service", "upgrade_restart_services"),
        ("upgrade", "upgrade_packages", None),
        ("audit", "audit_verfy", "audit_verify"),
        ("audit", "audit_store", "audit_stores"),
        ("rollback", "rollback_form", "rollback_from"),
        ("lock", "lock_name", "lock_names"),
        ("lock", "lock_verify_provenence", "lock_verify_provenance"),
        ("install", "interpreter_buids", "interpreter_builds"),
        ("install", "install_host", "interpreter_hosts"),
        ("bootstrap", "bootstrap_pth", "bootstrap_path"),
        ("bootstrap", "bootstrap_user", None),
    ],
)
def test_an_unknown_name_has_the_nearest_one(playbook: str, name: str, nearest: str | None) -> None:
    spec = spec_of(playbook)
    assert spec.unknown([name]) == [name]
    assert spec.nearest(name) == nearest


@pytest.mark.parametrize(
    ("playbook", "name"),
    [
        ("upgrade", "upgrade__step"),  # the playbook's own
        ("upgrade", "audit_hosts"),  # another playbook's
        ("upgrade", "upgrades"),
        ("install", "install_docker"),  # no prefix of ours, and far from all names
        ("install", "interpreter_installed"),  # what the role leaves
    ],
)
def test_names_that_are_none_of_its_business(playbook: str, name: str) -> None:
    assert spec_of(playbook).unknown([name]) == []


@pytest.mark.parametrize(
    ("playbook", "name", "meant"),
    [
        ("upgrade", "uprgade_hosts", "upgrade_hosts"),
        ("upgrade", "upgradehosts", "upgrade_hosts"),
        ("audit", "uadit_hosts", "audit_hosts"),
        ("lock", "clock_file", None),
        ("upgrade", "ansible_user", None),
    ],
)
def test_slips_in_the_prefix(playbook: str, name: str, meant: str | None) -> None:
    assert spec_of(playbook).misspelt(name) == meant


def test_variables_of_roles() -> None:
    names = ["mirror_buids", "mirror_path", "mirror_synced", "mirror_result", "mirror__x", "interpreter_nam"]
    assert misspelt_role_variables("mirror", names) == {"mirror_buids": "mirror_builds"}
    assert misspelt_role_variables("interpreter", names) == {"interpreter_nam": "interpreter_name"}


@pytest.mark.parametrize(
    ("playbook", "secret"),
    [
        ("bootstrap", {"url_username", "url_password", "index", "mirror", "asset"}),
        ("install", {"url_username", "url_password", "headers", "index", "mirror", "asset", "pip_args"}),
        ("upgrade", {"index", "mirror", "build_options"}),
        ("lock", {"index", "mirror", "url_options"}),
        ("audit", {"index", "cycle_url"}),
        ("rollback", set()),
    ],
)
def test_what_can_be_a_secret_or_have_one_in_an_address_is_not_shown(playbook: str, secret: set[str]) -> None:
    settings = spec_of(playbook).settings
    assert {name.partition("_")[2] for name, setting in settings.items() if setting.secret} == secret
