# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report long runs as lines: which wave of `upgrade` begins, what each host got in which time, and how the run ended.

Of what a host answered, only times are read, and checked; versions come from decisions of the controller.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.utils.helpers import pct_to_int

from ansible_collections.standalone.python.plugins.module_utils._readable import message

from .._wording import shortened
from .upgrade import CURRENT, PROVISIONAL, UPGRADE

_NAMED_HOSTS = 5
_SWITCHES = (UPGRADE, PROVISIONAL)
_LOST = "failed or could not be reached, see above"
_LONGEST_S = 10_000_000  # what a host answers as its time is no longer than this


@dataclass(frozen=True)
class Wave:
    """One wave of a run: its `number` from 1, the `count` of waves, and its hosts, also those that were lost since."""

    number: int
    count: int
    hosts: tuple[str, ...]

    @classmethod
    def of(cls, batch: Sequence[str], everyone: Sequence[str], serial: Sequence[int | str]) -> Wave:
        """The wave that has the hosts of `batch`, when Ansible divides `everyone` by the keyword `serial`."""
        waves = list(_divided(everyone, serial))
        number = next((number for number, wave in enumerate(waves, 1) if set(batch) & set(wave)), len(waves))
        return cls(number, len(waves), tuple(waves[number - 1]) if waves else ())

    @property
    def is_last(self) -> bool:
        """Whether no wave follows."""
        return self.number == self.count

    def __str__(self) -> str:
        return f"Wave {self.number} of {self.count}"

    def begin(self) -> str:
        """The line for its begin: `Wave 2 of 4: web1, web2`."""
        return message(f"{self}: {shortened(self.hosts, _NAMED_HOSTS)}")


def _divided(everyone: Sequence[str], serial: Sequence[int | str]) -> Iterator[Sequence[str]]:
    """The hosts of each wave, as Ansible divides them: the last size counts for all later waves."""
    start = number = 0
    while start < len(everyone):
        size = pct_to_int(serial[min(number, len(serial) - 1)], len(everyone))
        end = start + size if size > 0 else len(everyone)
        yield everyone[start:end]
        start, number = end, number + 1


@dataclass(frozen=True)
class _HostResult:
    """What the run did on one host, from the variables that its tasks registered."""

    name: str
    action: str | None  # of the decision; None without one, and for a host that was lost since
    failed: bool
    changed: bool
    note: str
    before: str
    chosen: str
    started: float | None
    seconds: float

    @classmethod
    def of(cls, variables: Mapping[str, Any], lost: Collection[str] = ()) -> _HostResult:
        step, done = _mapping(variables.get("upgrade__step")), _mapping(variables.get("upgrade__done"))
        is_lost = variables["inventory_hostname"] in lost or done.get("unreachable") is True
        return cls(
            name=str(variables["inventory_hostname"]),
            action=None if is_lost else step.get("action"),
            failed=variables.get("upgrade__failure") is not None,
            changed=done.get("changed") is True,
            note=str(step.get("note") or ""),
            before=_version(step.get("previous")),
            chosen=_version(_mapping(step.get("asset")).get("name")),
            started=step.get("started"),
            seconds=_number(_mapping(done.get("timings")).get("total_s"))
            + _duration(_mapping(variables.get("upgrade__health")).get("delta")),
        )

    def line(self, *, is_rolled_back: bool) -> str:
        """What the host got; `is_rolled_back` is whether its wave returned to the previous builds."""
        text = self._returned() if is_rolled_back else self._passed()
        return message(f"{self.name}: {text}{f', {self.seconds:.1f} s' if self.seconds and self.action else ''}")

    def _passed(self) -> str:
        if self.action == UPGRADE:
            return f"{self.before} -> {self.chosen}"
        if self.action == PROVISIONAL:
            return f"{self.before} -> {self.chosen}, installed by an earlier run"
        if self.action == CURRENT:
            return f"{self.chosen} repaired" if self.changed else f"has {self.chosen} already"
        if self.action is None:
            return _LOST
        return f"not upgraded. {self.note.rstrip('.')}"

    def _returned(self) -> str:
        outcome = "failed" if self.failed else "passed"
        if self.action in _SWITCHES:
            return f"{outcome} with {self.chosen}, has {self.before} again"
        if self.action == CURRENT:
            return f"{outcome} with {self.chosen}, and keeps it"
        return "failed, and was not changed" if self.failed and self.action else self._passed()


@dataclass(frozen=True)
class _Totals:
    """How many hosts ended how."""

    upgraded: int
    unchanged: int
    lost: int

    @classmethod
    def of(cls, results: Iterable[_HostResult], count: int) -> _Totals:
        """Those of `count` hosts; a host without a result is lost."""
        decided = [one for one in results if one.action is not None and not one.failed]
        upgraded = sum(one.action in _SWITCHES for one in decided)
        return cls(upgraded, len(decided) - upgraded, count - len(decided))

    def text(self, *, check_mode: bool) -> str:
        """The counts in words."""
        first = f"{self.upgraded} {'to be upgraded' if check_mode else 'upgraded'}, {self.unchanged} not"
        return f"{first}, {self.lost} failed or not reached" if self.lost else first


