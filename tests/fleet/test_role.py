# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role on Debian hosts, with their own update-alternatives, dpkg and login shells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.fleet.conftest import REMOTE_CALL, Fleet, FleetPlayer, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, OLD
from tests.integration.playbooks import Played

ROLE = Path(__file__).with_name("role.yml")
MOST_CALLS = 3  # for each build, when there is nothing to do
LINK = "/usr/local/bin/python{{ sample_minor }}"
EXACT = f"{{{{ sample_version }}}}+{OLD}"
# The hosts' own Python is of the very version that samples have, so their names shadow the system's.
LINKED = {"interpreter_name": "{{ sample_minor }}", "interpreter_allow_system": True}
# What the role may touch, with what links say; times and the logs of programs apart.
LISTING = r"find /etc /opt /usr/local -not -name '*.log' -printf '%p %y %m %l\n' | sort"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Mapping[str, Host]]:
    with extra_hosts(*(HostSpec(f"wired-{name}", ROOTS[name]) for name in ("bullseye", "bookworm", "trixie"))) as hosts:
        yield hosts


@pytest.fixture
def operator(fleet: Fleet, hosts: Mapping[str, Host], tmp_path: Path) -> FleetPlayer:
    """Who lets Ansible look for a Python on the hosts, where it finds the role's own links."""
    return player(tmp_path, {name: fleet.variables(host, user="deploy") for name, host in hosts.items()})


def play_role(operator: FleetPlayer, *arguments: str, **variables: object) -> Played:
    return operator.play(
        ROLE, "-vvv", *arguments, variables={**LINKED, **variables}, env={"ANSIBLE_PIPELINING": "True"}
    )


def on(operator: FleetPlayer, host: str) -> FleetPlayer:
    """The same operator, on one host alone."""
    return FleetPlayer(operator.directory, operator.host_python, {host: operator.hosts[host]})


def changed(played: Played) -> list[int]:
    """What the recap counts, for each host."""
    assert played.rc == 0, played.output
    return [int(figure) for figure in re.findall(r"ok=\d+ +changed=(\d+)", played.output)]


def assert_nothing_to_do(operator: FleetPlayer, **variables: object) -> None:
    played = play_role(operator, **variables)
    assert changed(played) == [0] * len(operator.hosts)
    assert played.output.count(REMOTE_CALL) <= MOST_CALLS * len(operator.hosts)


def asked(host: Host, command: str) -> str:
    """What a command says in a login shell of `deploy`."""
    return host.enter("runuser", "--login", "deploy", "--command", command).stdout.strip()


def test_the_role_from_nothing_to_nothing(operator: FleetPlayer, hosts: Mapping[str, Host]) -> None:
    before = {name: host.enter("sh", "-c", LISTING).stdout for name, host in hosts.items()}
    assert 0 not in changed(play_role(operator, "--check", interpreter_name=EXACT))
    assert {name: host.enter("sh", "-c", LISTING).stdout for name, host in hosts.items()} == before

    assert 0 not in changed(play_role(operator, interpreter_name=EXACT))
    assert_nothing_to_do(operator, interpreter_name=EXACT)
    for name, host in hosts.items():
        minor = operator.hosts[name]["sample_minor"]
        group = host.enter("update-alternatives", "--query", f"python{minor}").stdout
        assert f"Value: /opt/python/{minor}/libexec/python{minor}\n" in group
        assert asked(host, f"command -v python{minor}") == f"/usr/local/bin/python{minor}"
        assert asked(host, f"python{minor} -c 'import _sample; print(_sample.RELEASE)'") == OLD

    assert changed(play_role(operator, interpreter_state="latest")) == [1] * len(hosts)  # the build, and no link
    assert_nothing_to_do(operator, interpreter_state="latest")
    for name, host in hosts.items():
        minor = operator.hosts[name]["sample_minor"]
        assert asked(host, f"python{minor} -c 'import _sample; print(_sample.RELEASE)'") == NEW

    assert 0 not in changed(play_role(operator, interpreter_state="absent"))
    assert_nothing_to_do(operator, interpreter_state="absent")
    left = {name: host.enter("sh", "-c", LISTING).stdout.splitlines() for name, host in hosts.items()}
    assert {name: sorted(set(lines) - set(before[name].splitlines())) for name, lines in left.items()} == {
        name: [] for name in hosts
    }


def test_the_default_interpreter_shadows_a_package_only_on_request(
    operator: FleetPlayer, hosts: Mapping[str, Host]
) -> None:
    host, only = hosts["wired-bookworm"], on(operator, "wired-bookworm")
    default = {"interpreter_default": "{{ sample_minor }}"}
    refused = play_role(only, interpreter_allow_system=False, **default)
    assert refused.rc != 0
    assert "would shadow /usr/bin/python3, which the package python3-minimal owns." in refused.output
    assert asked(host, "command -v python3") == "/usr/bin/python3"

    assert 0 not in changed(play_role(only, **default))
    assert_nothing_to_do(only, **default)
    assert asked(host, "command -v python3") == "/usr/local/bin/python3"
    host.enter("apt-get", "check")
    host.enter("dpkg", "--verify", "python3-minimal")

    assert 0 not in changed(play_role(only, interpreter_state="absent"))
    assert asked(host, "command -v python3") == "/usr/bin/python3"


