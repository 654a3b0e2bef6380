# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a fleet: compare the `build_info` of each host with published releases and end-of-life dates.

The report is plain data, in the shape that docs/audit.md describes; it is written out as JSON as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._readable import message, readable

from .._advisories.advisory import Advisory
from .._advisories.sources import Advisories
from .._components.table import completed, components_of
from .._systemd import units_of
from .._wording import shortened
from .advice import advice
from .affected import Judge, Versions
from .answer import DamagedAnswer, FoundBuild, FoundEnvironment, FoundPath, HostAnswer
from .release_cycle import ReleaseCycle

_HOSTS_SHOWN = 20
_SUBJECT = ("host", "kind", "environment", "store", "entry")  # of something affected


@dataclass(frozen=True)
class Baseline:
    """What builds are compared with. `newest` maps a series such as 3.13t to the newest asset of each target.

    `now` is the time of the audit in UTC.
    """

    newest: Mapping[str, Iterable[Mapping[str, Any]]]
    cycle: ReleaseCycle
    now: datetime
    advisories: Advisories = field(default_factory=Advisories)

    @property
    def today(self) -> date:
        """The day of the audit."""
        return self.now.date()


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
    module has a `problem` and no builds, and comes first.
    """
    described = [_host(name, info, _stdout(groups.get(name)), baseline) for name, info in infos.items()]
    described.sort(key=lambda host: host["problem"] is None)
    builds = [build for host in described for build in host["builds"]]
    found = Judge(baseline.advisories.all, partial(_components_of_newest, baseline=baseline)).findings(described)
    return {
        "date": baseline.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "release_cycle": baseline.cycle.source,
        "summary": _summary(described, builds, found.affected),
        "advisories": [_advisory(one) for one in baseline.advisories.all],
        "notes": [*baseline.advisories.notes, *_unknown_newest(builds), *_unreadable(described)],
        "affected": found.affected,
        "unjudged": found.unjudged,
        "series": [_series(name, builds, baseline) for name in _in_order({build["series"] for build in builds})],
        "advice": advice(described, found.affected),
        "hosts": described,
    }


def _unknown_newest(builds: Iterable[Mapping[str, Any]]) -> list[str]:
    """A note about the builds at paths that nothing could be compared with; without it they would look up to date."""
    unknown = [build["series"] for build in builds if build["paths"] and build["outdated"] is None]
    if not unknown:
        return []
    builds_are = "1 build is" if len(unknown) == 1 else f"{len(unknown)} builds are"
    return [
        f"Nothing says whether {builds_are} outdated: the index has no {', '.join(_in_order(set(unknown)))} for the "
        "target, or could not be read."
    ]


def _unreadable(described: Iterable[Mapping[str, Any]]) -> list[str]:
    """Notes about files of stores that hosts could not read; without them, what those hide would look like nothing."""
    hosts: dict[str, list[str]] = {}
    for host in described:
        for text in host["damaged"]:
            hosts.setdefault(text, []).append(readable(host["host"]))
    return [
        f"This report may lack builds of {shortened(named, _HOSTS_SHOWN)}: {message(text)}"
        for text, named in hosts.items()
    ]


def _advisory(advisory: Advisory) -> dict[str, Any]:
    names = ("id", "aliases", "components", "why", "url", "severity", "source")
    return {name: list(value) if isinstance(value := getattr(advisory, name), tuple) else value for name in names}


def _summary(
    hosts: Sequence[Mapping[str, Any]],
    builds: Sequence[Mapping[str, Any]],
    affected: Sequence[Mapping[str, Any]],
) -> dict[str, int]:
    counted = [one for one in affected if one["counts"]]
    at_paths = [build for build in builds if build["paths"]]  # the others are kept to roll back to, and so are older
    return {
        "hosts": len(hosts),
        "without_answer": sum(host["problem"] is not None for host in hosts),
        "affected_hosts": len({one["host"] for one in counted}),
        "affected": len({tuple(one[key] for key in _SUBJECT) for one in counted}),
        "builds": len(builds),
        "environments": sum(len(host["environments"]) for host in hosts),
        "drifted": sum(build["intact"] is False for build in builds),
        "outdated": sum(build["outdated"] is True for build in at_paths),
        "past_end_of_life": sum(build["past_end_of_life"] for build in at_paths),
        "provisional": sum(bool(build["provisional"]) for build in builds),
        "left": sum(bool(build["left"]) for build in builds),
        "fips": sum(bool(host["fips"] and host["builds"]) for host in hosts),
    }


FAILURES: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], bool]]] = {
    "drifted": ("drifted", lambda build: build["intact"] is False),
    "does_not_run": ("unable to run a build", lambda build: bool(build["paths"]) and bool(build["does_not_run"])),
    "provisional": ("provisional", lambda build: bool(build["provisional"])),
    "left": ("taken back from a newer build", lambda build: bool(build["left"])),
    "outdated": ("outdated", lambda build: bool(build["paths"]) and build["outdated"] is True),
    "past_end_of_life": (
        "past the end of life of a build",
        lambda build: bool(build["paths"]) and build["past_end_of_life"],
    ),
    "still_running": ("running an earlier build", lambda build: not build["paths"] and bool(build["pids"])),
}
WITHOUT_ANSWER, AFFECTED = "without_answer", "affected"
_TITLES = {WITHOUT_ANSWER: "without answer", AFFECTED: "affected by an advisory"}


def failures(audited: Mapping[str, Any], kinds: Iterable[str]) -> list[str]:
    """The `kinds` of problems that a report has, each with the number of hosts and their names; empty without any.

    The kinds are `WITHOUT_ANSWER`, `AFFECTED` and those of `FAILURES`. Earlier builds, kept to roll back to, count
    neither as outdated nor as past their end of life, nor as affected unless processes run them.
    """
    found = []
    affected = {one["host"] for one in audited["affected"] if one["counts"]}
    for kind in dict.fromkeys(kinds):
        title, is_so = FAILURES.get(kind, (_TITLES.get(kind, kind), None))
        if kind == AFFECTED:
            hosts = [host["host"] for host in audited["hosts"] if host["host"] in affected]
        else:
            hosts = [host["host"] for host in audited["hosts"] if _fails(host, is_so)]
        if hosts:
            named = shortened([*map(readable, hosts)], _HOSTS_SHOWN)
            found.append(f"{len(hosts)} {'host is' if len(hosts) == 1 else 'hosts are'} {title}: {named}.")
    return found


def _fails(host: Mapping[str, Any], is_so: Callable[[Mapping[str, Any]], bool] | None) -> bool:
    if is_so is None:
        return host["problem"] is not None
    return any(map(is_so, host["builds"]))


def _host(name: str, info: Any, groups: str, baseline: Baseline) -> dict[str, Any]:
    try:
        answer = HostAnswer.parse(info)
        builds = [_build(found, answer.paths, groups, baseline) for found in answer.builds]
        environments = [_environment(one, answer) for one in answer.environments]
    except DamagedAnswer as error:
        return _described(name, HostAnswer((), ()), [], [], problem=str(error))
    return _described(name, answer, builds, environments)


def _described(
    name: str,
    answer: HostAnswer,
    builds: list[dict[str, Any]],
    environments: list[dict[str, Any]],
    *,
    problem: str | None = None,
) -> dict[str, Any]:
    return {
        "host": name,
        "problem": problem,
        "fips": answer.fips,
        "builds": builds,
        "environments": environments,
        "unsearched": list(answer.unsearched),
        "damaged": [*answer.damaged, *map(_without_build, answer.gone)],
    }


def _without_build(path: FoundPath) -> str:
    return (
        f"{path.path} names the build {path.entry}, which the store no longer has, so no Python is there. Run what "
        "installs it, such as the playbook install."
    )


def _environment(found: FoundEnvironment, answer: HostAnswer) -> dict[str, Any]:
    of_build = answer.build_at(found.entry, found.store) if found.store else None
    return {
        "path": found.path,
        "version": found.version,
        "owner": found.owner,
        "store": found.store,
        "entry": found.entry,
        "build": short_name(of_build.asset.build) if of_build else None,
        "components": found.components,
    }


def _build(found: FoundBuild, paths: Iterable[FoundPath], groups: str, baseline: Baseline) -> dict[str, Any]:
    build = found.asset.build
    newest = _newest(build, baseline)
    end = baseline.cycle.end_of(build.version.minor_text)
    pids = found.pids()
    named_by = list(found.fields.texts("paths"))
    return {
        **build.as_dict(),
        "sha256": found.asset.sha256,
        "url": shown_url(found.asset.url),
        "entry": found.entry,
        "store": found.store,
        "installed_at": found.fields.optional_text("installed_at"),
        "components": completed(build, found.components()),
        "series": build.series,
        "paths": named_by,
        "intact": found.fields.optional(found.fields.flag, "intact"),
        "drift": found.drift(),
        "does_not_run": found.fields.optional_text("does_not_run"),
        "newest": f"{newest.version}+{newest.release}" if newest else None,
        "outdated": newest.recency > build.recency if newest else None,
        "end_of_life": end.isoformat() if end else None,
        "past_end_of_life": end is not None and end < baseline.today,
        "run_by": units_of(groups, pids),
        "pids": pids,
        "processes": found.processes(),
        "kept": None if named_by else _kept_as(found, paths),
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


def _kept_as(found: FoundBuild, paths: Iterable[FoundPath]) -> str:
    """Whether a build that no path names is older or newer than those that paths of its store name."""
    used = [one for one in paths if one.store == found.store]
    recency, series = found.asset.build.recency, found.asset.build.series
    left = [one.build for path in used for one in path.left if one.build.name == found.asset.build.name]
    current = [one for one in map(_build_of_path, used) if one and one.series == series]
    is_newer = bool(left) or any(recency > one.recency for one in current)
    return "newer" if is_newer else "earlier"


def _build_of_path(path: FoundPath) -> Build | None:
    found = path.fields.optional(path.fields.object, "build")
    return Build.from_dict(found, path.path, DamagedAnswer) if found else None


def _components_of_newest(build: Mapping[str, Any], *, baseline: Baseline) -> Versions | None:
    """The components of the newest build that could replace one; None if none is newer, empty if they are unknown."""
    here = Build.from_dict(build)
    newest = _newest(here, baseline)
    return components_of(newest) if newest and newest.recency > here.recency else None


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
