# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook install, with the variables that the guide shows, and what a run of it costs."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.integration.conftest import HOST_PYTHONS
from tests.integration.playbooks import REPOSITORY, Played, Player
from tests.support import unprivileged
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server
from tests.support.unprivileged import NOBODY

INSTALL = REPOSITORY / "playbooks" / "install.yml"
ROLE = Path(__file__).with_name("role.yml")
GUIDE = REPOSITORY / "docs" / "provision.md"
# How Ansible shows at -vvv what it does on a host over a local connection.
REMOTE_CALL = re.compile(r"<localhost> (?:EXEC|PUT|FETCH) ")


@pytest.fixture
def variables(samples: SampleMirror, server: Server, tmp_path: Path) -> dict[str, Any]:
    """Those of the guide's first example, for samples, in separate directories."""
    shown = GUIDE.read_text().partition("# group_vars/all.yml\n")[2].partition("```")[0]
    minor = samples.samples[0].version.rpartition(".")[0]
    for directory in ("bin", "etc/profile.d"):
        (tmp_path / directory).mkdir(parents=True)
    return {
        **yaml.safe_load(shown.replace("3.13", minor)),
        "interpreter_index": [f"{server.url}/{samples.index.name}"],
        "interpreter_mirror": [server.url],
        "interpreter_compile_bytecode": False,
        "interpreter_health_imports": ["zlib"],
        "interpreter_builds_dir": str(tmp_path / "opt"),
        "interpreter_alternatives": "links",
        "interpreter_link_dir": str(tmp_path / "bin"),
        "interpreter_profile_dir": str(tmp_path / "etc" / "profile.d"),
        "interpreter_csh_dir": str(tmp_path / "etc" / "csh" / "login.d"),
        "interpreter_fish_dir": str(tmp_path / "etc" / "fish" / "conf.d"),
        "interpreter_environment_dir": str(tmp_path / "etc" / "environment.d"),
        "interpreter_systemd_dir": str(tmp_path / "etc" / "systemd"),
    }


def play(player: Player, *arguments: str, **variables: Any) -> Played:
    played = player.play(INSTALL, *arguments, variables=variables)
    assert played.rc == 0, played.output
    return played


def is_changed(played: Played) -> bool:
    return re.search(r"changed=[1-9]", played.output) is not None


