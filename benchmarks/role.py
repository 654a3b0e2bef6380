# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role beside what operators write for the same outcome, on separate hosts, and what a host more costs it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.checks import ASK
from benchmarks.controller import Controller, changed_per_host
from benchmarks.disk import Disk
from benchmarks.rounds import Contender, WrongResult, measure
from benchmarks.table import Line, ratio
from tests.fleet.hosts import Host, HostSpec, running
from tests.fleet.roots import ROOTS
from tests.support.nginx import nginx
from tests.support.sample_builds import Sample, SampleSpec
from tests.support.sample_mirror import NDJSON, make_mirror
from tests.support.sshd import sshd

HOSTS = 10
FLEETS = (1, 10, 50)  # how many hosts, where the cost of one more is of interest
ROLE, BY_HAND, EMPTY = "role", "role_by_hand", "empty"
ROOT = {ROLE: "/opt/python", BY_HAND: "/opt/by-hand", EMPTY: "/opt"}
REMOTE_CALLS = ("SSH: EXEC", " PUT ", " FETCH ")  # as Ansible shows them at -vvv
# What a cold run makes, and more, so that the next one is cold as well.
CLEAN = """
for group in /var/lib/dpkg/alternatives/*python* /var/lib/dpkg/alternatives/hand-*; do
    [ ! -e "$group" ] || update-alternatives --remove-all "${group##*/}" >/dev/null
done
rm -rf /opt/python /opt/by-hand /etc/profile.d/hand.sh /etc/profile.d/standalone-python.* /usr/local/bin/*python*
"""


def compare(rounds: int, disk: Disk) -> list[Line]:
    """The lines about the role. Raises `NginxUnavailable`, `RootUnavailable`, `HostFailed`, `SshUnavailable`."""
    mirror = make_mirror(disk.directory / "mirror", [SampleSpec(size="real")])
    with nginx(mirror.directory) as url, tempfile.TemporaryDirectory(prefix="r-") as scratch:
        spec = InstallSpec(mirror.samples[0], url, has_pip=mirror.has_pip)
        with running(*(HostSpec(f"role{number}", ROOTS["bookworm"]) for number in range(HOSTS))) as hosts:
            lines = _beside_today(rounds, disk, Fleet.prepare(Path(scratch), hosts, spec))
        return [*lines, *_per_host(rounds, disk, spec)]


@dataclass(frozen=True)
class InstallSpec:
    """The build that hosts are to have: a sample, which is served at `url`."""

    sample: Sample
    url: str
    has_pip: bool  # as real builds have it; a sample that is cut from Debian's Python has none

    def variables(self, play: str) -> dict[str, Any]:
        return {
            "build": self.sample.version.rpartition(".")[0],
            "root": ROOT[play],
            "index": f"{self.url}/{NDJSON}",
            "mirror": self.url,
            "url": f"{self.url}/{self.sample.spec.release}/{self.sample.file_name.replace('+', '%2B')}",
            "sha256": self.sample.sha256,
            "programs": ["python3", *(["pip3"] if self.has_pip else []), "pydoc3"],
        }


