# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a fleet: compare the `build_info` of each host with published releases and end-of-life dates.

The report is plain data, in the shape that docs/audit.md describes; it is written out as JSON as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name

from .._systemd import units_of
from .advice import advice
from .answer import DamagedAnswer, FoundBuild, FoundPath, HostAnswer
from .release_cycle import ReleaseCycle

_HOSTS_SHOWN = 20


@dataclass(frozen=True)
class Baseline:
    """What builds are compared with. `newest` maps a series such as 3.13t to the newest asset of each target."""

    newest: Mapping[str, Iterable[Mapping[str, Any]]]
    cycle: ReleaseCycle
    today: date


def all_series(infos: Iterable[Any]) -> list[str]:
    """The series of all builds, from the oldest to the newest minor version; unusable answers are skipped."""
    found: set[str] = set()
    for info in infos:
        with suppress(DamagedAnswer):
            found.update(build.asset.build.series for build in HostAnswer.parse(info).builds)
    return _in_order(found)


def _in_order(series: Iterable[str]) -> list[str]:
    return sorted(series, key=lambda name: ([int(number) for number in name.rstrip("td").split(".")], name))


def report(infos: Mapping[str, Any], groups: Mapping[str, Any], baseline: Baseline) -> dict[str, Any]:
    """The whole report, from the results registered on each host.

    `infos` are those of `build_info`, and `groups` those of `grep -H` on the control groups of the processes that it
    reported, a task that is skipped when there are none. Either can be anything: a host whose answer is not that of the
    module has a `problem` and no builds.
    """
    described = [_host(name, info, _stdout(groups.get(name)), baseline) for name, info in infos.items()]
    builds = [build for host in described for build in host["builds"]]
    return {
        "date": baseline.today.isoformat(),
        "release_cycle": baseline.cycle.source,
        "summary": _summary(described, builds),
        "series": [_series(name, builds, baseline) for name in _in_order({build["series"] for build in builds})],
        "advice": advice(described),
        "hosts": described,
    }


def _summary(hosts: Sequence[Mapping[str, Any]], builds: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    at_paths = [build for build in builds if build["paths"]]  # the others are kept to roll back to, and so are older
    return {
        "hosts": len(hosts),
        "without_answer": sum(host["problem"] is not None for host in hosts),
        "builds": len(builds),
        "drifted": sum(build["intact"] is False for build in builds),
        "outdated": sum(build["outdated"] is True for build in at_paths),
        "past_end_of_life": sum(build["past_end_of_life"] for build in at_paths),
        "provisional": sum(bool(build["provisional"]) for build in builds),
        "left": sum(bool(build["left"]) for build in builds),
    }


FAILURES: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], bool]]] = {
    "drifted": ("drifted", lambda build: build["intact"] is False),
    "does_not_run": ("unable to run a build", lambda build: bool(build["paths"]) and bool(build["does_not_run"])),
    "provisional": ("provisional", lambda build: bool(build["provisional"])),
    "left": ("taken back from a newer build", lambda build: bool(build["left"])),
    "outdated": ("outdated", lambda build: bool(build["paths"]) and build["outdated"] is True),
    "eol": ("past the end of life of a build", lambda build: bool(build["paths"]) and build["past_end_of_life"]),
    "still_running": ("running an earlier build", lambda build: not build["paths"] and bool(build["pids"])),
}
NO_ANSWER = "no_answer"


def failures(audited: Mapping[str, Any], kinds: Iterable[str]) -> list[str]:
    """The `kinds` of problems that a report has, each with the number of hosts and their names; empty without any.

    The kinds are `NO_ANSWER` and those of `FAILURES`. Earlier builds, kept to roll back to, count neither as outdated
    nor as past their end of life.
    """
    found = []
    for kind in dict.fromkeys(kinds):
        title, is_so = FAILURES.get(kind, ("without answer", None))
        hosts = [host["host"] for host in audited["hosts"] if _fails(host, is_so)]
        if hosts:
            named = ", ".join(hosts[:_HOSTS_SHOWN])
            more = f" and {len(hosts) - _HOSTS_SHOWN} more" if len(hosts) > _HOSTS_SHOWN else ""
            found.append(f"{len(hosts)} {'host is' if len(hosts) == 1 else 'hosts are'} {title}: {named}{more}.")
    return found


def _fails(host: Mapping[str, Any], is_so: Callable[[Mapping[str, Any]], bool] | None) -> bool:
    if is_so is None:
        return host["problem"] is not None
    return any(map(is_so, host["builds"]))


def _host(name: str, info: Any, groups: str, baseline: Baseline) -> dict[str, Any]:
    try:
        answer = HostAnswer.parse(info)
        builds = [_build(found, answer.paths, groups, baseline) for found in answer.builds]
    except DamagedAnswer as error:
        return {"host": name, "problem": str(error), "builds": []}
    return {"host": name, "problem": None, "builds": builds}


def _build(found: FoundBuild, paths: Iterable[FoundPath], groups: str, baseline: Baseline) -> dict[str, Any]:
    build = found.asset.build
    newest = _newest(build, baseline)
    end = baseline.cycle.end_of(build.version.minor_text)
    pids = found.pids()
    return {
        **build.as_dict(),
        "series": build.series,
        "paths": list(found.fields.texts("paths")),
        "intact": found.fields.optional_flag("intact"),
        "drift": found.drift(),
        "does_not_run": found.fields.optional_text("does_not_run"),
        "newest": f"{newest.version}+{newest.release}" if newest else None,
        "outdated": newest.recency > build.recency if newest else None,
        "end_of_life": end.isoformat() if end else None,
        "past_end_of_life": end is not None and end < baseline.today,
        "run_by": units_of(groups, pids),
        "pids": pids,
        "provisional": _provisional(found, paths),
        "left": _left(found, paths),
    }


def _provisional(found: FoundBuild, paths: Iterable[FoundPath]) -> list[str]:
    """The paths that would return to another build if this one does not work."""
    entry = (found.store, found.entry)
    return [one.path for one in paths if one.fallback and (one.store, one.entry) == entry]


def _left(found: FoundBuild, paths: Iterable[FoundPath]) -> list[dict[str, str]]:
    """Newer builds that paths with this one were rolled back from; an upgrade would choose them again."""
    entry, recency = (found.store, found.entry), found.asset.build.recency
    return [
        {"path": path.path, "build": short_name(one.build), "since": one.since, "reason": one.reason}
        for path in paths
        if (path.store, path.entry) == entry
        for one in path.left
        if one.build.recency > recency
    ]


def _stdout(registered: Any) -> str:
    """The output of a command; empty when it was skipped, or when the host answered something else."""
    printed = registered.get("stdout") if isinstance(registered, Mapping) else None
    return printed if isinstance(printed, str) else ""


def _newest(build: Build, baseline: Baseline) -> Build | None:
    offered = baseline.newest.get(build.series) or ()
    return next((Asset.from_dict(one).build for one in offered if one["target"] == build.target), None)


def _series(name: str, builds: Iterable[Mapping[str, Any]], baseline: Baseline) -> dict[str, Any]:
    end = baseline.cycle.end_of(name.rstrip("td"))
    return {
        "series": name,
        "builds": sum(build["series"] == name for build in builds),
        "end_of_life": end.isoformat() if end else None,
        "past_end_of_life": end is not None and end < baseline.today,
    }
