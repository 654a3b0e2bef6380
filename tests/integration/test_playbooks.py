# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks upgrade and rollback on a fleet."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.integration.conftest import NEW, NEWEST, OLD
from tests.integration.fleets import HOSTS, PLAYBOOKS, Fleet, everywhere
from tests.integration.playbooks import QUICK
from tests.support.fake_builds import MINOR
from tests.support.sample_indexes import asset_of, versions_ndjson
from tests.support.systemctl import Systemctl

CGROUPS = Path("/sys/fs/cgroup/systemd")
NOTE = f"lib/python{MINOR}/BUILD-NOTE"  # below the path of a build: its release


# --- upgrade ---------------------------------------------------------------------------------------------------------


def test_an_upgrade_moves_every_host_that_has_an_older_build(fleet: Fleet) -> None:
    fleet.install(OLD, "canary")
    fleet.install(NEWEST, "web1")
    check = fleet.play("upgrade", "--check", "--diff")
    assert check.rc == 0, check.output
    assert fleet.releases() == {"canary": OLD, "web1": NEWEST, "web2": None}
    played = fleet.play("upgrade", upgrade_health_command="{{ python_path }}/bin/python3 -c 'import ssl'")
    assert played.rc == 0, played.output
    assert fleet.releases() == {"canary": NEW, "web1": NEWEST, "web2": None}
    again = fleet.play("upgrade", upgrade_serial="100%")
    assert again.rc == 0, again.output
    assert "changed=1" not in again.output


@pytest.mark.each_core
def test_a_canary_that_does_not_work_returns_and_no_other_host_is_touched(fleet: Fleet) -> None:
    fleet.install(OLD)
    stores = {host: sorted(os.listdir(fleet.player.path(host).parent / ".builds")) for host in HOSTS[1:]}
    health = f"! grep -q {NEW} {{{{ python_path }}}}/{NOTE}"
    played = fleet.play("upgrade", upgrade_health_command=f"echo {{{{ inventory_hostname }}}} is ill >&2; {health}")
    assert played.rc == 2, played.output
    assert fleet.releases() == everywhere(OLD), played.output
    assert "canary is ill" in played.output
    assert {host: sorted(os.listdir(fleet.player.path(host).parent / ".builds")) for host in HOSTS[1:]} == stores
    assert "web1" not in played.output.partition("Upgrade in waves")[2].partition("PLAY RECAP")[0]
    version = fleet.mirror.samples[0].version
    assert f"set upgrade_exclude to {version}+{NEW}." in " ".join(played.output.split())

    out = fleet.player.directory / "out"
    stores = ["{{ (python_path | dirname) ~ '/.builds' }}"]
    failed = {"audit_fail_on": ["left"], "audit_index": str(fleet.mirror.index), "audit_dir": str(out)}
    audited = fleet.play("audit", audit_stores=stores, **failed)
    assert (audited.rc, "1 host is taken back from a newer build: canary." in audited.output) == (2, True)
    (piece,) = [one for one in json.loads((out / "audit.json").read_text())["advice"] if one["kind"] == "left"]
    assert (piece["hosts"], 'The task "Run the health command" failed (1)' in piece["why"]) == (["canary"], True)
    assert "is ill" not in json.dumps(piece)  # what was printed stays in the output of that run

    canary = {"upgrade_health_command": "true", "upgrade_hosts": "canary"}
    excluded = fleet.play("upgrade", upgrade_exclude=f"{version}+{NEW}", **canary)
    assert (excluded.rc, fleet.releases()) == (0, everywhere(OLD)), excluded.output
    again = fleet.play("upgrade", **canary)
    assert again.rc == 0, again.output
    assert f"was taken back from {version}+{NEW} on 20" in again.output
    assert fleet.releases()["canary"] == NEW