@dataclass(frozen=True)
class Fleet:
    """Hosts with separate systems, each of which a play may change."""

    controller: Controller
    hosts: Mapping[str, Host]
    spec: InstallSpec

    @classmethod
    def prepare(cls, scratch: Path, hosts: Mapping[str, Host], spec: InstallSpec) -> Fleet:
        python = {"ansible_python_interpreter": "/usr/bin/python3"}
        known = {name: {**host.connection("deploy"), **python} for name, host in hosts.items()}
        known_hosts = next(iter(hosts.values())).directory.parent / "known_hosts"
        return cls(Controller.over(scratch, known, known_hosts), hosts, spec)

    def play(self, name: str, *arguments: str) -> str:
        return self.controller.play(name, self.spec.variables(name), *arguments)

    def runs(self, *, cold: bool) -> Iterator[Contender]:
        for name, play in (("empty", EMPTY), ("the role", ROLE), ("today's way", BY_HAND)):
            yield Contender(name, self._run(play), self._check(play, cold=cold))

    def clean(self) -> None:
        for host in self.hosts.values():
            host.enter("sh", "-c", CLEAN)

    def calls(self, play: str) -> float:
        output = self.play(play, "-vvv")
        return sum(output.count(call) for call in REMOTE_CALLS)

    def _run(self, play: str) -> Callable[[Path], None]:
        return lambda directory: (directory / "output").write_text(self.play(play)) and None

    def _check(self, play: str, *, cold: bool) -> Callable[[Path], None]:
        def check(directory: Path) -> None:
            changed = changed_per_host((directory / "output").read_text())
            if play != EMPTY:
                self._require(play, changed, cold=cold)
            if cold:
                self.clean()

        return check

    def _require(self, play: str, changed: Mapping[str, int], *, cold: bool) -> None:
        if any(bool(count) is not cold for count in changed.values()) or set(changed) != set(self.hosts):
            raise WrongResult(f"The play {play} changed on each host: {changed}")
        for host in self.hosts.values():
            command = f"$(ls -d {ROOT[play]}/3.*/bin/python3) -B -c '{ASK}'"
            if f'"{self.spec.sample.spec.release}"' not in host.enter("sh", "-c", command).stdout:
                raise WrongResult(f"{host.spec.name} has not what {play} was to install.")


def _beside_today(rounds: int, disk: Disk, fleet: Fleet) -> list[Line]:
    fleet.play(EMPTY)  # which opens the connections
    cold = measure("role, cold", list(fleet.runs(cold=True)), rounds=rounds, disk=disk)
    calls = {play: fleet.calls(play) for play in (ROLE, BY_HAND)}
    again = measure("role, again", list(fleet.runs(cold=False)), rounds=rounds, disk=disk)
    calls_again = {play: fleet.calls(play) for play in (ROLE, BY_HAND)}
    names = ("the role", "today's way")
    return [
        ratio(f"the role on {HOSTS} hosts, cold", cold, *names, must=0.40),
        _calls(f"remote calls, {HOSTS} hosts, cold", calls),
        ratio(f"the role on {HOSTS} hosts, again", again, *names, must=0.4),
        _calls(f"remote calls, {HOSTS} hosts, again", calls_again),
    ]


def _calls(what: str, calls: Mapping[str, float]) -> Line:
    detail = f"{calls[ROLE]:.0f} / {calls[BY_HAND]:.0f}  today's way"
    return Line(what, detail, [calls[ROLE] / calls[BY_HAND]] * 2, None)


def _per_host(rounds: int, disk: Disk, spec: InstallSpec) -> list[Line]:
    """Check mode from nothing, where a host more should cost no more than the one before."""
    lines = []
    with sshd() as login, tempfile.TemporaryDirectory(prefix="p-") as scratch:
        controller = Controller.prepare(Path(scratch), login, max(FLEETS))
        variables = {**spec.variables(ROLE), "root": str(disk.directory / "nothing")}
        try:
            controller.play(EMPTY, {})
            for hosts in FLEETS:
                contenders = [
                    Contender(
                        play,
                        lambda _unused, play=play, hosts=hosts: (
                            controller.play(play, variables, "--check", "-e", "ansible_become=false", hosts=hosts)
                            and None
                        ),
                        lambda _unused: None,
                    )
                    for play in (EMPTY, ROLE)
                ]
                seconds = measure(f"check mode, {hosts}", contenders, rounds=rounds, disk=disk)
                own = [(role - empty) * 1000 / hosts for role, empty in zip(seconds[ROLE], seconds[EMPTY])]
                detail = f"{median(seconds[ROLE]):.2f} s, of which {median(seconds[EMPTY]):.2f} s for an empty play"
                lines.append(Line(f"the role in check mode, per host of {hosts}", detail, own, None, " ms"))
        finally:
            controller.disconnect()
    return lines