@pytest.mark.each_core
def test_what_the_guide_shows_is_there_and_costs_a_look_and_what_it_takes_away_is_gone(
    player: Player, variables: dict[str, Any], tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    foreseen = play(player, "--check", "--diff", **variables)
    assert is_changed(foreseen)
    assert "+++ after: " + str(tmp_path / "opt") in foreseen.output
    assert not (tmp_path / "opt").exists()
    made = play(player, **variables)
    assert is_changed(made)
    assert '"1 path on 1 of 1 host got or lost a build"' in made.output
    again = play(player, "-vvv", **variables)
    assert not is_changed(again)
    assert '"0 paths on 0 of 1 host got or lost a build"' in again.output
    # one for the build, one that finds nothing of the build to be absent, one for everything else
    assert len(REMOTE_CALL.findall(again.output)) == 3
    assert not is_changed(play(player, **{**variables, "interpreter_builds": [], "interpreter_state": "absent"}))

    gone = {
        **variables,
        "interpreter_builds": [{**build, "state": "absent"} for build in variables["interpreter_builds"]],
    }
    assert is_changed(play(player, "--check", **gone))
    assert is_changed(play(player, **gone))
    assert not is_changed(play(player, **gone))
    left = {path for path in tmp_path.rglob("*") if "cache" not in path.parts} - set(before)
    assert {path for path in left if not path.is_dir()} == {tmp_path / "inventory.yml"}


def test_verify_counts_no_change(
    player: Player, variables: dict[str, Any], samples: SampleMirror, tmp_path: Path
) -> None:
    minor = samples.samples[0].version.rpartition(".")[0]
    wanted = {**variables, "interpreter_builds": [{"name": minor}]}
    play(player, **wanted)
    (tmp_path / "opt" / minor / "lib" / f"python{minor}" / "os.py").write_text("spoilt")
    verified = player.play(ROLE, variables={**wanted, "entry": "verify"})
    assert (verified.rc, is_changed(verified)) == (2, False), verified.output
    assert f"{minor} is not as requested: changed lib/python{minor}/os.py." in verified.output
    assert is_changed(play(player, **wanted))


def test_every_further_build_costs_one_call(player: Player, variables: dict[str, Any], samples: SampleMirror) -> None:
    minor = samples.samples[0].version.rpartition(".")[0]
    free_threaded = {"name": f"{minor}t", "health_imports": []}
    for builds, calls in (([{"name": minor}], 2), ([{"name": minor}, free_threaded], 3)):
        wanted = {**variables, "interpreter_builds": builds}
        play(player, **wanted)
        again = play(player, "-vvv", **wanted)
        assert not is_changed(again)
        assert len(REMOTE_CALL.findall(again.output)) == calls


def test_a_lock_says_what_a_name_is(
    player: Player, variables: dict[str, Any], samples: SampleMirror, tmp_path: Path
) -> None:
    oldest = samples.samples[0]
    minor = oldest.version.rpartition(".")[0]
    asset = Asset.from_dict(asset_of(oldest))
    lock = tmp_path / "python.lock.yml"
    lock.write_text(LockFile({minor: {asset.build.target: LockedBuild(asset)}}).render())
    wanted = {name: value for name, value in variables.items() if name != "interpreter_index"}
    locked = {**wanted, "interpreter_builds": [{"name": minor}], "interpreter_lock": str(lock)}
    assert is_changed(play(player, **locked))
    assert os.readlink(tmp_path / "opt" / minor).endswith(asset.build.name)
    assert not is_changed(play(player, **{**locked, "interpreter_state": "latest"}))


def test_files_are_beside_the_inventory_or_in_the_working_directory(
    player: Player, variables: dict[str, Any], samples: SampleMirror, tmp_path: Path
) -> None:
    """And not in this collection, whose playbook lock.yml is no lock; what is missing stops the run at once."""
    oldest = samples.samples[0]
    minor = oldest.version.rpartition(".")[0]
    asset = Asset.from_dict(asset_of(oldest))
    named = {"interpreter_lock": "lock.yml", "interpreter_requirements": "files/requirements.txt"}
    wanted = {**variables, "interpreter_builds": [{"name": minor}], **named}
    del wanted["interpreter_index"]
    command = tmp_path / "command"
    (command / "files").mkdir(parents=True)
    refused = player.play(INSTALL, variables=wanted, cwd=command)
    assert refused.rc == 2
    searched = f"the controller has no such file in {tmp_path}, {command}."
    assert f"interpreter_lock: Cannot read the lock lock.yml: {searched}" in refused.output
    assert f"Cannot read the requirements file files/requirements.txt: {searched}" in refused.output
    assert "TASK [standalone.python.interpreter" not in refused.output

    (tmp_path / "lock.yml").write_text(LockFile({minor: {asset.build.target: LockedBuild(asset)}}).render())
    (command / "files" / "requirements.txt").write_text("example==1.0\n")
    foreseen = player.play(INSTALL, "--check", "--diff", variables=wanted, cwd=command)
    assert foreseen.rc == 0, foreseen.output
    assert asset.build.name in foreseen.output
    assert "Create the environment" in foreseen.output


def test_a_user_without_root_installs_nothing_that_could_not_be_linked(
    player: Player, variables: dict[str, Any], samples: SampleMirror
) -> None:
    python = unprivileged.python_for(NOBODY, HOST_PYTHONS.values())
    if not (unprivileged.can_change_user() and shutil.which("sudo") and python):
        pytest.skip("only root with sudo and a Python for all can become another user")
    with unprivileged.open_folder() as directory:
        for place in ("home", "bin", "profile.d"):
            (directory / place).mkdir()
        home = directory / "home"
        shutil.chown(home, NOBODY)
        mine = {
            **variables,
            "ansible_python_interpreter": python,
            "ansible_become_user": NOBODY,
            "ansible_remote_tmp": str(home / "tmp"),
            "interpreter_builds": [{"name": samples.samples[0].version.rpartition(".")[0]}],
            "interpreter_builds_dir": str(home / "python"),
            "interpreter_link_dir": str(directory / "bin"),
            "interpreter_profile_dir": str(directory / "profile.d"),
        }
        message = (
            f"Cannot change links, profiles and alternatives: this user may not write to {directory}/bin, "
            f"{directory}/profile.d. Use `--become` on the command line or `become: true` in a play, or set "
            "interpreter_link_dir to a directory of this user, interpreter_profile: false."
        )
        for arguments in (["--check"], []):
            refused = player.play(INSTALL, "--become", *arguments, variables=mine)
            assert refused.rc == 2
            assert f'"msg": "{message} No build was installed."' in refused.output
            assert not (home / "python").exists()
        elsewhere = {**mine, "interpreter_link_dir": str(home / "bin"), "interpreter_profile": False}
        assert is_changed(play(player, "--become", **elsewhere))
        assert not is_changed(play(player, "--become", **elsewhere))
        late = player.play(INSTALL, "--become", variables={**mine, "interpreter_profile": False})
        assert f"may not write to {directory}/bin, {directory}/share/man/man1. Use `--become`" in late.output
        assert "interpreter_link_dir to a directory of this user. None was changed." in late.output


class WithoutOthers(Player):
    """Runs with this collection alone, on two hosts that differ in how commands are made reachable."""

    def inventory(self) -> Path:
        here = {"ansible_connection": "local", "ansible_python_interpreter": self.host_python}
        below = {
            "interpreter_builds_dir": str(self.directory / "{{ inventory_hostname }}" / "opt"),
            "interpreter_link_dir": str(self.directory / "{{ inventory_hostname }}" / "bin"),
        }
        hosts = {name: {"interpreter_alternatives": name} for name in ("alternatives", "links")}
        file = self.directory / "inventory.yml"
        file.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": {**here, **below}}}))
        return file

    def environment(self) -> dict[str, str]:
        alone = self.directory / "collections"
        (alone / "ansible_collections" / "standalone").mkdir(parents=True, exist_ok=True)
        link = alone / "ansible_collections" / "standalone" / "python"
        link.is_symlink() or link.symlink_to(REPOSITORY)
        return {**super().environment(), "ANSIBLE_COLLECTIONS_PATH": str(alone)}


def test_without_community_general_only_hosts_with_alternatives_fail_and_early(
    host_python: str, variables: dict[str, Any], samples: SampleMirror, tmp_path: Path
) -> None:
    player = WithoutOthers(tmp_path, host_python)
    of_hosts = ("interpreter_alternatives", "interpreter_builds_dir", "interpreter_link_dir")
    minor = samples.samples[0].version.rpartition(".")[0]
    wanted = {name: value for name, value in variables.items() if name not in of_hosts}
    played = player.play(INSTALL, variables={**wanted, "interpreter_builds": [{"name": minor}]})
    assert played.rc == 2
    assert (
        "fatal: [alternatives]: FAILED! => "
        '{"changed": false, "msg": "Cannot register alternatives: the controller does not have the module '
        "community.general.alternatives. Run there: ansible-galaxy collection install community.general, or set "
        'interpreter_alternatives: links for plain links. Nothing was changed on this host."}' in played.output
    )
    assert played.output.count("changed: [links] => (item=") == 1  # not where the builds are only checked
    assert not (tmp_path / "alternatives").exists()
    assert (tmp_path / "links" / "bin" / f"python{minor}").exists()