def test_a_wave_returns_as_a_whole_and_earlier_waves_stay(fleet: Fleet) -> None:
    fleet.install(OLD)
    played = fleet.play(
        "upgrade", upgrade_health_command="test {{ inventory_hostname }} != web2", upgrade_serial=[1, 2]
    )
    assert played.rc == 2, played.output
    assert fleet.releases() == {"canary": NEW, "web1": OLD, "web2": OLD}
    assert "other hosts of its wave failed: web2." in played.output
    failed = 'in the task \\"Run the health command\\": The command exited with a non-zero return code (1).'
    assert failed in " ".join(played.output.split())
    shown = [line.strip('", ') for line in re.sub(r", \d+\.\d s\b", "", played.output).splitlines()]
    shown = [re.sub(r" after \d+ s", "", line) for line in shown]
    version = fleet.mirror.samples[0].version
    old, new = f"{version}+{OLD}", f"{version}+{NEW}"
    first = [f"canary: {old} -> {new}", "Wave 1 of 2 ended: 1 upgraded, 0 not"]
    second = [
        f"web1: passed with {new}, has {old} again",
        f"web2: failed with {new}, has {old} again",
        "Wave 2 of 2 failed: web2",
        "The run stopped: 1 host of earlier waves keeps the new build, 0 hosts of later waves were not touched",
    ]
    assert [line for line in shown if line in (*first, *second)] == [*first, *second], played.output
    assert '"msg": "Wave 1 of 2: canary"' in played.output
    assert '"msg": "Wave 2 of 2: web1, web2"' in played.output


@dataclass(frozen=True)
class Hooks:
    """Commands that log what happens to which host, and the release at its path then."""

    log: Path

    def variables(self, health: str = "true") -> dict[str, str]:
        return {
            "upgrade_before_command": self._logging("before"),
            "upgrade_after_command": self._logging("after"),
            "upgrade_health_command": f"{self._logging('health')}; {health}",
        }

    def _logging(self, what: str) -> str:
        return f'echo {what} {{{{ inventory_hostname }}}} "$(cat {{{{ python_path }}}}/{NOTE})" >>{self.log}'

    def lines(self) -> list[str]:
        found = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(found)


def test_commands_before_and_after_the_upgrade_of_a_host(fleet: Fleet, tmp_path: Path) -> None:
    """They run on hosts that get a build. A wave that fails goes back before the command after it, as well."""
    fleet.install(OLD)
    hooks = Hooks(tmp_path / "log")
    failing = hooks.variables("test {{ inventory_hostname }} = canary")
    waves = {"upgrade_serial": [1, 2], "upgrade_pause": 1, "upgrade_hooks_delegate_to": "localhost"}
    for place, become in (("group_vars/all", True), *((f"host_vars/{host}", False) for host in HOSTS)):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        file = tmp_path / f"{place}.json"
        file.write_text(
            json.dumps({"ansible_become": become, "ansible_become_exe": "/bin/false", "ansible_become_user": "nobody"})
        )
    played = fleet.play("upgrade", **failing, **waves)
    assert played.rc == 2, played.output
    assert hooks.lines() == sorted(
        f"{what} {host} {release}"
        for host, after in (("canary", NEW), ("web1", OLD), ("web2", OLD))
        for what, release in (("before", OLD), ("health", NEW), ("after", after))
    )
    assert played.output.count("Pausing for 1 seconds") == 1, played.output
    shutil.rmtree(tmp_path / "group_vars")

    stuck = {**hooks.variables(), "upgrade_after_command": "echo the balancer is away >&2; false"}
    played = fleet.play("upgrade", **stuck, upgrade_serial=[1, 1, 1])
    assert played.rc == 2, played.output
    assert hooks.lines() == [f"before web1 {OLD}", f"health canary {NEW}", f"health web1 {NEW}"]
    said = "but upgrade_after_command failed: The command exited with a non-zero return code. the balancer is away. All"
    assert said in " ".join(played.output.split())
    assert fleet.releases() == {"canary": NEW, "web1": NEW, "web2": OLD}

    # Completes it, and so web1 is returned to service.
    again = fleet.play("upgrade", **hooks.variables(), upgrade_serial="100%")
    assert (again.rc, fleet.releases()) == (0, everywhere(NEW)), again.output
    assert [line for line in hooks.lines() if line.startswith("after")] == [f"after web1 {NEW}", f"after web2 {NEW}"]