def upgrade_lines(
    everyone: Iterable[Mapping[str, Any]], wave: Wave, batch: Sequence[str], *, is_rolled_back: bool, check_mode: bool
) -> list[str]:
    """A line for each host of the wave, one for the wave, and after the last wave or a failure one for the run.

    `everyone` are the variables of hosts: of those in the wave, and where a line for the run is due, of all.
    `batch` are the hosts of the wave that are left, and `is_rolled_back` is whether it has its previous builds again.
    """
    now, lost = time.time(), {*wave.hosts} - {*batch}
    results = [_HostResult.of(variables, lost) for variables in everyone]
    of_wave = {one.name: one for one in results if one.name in wave.hosts}
    lines = [one.line(is_rolled_back=is_rolled_back) for one in of_wave.values()]
    if is_rolled_back:
        failed = ", ".join(one.name for one in of_wave.values() if one.failed)
        return [*lines, message(f"{wave} failed{_after(of_wave.values(), now)}: {failed}"), _stop(results, wave, now)]
    totals = _Totals.of(of_wave.values(), len(wave.hosts)).text(check_mode=check_mode)
    lines.append(f"{wave} ended{_after(of_wave.values(), now)}: {totals}")
    if wave.is_last:
        whole = _Totals.of(results, len(results)).text(check_mode=check_mode)
        lines.append(f"The run ended{_after(results, now)}: {whole}")
    return lines


def _stop(results: Sequence[_HostResult], wave: Wave, now: float) -> str:
    """The last line of a run that a wave ends by its failure."""
    names = [one.name for one in results]
    first = next((number for number, name in enumerate(names) if name in wave.hosts), len(names))
    upgraded = sum(one.action in _SWITCHES for one in results[:first])
    kept = f"{_hosts(upgraded)} of earlier waves {'keeps' if upgraded == 1 else 'keep'} the new build"
    later = max(0, len(names) - first - len(wave.hosts))
    untouched = f"{_hosts(later)} of later waves {'was' if later == 1 else 'were'} not touched"
    return f"The run stopped{_after(results, now)}: {kept}, {untouched}"


def install_lines(everyone: Sequence[Mapping[str, Any]], lost: Sequence[str], *, check_mode: bool) -> list[str]:
    """A line for each path that the role `interpreter` changed, and one for the run.

    `everyone` are the variables of all hosts, and `lost` the names of those that failed or were not reached.
    """
    lines: list[str] = []
    changed_hosts = 0
    for variables in everyone:
        name = str(variables["inventory_hostname"])
        installed = _results(variables, "interpreter_installed")
        # Else of an earlier run of the role: nothing was removed in this one.
        removed = _results(variables, "interpreter_removed") if _has_removed(variables) else []
        changes = [f"{name}: {text}" for text in (*map(_installed, installed), *map(_removed, removed)) if text]
        changed_hosts += bool(changes)
        lines += map(message, changes)
    paths = f"{len(lines)} {'path' if len(lines) == 1 else 'paths'}"
    verb = "would get or lose a build" if check_mode else "got or lost a build"
    failed = f", {_hosts(len(lost))} failed or not reached" if lost else ""
    return [*lines, f"{paths} on {changed_hosts} of {_hosts(len(everyone))} {verb}{failed}"]


def _installed(result: Mapping[str, Any]) -> str:
    if result.get("changed") is not True:
        return ""
    build, previous = _version_of(result.get("build")), _version_of(result.get("previous"))
    seconds = _number(_mapping(result.get("timings")).get("total_s"))
    took = f", {seconds:.1f} s" if seconds else ""
    return f"{result.get('path')}: {f'{previous} -> {build}' if previous else build}{took}"


def _has_removed(variables: Mapping[str, Any]) -> bool:
    return "absent" in (_mapping(variables.get("interpreter__look")).get("differs") or ())


def _removed(result: Mapping[str, Any]) -> str:
    return f"{result.get('path')}: removed" if result.get("changed") is True else ""


def _results(variables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = _mapping(variables.get(name)).get("results")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value, or an empty mapping: a host that was lost early registered nothing."""
    return value if isinstance(value, Mapping) else {}


def _version_of(build: Any) -> str:
    return f"{build.get('version')}+{build.get('release')}" if isinstance(build, Mapping) else ""


def _version(name: Any) -> str:
    """The version and the release in the full name of a build."""
    return str(name or "").partition("-")[2].partition("-")[0]


def _number(value: Any) -> float:
    """The seconds that a host answered, 0 for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < _LONGEST_S else 0.0


def _duration(text: Any) -> float:
    """The seconds in the `delta` of a command, as in 0:00:01.25; 0 for anything else."""
    try:
        hours, minutes, seconds = str(text).split(":")
        return _number(float(hours) * 3600 + float(minutes) * 60 + float(seconds))  # of no size an error
    except ValueError:
        return 0.0


def _after(results: Iterable[_HostResult], now: float) -> str:
    """The time since the first of these hosts began, in words; empty where none did."""
    started = [one.started for one in results if one.started is not None]
    return f" after {now - min(started):.0f} s" if started else ""


def _hosts(count: int) -> str:
    return f"{count} {'host' if count == 1 else 'hosts'}"
