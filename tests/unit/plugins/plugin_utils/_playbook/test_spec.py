# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables playbooks have, and which names are slips of the pen."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import (
    SPECS,
    playbooks,
    require_role_variables,
    spec_of,
)


def test_every_playbook_has_a_spec() -> None:
    assert playbooks() == ["audit", "bootstrap", "install", "lock", "rollback", "upgrade"]


@pytest.mark.parametrize("playbook", playbooks())
def test_none_of_its_names_is_unknown_and_all_have_its_prefix(playbook: str) -> None:
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
        ("rollback", "rollback_form_build", "rollback_from_build"),
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


@pytest.mark.parametrize(
    ("role", "name", "nearest"),
    [
        ("mirror", "mirror_buids", "mirror_builds"),
        ("interpreter", "interpreter_nam", "interpreter_name"),
        ("interpreter", "interpreter_rollback_form", "interpreter_rollback_from_build"),
        ("bootstrap", "bootstrap_pth", "bootstrap_path"),
    ],
)
def test_slips_in_variables_of_roles_are_refused(role: str, name: str, nearest: str) -> None:
    with pytest.raises(InvalidName) as error:
        require_role_variables(role, [name, *spec_names(role)])
    assert str(error.value) == (
        f"Cannot run the role {role}: {name} is no variable of the role. Did you mean {nearest}?"
    )


def spec_names(role: str) -> list[str]:
    """All variables of a role, as its argument specs have them."""
    file = SPECS.parents[1] / "roles" / role / "meta" / "argument_specs.yml"
    entry_points = yaml.safe_load(file.read_text())["argument_specs"].values()
    return [name for entry_point in entry_points for name in entry_point["options"]]


@pytest.mark.parametrize("role", ["interpreter", "bootstrap", "mirror"])
def test_variables_of_roles_and_of_those_who_use_them_are_taken(role: str) -> None:
    require_role_variables(role, spec_names(role))
    require_role_variables(role, [f"{role}_{word}" for word in ("result", "_look", "user", "docker")])
    require_role_variables("interpreter", ["interpreter_installed", "mirror_buids"])


@pytest.mark.parametrize(
    ("playbook", "secret"),
    [
        ("bootstrap", {"url_username", "url_password", "headers", "index", "mirror", "asset"}),
        ("install", {"url_username", "url_password", "headers", "index", "mirror", "asset", "pip_extra_args"}),
        ("upgrade", {"index", "mirror", "build_options"}),
        ("lock", {"advisories", "index", "mirror", "url_options"}),
        ("audit", {"advisories", "cycle_url", "index", "url_options"}),
        ("rollback", set()),
    ],
)
def test_what_can_be_a_secret_or_have_one_in_an_address_is_not_shown(playbook: str, secret: set[str]) -> None:
    settings = spec_of(playbook).settings
    assert {name.partition("_")[2] for name, setting in settings.items() if setting.secret} == secret


@pytest.mark.parametrize("playbook", playbooks())
def test_what_the_message_about_an_unknown_name_refers_to_lists_the_variables(playbook: str) -> None:
    spec = spec_of(playbook)
    before, _, role = spec.page.rpartition("standalone.python.")
    listing = SPECS.parents[1] / (f"roles/{role}/meta/argument_specs.yml" if role and before else spec.page)
    text = listing.read_text()
    assert before in ("", "ansible-doc -t role ")
    assert [name for name in spec.settings if name not in text and name != spec.hosts] == []