def test_a_host_that_cannot_be_drained_gets_no_build(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet = replace(fleet, player=replace(fleet.player, lost=("balancer",)))
    hooks = {"upgrade_before_command": "true", "upgrade_after_command": "true", "upgrade_hooks_delegate_to": "balancer"}
    said = " ".join(fleet.play("upgrade", **hooks, upgrade_hosts="all:!balancer").output.split())
    assert "upgrade_before_command failed: balancer cannot be reached: " in said
    assert "It keeps its previous build. No host of a later wave was touched." in said
    assert "Remove the cause and run the same command again." in said
    assert "set upgrade_exclude" not in said  # the build is not the cause
    assert "In addition, upgrade_after_command failed: balancer cannot be reached: " in said
    assert fleet.releases() == everywhere(OLD)


@pytest.mark.parametrize(
    ("given", "may_be_build"),
    [
        ({"upgrade_health_command": "no-such-command-anywhere"}, False),
        ({"upgrade_health_command": "{{ no_such_variable }}"}, False),
        ({"upgrade_health_command": "true", "upgrade_mirror": "http://127.0.0.1:1"}, False),
        ({"upgrade_build_options": {**QUICK, "health_imports": ["no_such_module"]}}, True),
        ({"upgrade_health_command": "test {{ inventory_hostname }} = web1"}, True),
    ],
)
def test_the_advice_is_to_leave_the_build_out_only_where_that_may_help(
    fleet: Fleet, given: dict[str, Any], may_be_build: bool
) -> None:
    """On the host that failed, and on the other one of its wave."""
    fleet.install(OLD)
    played = fleet.play("upgrade", upgrade_serial="100%", upgrade_hosts="canary,web1", **given)
    said = " ".join(played.output.split())
    assert (played.rc, fleet.releases()) == (2, everywhere(OLD)), played.output
    assert "Remove the cause and run the same command again." in said
    assert ("set upgrade_exclude to" in said) == may_be_build, played.output


def test_an_upgrade_does_not_know_what_an_earlier_one_of_the_same_run_did(fleet: Fleet, tmp_path: Path) -> None:
    """A host fails before anything is installed, so the build is not the cause."""
    fleet.install(OLD, "web1")
    site = tmp_path / "site.yml"
    again = {"upgrade_before_command": "false"}
    names = {"upgrade": {}, "rollback": {"rollback_from_build": NEW}, "upgrade again": again}
    plays = [
        {"name": name, "import_playbook": str(PLAYBOOKS / f"{name.split()[0]}.yml"), "vars": given}
        for name, given in names.items()
    ]
    site.write_text(json.dumps(plays))
    played = fleet.player.play(site, variables={**fleet.variables(), "upgrade_hosts": "web1"})
    assert (played.rc, fleet.releases()["web1"]) == (2, OLD), played.output
    said = " ".join(played.output.split())
    assert "It keeps its previous build. No host of a later wave was touched. Remove the cause and run" in said


def test_a_release_that_appears_between_waves_does_not_matter(fleet: Fleet, tmp_path: Path) -> None:
    fleet = replace(fleet, player=replace(fleet.player, hosts=HOSTS[:2]))
    fleet.install(OLD)
    index, fuller = tmp_path / "index.ndjson", tmp_path / "fuller.ndjson"
    index.write_text(versions_ndjson(fleet.mirror.samples[:2]))
    fuller.write_text(versions_ndjson(fleet.mirror.samples))
    played = fleet.play("upgrade", upgrade_index=str(index), upgrade_health_command=f"cp {fuller} {index}")
    assert played.rc == 0, played.output
    assert "Wave 2 of 2" in played.output
    assert fleet.releases() == {"canary": NEW, "web1": NEW}
    again = fleet.play("upgrade", upgrade_index=str(index), upgrade_hosts="web1")
    assert again.rc == 0, again.output
    assert fleet.releases() == {"canary": NEW, "web1": NEWEST}


def test_a_lock_says_what_the_waves_get(fleet: Fleet, tmp_path: Path) -> None:
    fleet = replace(fleet, player=replace(fleet.player, hosts=HOSTS[:2]))
    fleet.install(OLD)
    (sample,) = (sample for sample in fleet.mirror.samples if sample.spec.release == NEW)
    asset = Asset.from_dict(asset_of(sample))
    lock = tmp_path / "python.lock.yml"
    name = sample.version.rpartition(".")[0]
    lock.write_text(LockFile({name: {asset.build.target: LockedBuild(asset)}}).render())
    failed = fleet.play("upgrade", upgrade_index=None, upgrade_lock=str(lock), upgrade_health_command="false")
    assert (failed.rc, fleet.releases()) == (2, {"canary": OLD, "web1": OLD}), failed.output
    assert f"make the lock again with lock_exclude={sample.version}+{NEW}." in " ".join(failed.output.split())
    played = fleet.play("upgrade", upgrade_index=None, upgrade_lock=str(lock))
    assert played.rc == 0, played.output
    assert fleet.releases() == {"canary": NEW, "web1": NEW}


def test_each_host_has_its_own_mirror(fleet: Fleet) -> None:
    """By `standalone_python_mirror` of its site, though the builds are chosen by the host that comes first."""
    fleet = replace(fleet, player=replace(fleet.player, hosts=HOSTS[:2]))
    fleet.install(OLD)
    site = f"{{{{ '{fleet.server.url}' if inventory_hostname == 'canary' else '{fleet.mirror.directory.as_uri()}' }}}}"
    played = fleet.play("upgrade", upgrade_mirror=None, standalone_python_mirror=site)
    assert (played.rc, fleet.releases()) == (0, {"canary": NEW, "web1": NEW}), played.output


def test_a_host_that_cannot_be_reached_is_left_out_and_shows_in_the_exit_status(fleet: Fleet) -> None:
    fleet = replace(fleet, player=replace(fleet.player, hosts=HOSTS[:2], lost=("web3",)))
    fleet.install(OLD)
    played = fleet.play("upgrade", upgrade_serial=[1, "100%"])
    assert played.rc == 4, played.output
    assert fleet.releases() == {"canary": NEW, "web1": NEW}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"upgrade_store": "/nowhere/.builds"}, " has no build in the store /nowhere/.builds: there is nothing"),
        ({"upgrade_path": "opt/3.13"}, "upgrade_path is 'opt/3.13'. That is relative. Write it from the root."),
        ({"upgrade_index": "/nowhere/index"}, "The index /nowhere/index could not be read: No such file or directory."),
        (
            {"upgrade_path": None, "upgrade_name": "latest"},
            "Cannot upgrade to latest: that name does not say at which path.",
        ),
    ],
)
def test_what_the_settings_do_not_fit_is_said(fleet: Fleet, settings: dict[str, str | None], said: str) -> None:
    output = fleet.play("upgrade", "--limit", "canary", **settings).output
    assert said in output
    assert "caused by" not in output  # as Ansible shows each error of a template, once more for each level


