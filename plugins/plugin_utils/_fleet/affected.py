# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is affected: advisories compared with what the builds and environments of the hosts carry.

What cannot be judged is said, with the reason, and never counts as unaffected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .._advisories.advisory import Advisory, Verdict, may_have
from .._wording import shortened
from .states import fix_of

Host = Mapping[str, Any]
Build = Mapping[str, Any]
Finding = Mapping[str, Any]
"""One entry of `Findings.affected`."""
Versions = Mapping[str, Mapping[str, str]]  # component -> version and source

# What an environment has for itself; all else it uses is its build's.
OF_ENVIRONMENTS = ("pip", "setuptools")
_MOST_LINES, _MOST_HOSTS = 50, 10  # in a terminal; the page has all
_OF_FILES = frozenset(("pip", "ensurepip-pip", "setuptools", "certifi"))


@dataclass
class Findings:
    """`affected` and `unjudged`, each in the order of the advisories; the keys are those of docs/audit.md."""

    affected: list[dict[str, Any]] = field(default_factory=list)
    unjudged: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Judge:
    """Compares hosts with `advisories`. `newest_components` are those of the newest build, None without a newer one."""

    advisories: Sequence[Advisory]
    newest_components: Callable[[Build], Versions | None]
    _verdicts: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)

    def findings(self, hosts: Iterable[Host]) -> Findings:
        """What is affected on the hosts, and what cannot be judged."""
        every = list(hosts)
        found = Findings()
        doubts: dict[tuple[str, str, str, str], dict[str, None]] = {}
        for advisory in self.advisories:
            for component in advisory.components:
                for host in every:
                    for subject in self._subjects(host, component):
                        version = subject["version"]
                        verdict = self._verdict(advisory, component, version) if version else _unknown(subject)
                        if verdict.affected:
                            found.affected.append(self._finding(advisory, component, host, subject))
                        elif verdict.affected is None:
                            shown = (advisory.id, component, version or "", verdict.why)
                            doubts.setdefault(shown, {})[host["host"]] = None
        found.unjudged = [
            {"advisory": advisory, "component": component, "version": version or None, "why": why, "hosts": [*names]}
            for (advisory, component, version, why), names in doubts.items()
        ]
        return found

    def _verdict(self, advisory: Advisory, component: str, version: str) -> Verdict:
        key = (advisory.id, component, version)
        if key not in self._verdicts:
            self._verdicts[key] = advisory.judge(component, version)
        return self._verdicts[key]

    def _subjects(self, host: Host, component: str) -> Iterator[dict[str, Any]]:
        """The builds and environments of a host that have the component, or may have it; then `version` is None."""
        for build in host["builds"]:
            known = build["components"].get(component)
            if known or may_have(component, build["components"]):
                yield {"kind": "build", "of": build, "version": known["version"] if known else None, "known": known}
        for environment in host["environments"] if component in OF_ENVIRONMENTS else ():
            known = environment["components"].get(component)
            if known:
                yield {"kind": "environment", "of": environment, "version": known["version"], "known": known}

    def _finding(self, advisory: Advisory, component: str, host: Host, subject: Mapping[str, Any]) -> dict[str, Any]:
        one = subject["of"]
        shared = {
            "advisory": advisory.id,
            "why": advisory.why,
            "url": advisory.url,
            "component": component,
            "version": subject["version"],
            "source": subject["known"]["source"],
            "host": host["host"],
            "kind": subject["kind"],
        }
        if subject["kind"] == "environment":
            fix = advisory.fixed_in(component, subject["version"])
            return {
                **shared,
                "environment": one["path"],
                "store": one["store"],
                "entry": one["entry"],
                "owner": one["owner"],
                "build": one["build"],
                "series": None,
                "paths": [],
                "environments": [],
                "run_by": [],
                "processes": [],
                "counts": True,
                "fixed": True if fix else None,
                "fixed_by": f"{component} {fix}" if fix else None,
            }
        uses = [] if component in _OF_FILES else _environments_of(host, one)
        return {
            **shared,
            "environment": None,
            "store": one["store"],
            "entry": one["entry"],
            "owner": None,
            "build": f"{one['version']}+{one['release']}",
            "series": one["series"],
            "paths": one["paths"],
            "environments": uses,
            "run_by": one["run_by"],
            "processes": one["processes"],
            "counts": bool(one["paths"] or one["pids"]),
            **self._fix(advisory, component, one),
        }

    def _fix(self, advisory: Advisory, component: str, build: Build) -> dict[str, Any]:
        """Whether the newest build has the fix: null if there is a newer one and it is not known."""
        newest = self.newest_components(build)
        if newest is None:
            return {"fixed": False if build["newest"] else None, "fixed_by": None}
        known = newest.get(component)
        if known is None:
            return {"fixed": None, "fixed_by": None}
        verdict = self._verdict(advisory, component, known["version"])
        if verdict.affected is None:
            return {"fixed": None, "fixed_by": None}
        return {"fixed": not verdict.affected, "fixed_by": None if verdict.affected else build["newest"]}


def _unknown(subject: Mapping[str, Any]) -> Verdict:
    build = subject["of"]
    return Verdict(None, f"the version in {build['version']}+{build['release']} is not known")


def _environments_of(host: Host, build: Build) -> list[str]:
    place: tuple[Literal["store", "entry"], ...] = ("store", "entry")
    return [one["path"] for one in host["environments"] if all(one[key] == build[key] for key in place)]


def affected_lines(report: Mapping[str, Any]) -> list[str]:
    """Who is affected, by what, and what fixes it, for a terminal: at most so many lines, and as many hosts in each."""
    lines: dict[str, dict[str, None]] = {}
    for one in report["affected"]:
        build = f"the build {one['build']} at {', '.join(one['paths'])}" if one["paths"] else f"a kept {one['build']}"
        where = f"the environment {one['environment']}" if one["environment"] else build
        text = f"{one['advisory']}: {one['component']} {one['version']} in {where}, {fix_of(one)}"
        lines.setdefault(text, {})[one["host"]] = None
    for one in report["unjudged"]:
        version = one["version"] or "of unknown version"
        text = f"{one['advisory']} cannot be judged for {one['component']} {version}: {one['why']}"
        lines.setdefault(text, {}).update(dict.fromkeys(one["hosts"]))
    found = [readable(f"{text}. Hosts: {shortened([*hosts], _MOST_HOSTS)}.") for text, hosts in lines.items()]
    rest = [f"{len(found) - _MOST_LINES} more are in the report."] if len(found) > _MOST_LINES else []
    silent = report["summary"]["without_answer"]
    rest += (
        [f"{silent} {'host' if silent == 1 else 'hosts'} gave no answer, so nothing is known there."] if silent else []
    )
    is_judged = report["advisories"] and not found
    nobody = ["Nothing is affected by what the advisories say."] if is_judged else []
    return [*nobody, *found[:_MOST_LINES], *rest, *map(readable, report["notes"])]