def test_the_default_interpreter_stays_as_it_was_where_the_package_manager_fails(
    operator: FleetPlayer, hosts: Mapping[str, Host]
) -> None:
    host, only = hosts["wired-bookworm"], on(operator, "wired-bookworm")
    own = {"interpreter_link_dir": "/srv/own"}
    default = {**own, "interpreter_default": "{{ sample_minor }}"}
    look = ("sh", "-c", "cd /srv/own && ls -lA python python3 .python* | sed 's/.* \\([^ ]* -> \\)/\\1/'")
    host.enter("sh", "-c", "mkdir /srv/own && ln -s /usr/bin/python3 /srv/own/python3")
    broken = host.file("/usr/local/bin/apt-get")

    def break_apt() -> None:
        broken.write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 1\n")
        broken.chmod(0o755)

    break_apt()
    refused = play_role(only, **default)
    assert refused.rc != 0
    said = " ".join(refused.output.replace('\\"', '"').split())
    assert 'the default: the task "Check apt" failed, so the former links are there again.' in said
    assert "leave out interpreter_default. It said: it is broken" in said
    assert host.enter(*look, check=False).stdout == "python3 -> /usr/bin/python3\n"

    broken.unlink()
    assert 0 not in changed(play_role(only, **default))
    ours = host.enter(*look).stdout
    assert ".python3.before-standalone -> /usr/bin/python3\n" in ours

    break_apt()
    assert play_role(only, **own).rc != 0
    assert host.enter(*look).stdout == ours

    broken.unlink()
    assert 0 not in changed(play_role(only, **own))
    assert host.enter(*look, check=False).stdout == "python3 -> /usr/bin/python3\n"
    assert 0 not in changed(play_role(only, interpreter_state="absent", **own))


LOCK_DPKG = """
import fcntl, os, time
locks = [open(f"/var/lib/dpkg/{name}", "r+") for name in ("lock-frontend", "lock")]
for lock in locks:
    fcntl.lockf(lock, fcntl.LOCK_EX)
print(os.getpid(), flush=True)
time.sleep(3600)
"""


def test_an_upgrade_of_packages_at_the_same_time_disturbs_nothing(
    operator: FleetPlayer, hosts: Mapping[str, Host]
) -> None:
    """Such as unattended-upgrades, which holds the locks of dpkg and apt for minutes."""
    host, only = hosts["wired-bookworm"], on(operator, "wired-bookworm")
    default = {"interpreter_default": "{{ sample_minor }}"}
    host.file("/root/lock_dpkg.py").write_text(LOCK_DPKG)
    wait = "until [ -s /root/locked ]; do sleep 0.1; done"
    host.enter("sh", "-c", f"/usr/bin/python3 /root/lock_dpkg.py >/root/locked 2>&1 </dev/null & {wait}")
    try:
        assert host.enter("apt-get", "check", check=False).returncode != 0
        assert 0 not in changed(play_role(only, **default))
        assert_nothing_to_do(only, **default)
        assert asked(host, "command -v python3") == "/usr/local/bin/python3"
        minor = only.hosts["wired-bookworm"]["sample_minor"]
        assert f"Name: python{minor}\n" in host.enter("update-alternatives", "--query", f"python{minor}").stdout
        assert 0 not in changed(play_role(only, interpreter_state="absent"))
        assert asked(host, "command -v python3") == "/usr/bin/python3"
    finally:
        host.enter("sh", "-c", "kill $(cat /root/locked)", check=False)


def test_the_python_that_ansible_is_set_to_use_is_not_removed(operator: FleetPlayer, hosts: Mapping[str, Host]) -> None:
    only, host = on(operator, "wired-bookworm"), hosts["wired-bookworm"]
    assert 0 not in changed(play_role(only))
    said = {name: {**known, "ansible_python_interpreter": LINK} for name, known in only.hosts.items()}
    refused = play_role(FleetPlayer(only.directory, only.host_python, said), interpreter_state="absent")
    assert refused.rc != 0
    assert "Set ansible_python_interpreter to one that stays." in refused.output
    assert host.enter("sh", "-c", "/usr/local/bin/python3.11 -c 'import _sample; print(_sample.RELEASE)'").stdout
    assert 0 not in changed(play_role(only, interpreter_state="absent"))


def test_login_shells_find_the_build_in_a_separate_directory(operator: FleetPlayer, hosts: Mapping[str, Host]) -> None:
    only = on(operator, "wired-bookworm")
    assert 0 not in changed(play_role(only, interpreter_link_dir="/srv/bin"))
    for user in ("deploy", "fay", "tess"):  # bash, fish and tcsh; Debian's zsh does not read /etc/profile.d
        printed = hosts["wired-bookworm"].enter("runuser", "--login", user, "--command", "printenv PATH").stdout
        assert printed.strip().split(":").count("/srv/bin") == 1