def test_another_minor_version_is_refused_unless_it_is_allowed(fleet: Fleet, tmp_path: Path) -> None:
    """The host says so before it is given anything, and keeps what it has."""
    fleet.install(OLD, "canary")
    (sample,) = (sample for sample in fleet.mirror.samples if sample.spec.release == NEW)
    version, name = sample.version, "3.99"
    index = tmp_path / "other.ndjson"
    index.write_text(fleet.mirror.index.read_text().replace(version, f"{name}.0"))
    played = fleet.play("upgrade", "--check", upgrade_name=name, upgrade_index=str(index), upgrade_hosts="canary")
    assert played.rc == 2, played.output
    assert f"to 3.99: Python {version.rpartition('.')[0]} is installed there" in played.output
    assert "upgrade_allow_minor_change" in played.output
    assert 'Nothing was changed on it."' in played.output  # and no blank behind it
    allowed = {"upgrade_index": str(index), "upgrade_allow_minor_change": True}
    played = fleet.play("upgrade", "--check", upgrade_name=name, upgrade_hosts="canary", **allowed)
    assert played.rc == 0, played.output
    assert "changed=1" in played.output
    assert fleet.releases() == {"canary": OLD, "web1": None, "web2": None}


def test_a_canary_that_cannot_be_reached_stops_the_run(fleet: Fleet) -> None:
    fleet = replace(fleet, player=replace(fleet.player, hosts=("web1",), lost=("a-canary",)))
    fleet.install(OLD, "web1")
    played = fleet.play("upgrade", "--forks", "1", upgrade_hosts="a-canary,web1")
    assert played.rc == 4, played.output
    assert fleet.releases() == {"web1": OLD}


@pytest.fixture
def service(real_fleet: Fleet) -> Iterator[str]:
    """The name of a service of systemd, as far as /proc shows, that runs the canary's build."""
    unit = f"standalone-python-test-{os.getpid()}.service"
    group = CGROUPS / unit
    if not os.access(CGROUPS, os.W_OK):
        pytest.skip(f"no process can be made to look like a service here, since {CGROUPS} cannot be written")
    real_fleet.install(OLD, "canary")
    group.mkdir()
    python = real_fleet.player.path("canary") / "bin" / "python3"
    running = subprocess.Popen([str(python), "-c", "import time; time.sleep(600)"])
    try:
        (group / "cgroup.procs").write_text(str(running.pid))
        yield unit
    finally:
        running.kill()
        running.wait()
        group.rmdir()


@pytest.mark.parametrize("is_listed", [True, False])
def test_services_that_run_an_earlier_build(real_fleet: Fleet, service: str, tmp_path: Path, is_listed: bool) -> None:
    systemctl = Systemctl(tmp_path / "bin")
    listed = ["other.service", *([service] if is_listed else [])]
    played = real_fleet.play("upgrade", "--limit", "canary", env=systemctl.environment, upgrade_restart_services=listed)
    assert played.rc == 0, played.output
    assert systemctl.changes() == ([f"restart {service}"] if is_listed else [])
    assert (f"To be restarted: {service}" in played.output) is not is_listed


def test_no_service_is_forgotten_since_its_name_cannot_be_worked_out(
    real_fleet: Fleet, service: str, tmp_path: Path
) -> None:
    systemctl = Systemctl(tmp_path / "bin")
    forgotten = [service, "{{ no_such_variable }}"]
    played = real_fleet.play(
        "upgrade", "--limit", "canary", env=systemctl.environment, upgrade_restart_services=forgotten
    )
    assert (played.rc, "'no_such_variable' is undefined" in played.output) == (2, True), played.output
    assert "set upgrade_exclude" not in played.output


@pytest.mark.parametrize(
    "lost", [f"'{NEW}' in python_path | realpath", "services__restarted | default([]) | length > 0"],
    ids=["with the switch", "by a restart"],
)  # fmt: skip
def test_a_host_that_is_lost_at_its_services_fails_its_wave(
    real_fleet: Fleet, service: str, tmp_path: Path, lost: str
) -> None:
    real_fleet.install(OLD, "web1")
    nowhere = {"ansible_host": "127.0.0.1", "ansible_port": 1, "upgrade_serial": "100%"}
    settings = {
        "ansible_connection": f"{{{{ 'ssh' if inventory_hostname == 'canary' and {lost} else 'local' }}}}",
        "upgrade_restart_services": service,
        **nowhere,
    }
    played = real_fleet.play("upgrade", env=Systemctl(tmp_path / "bin").environment, **settings)
    assert "The host cannot be reached any more: " in played.output, played.output
    links = [os.readlink(real_fleet.player.path(host)) for host in ("canary", "web1")]
    assert (played.rc, NEW in links[0], OLD in links[1]) == (4, True, True), played.output


def test_what_was_restarted_is_restarted_again_when_the_wave_returns(
    real_fleet: Fleet, service: str, tmp_path: Path
) -> None:
    """Although nothing runs the build that is left, as where the service could not start with it."""
    systemctl = Systemctl(tmp_path / "bin")
    settings = {
        "upgrade_restart_services": f"other.service {service.removesuffix('.service')}",  # a text, as with -e
        "upgrade_health_command": "false",
    }
    played = real_fleet.play("upgrade", "--limit", "canary", env=systemctl.environment, **settings)
    assert played.rc == 2, played.output
    assert systemctl.changes() == [f"restart {service}"] * 2
    assert "To be restarted" not in played.output


def test_a_store_that_keeps_sboms_has_one_of_each_build_after_every_change(real_fleet: Fleet) -> None:
    """The role begins to keep them; an upgrade and a rollback by a playbook go on."""
    fleet = replace(real_fleet, player=replace(real_fleet.player, hosts=HOSTS[1:]))
    fleet.install(OLD)
    version = fleet.mirror.samples[0].version
    store = fleet.player.path("web1").parent / ".builds"
    kept = store / ".sbom"
    kept.mkdir()
    (old,) = (name for name in os.listdir(store) if name.startswith("cpython"))
    for name in (old, "cpython-of-no-build"):
        (kept / f"{name}.cdx.json").touch()
    upgraded = fleet.play("upgrade", upgrade_serial="100%")
    assert upgraded.rc == 0, upgraded.output
    (new,) = (name for name in os.listdir(store) if name.startswith("cpython") and name != old)
    assert sorted(os.listdir(kept)) == sorted(f"{name}.cdx.json" for name in (old, new))
    document = json.loads((kept / f"{new}.cdx.json").read_text())
    assert document["metadata"]["component"]["version"] == f"{version}+{NEW}"
    assert {"name": "standalone.python:source", "value": "measured"} in document["components"][0]["properties"]
    (kept / f"{old}.cdx.json").unlink()
    back = fleet.play("rollback", rollback_from_build=f"{version}+{NEW}")
    assert back.rc == 0, back.output
    assert json.loads((kept / f"{old}.cdx.json").read_text())["metadata"]["component"]["version"] == f"{version}+{OLD}"
    assert not (fleet.player.path("web2").parent / ".builds" / ".sbom").exists()


# --- rollback --------------------------------------------------------------------------------------------------------


@pytest.mark.each_core
def test_a_rollback_takes_back_those_that_have_the_build_and_needs_no_network(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet.install(NEW, "canary", "web1")
    requests = len(fleet.server.requests)
    version = fleet.mirror.samples[0].version
    check = fleet.play("rollback", "--check", rollback_from_build=f"{version}+{NEW}")
    assert check.rc == 0, check.output
    assert fleet.releases()["canary"] == NEW
    for last in (
        "Paths rolled back: 2, on 2 of 3 hosts",
        f"No path of any host has {version}+{NEW}, so nothing was done.",
    ):
        played = fleet.play("rollback", rollback_from_build=f"{version}+{NEW}")
        assert played.rc == 0, played.output
        assert last in " ".join(played.output.split())
        assert fleet.releases() == everywhere(OLD)
    assert len(fleet.server.requests) == requests


def test_a_rollback_from_anything_goes_back_says_so_and_never_goes_forward(fleet: Fleet) -> None:
    fleet.install(OLD)
    fleet.install(NEW, "canary", "web1")
    version = fleet.mirror.samples[0].version
    refused = fleet.play("rollback")
    assert (refused.rc, "rollback_from_build is missing. Say which build to leave" in refused.output) == (2, True)
    nobody = fleet.play("rollback", rollback_from_build="3.99.1")
    assert nobody.rc == 0, nobody.output
    assert f"stays as it is, with {version}+{NEW}" in nobody.output
    assert "No path of any host has 3.99.1, so nothing was done." in " ".join(nobody.output.split())
    played = fleet.play(
        "rollback", "--limit", "canary,web1", rollback_from_build="any", rollback_reason="It does not start."
    )
    assert played.rc == 0, played.output
    assert played.output.count(f"{version}+{NEW} -> {version}+{OLD}") == 2
    assert fleet.releases() == everywhere(OLD)
    nowhere = fleet.play("rollback", rollback_from_build="any", rollback_path="/nowhere/3.13")
    assert "No path of any host has a build, so nothing was done." in " ".join(nowhere.output.split())
    again = fleet.play("rollback", rollback_from_build="any")
    assert again.rc == 2, again.output
    assert again.output.count("the store has no build of this path before") >= 3
    assert again.output.count(": It does not start. Install the one that is wanted") >= 2
    assert fleet.releases() == everywhere(OLD)


def test_a_vague_build_to_leave_is_refused(fleet: Fleet) -> None:
    fleet.install(OLD, "canary")
    played = fleet.play("rollback", "--limit", "canary", rollback_from_build="3.13")
    assert played.rc == 2, played.output
    assert "'3.13' does not say which build to leave. Write its whole version" in played.output
