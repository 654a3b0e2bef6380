# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a fleet: what `build_info` says of each host, beside what is published and what is past its end.

The report is plain data, in the shape that docs/audit.md describes; it is written out as JSON as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds import Asset, Build

from ._audit_advice import advice
from ._release_cycle import ReleaseCycle
from ._units import units_of


@dataclass(frozen=True)
class Yardstick:
    """What builds are measured by. `newest`: series such as 3.13t -> the newest asset of each target."""

    newest: Mapping[str, Iterable[Mapping[str, Any]]]
    cycle: ReleaseCycle
    today: date


def all_series(infos: Iterable[Mapping[str, Any]]) -> list[str]:
    """The series of all builds, from the oldest to the newest minor version. Hosts that gave no answer have none."""
    found = {
        (build.version.numbers[:2], build.series)
        for info in infos
        for build in (Build.from_dict(one) for one in info.get("builds") or ())
    }
    return [series for _minor, series in sorted(found)]


def report(
    infos: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Mapping[str, Any]], yardstick: Yardstick
) -> dict[str, Any]:
    """The whole report, from what was registered on each host: `infos` of `build_info`, and `groups` of `grep -H` on
    the control groups of the processes that it told of, which was skipped where there were none.
    """
    described = [_host(name, info, groups[name].get("stdout", ""), yardstick) for name, info in infos.items()]
    builds = [build for host in described for build in host["builds"]]
    at_paths = [build for build in builds if build["paths"]]  # others are kept to go back to, and are older by nature
    return {
        "date": yardstick.today.isoformat(),
        "release_cycle": yardstick.cycle.source,
        "summary": {
            "hosts": len(described),
            "without_answer": sum(host["problem"] is not None for host in described),
            "builds": len(builds),
            "drifted": sum(build["intact"] is False for build in builds),
            "outdated": sum(build["outdated"] is True for build in at_paths),
            "past_end_of_life": sum(build["past_end_of_life"] for build in at_paths),
            "on_trial": sum(bool(build["on_trial"]) for build in builds),
        },
        "series": [_series(name, builds, yardstick) for name in all_series(infos.values())],
        "advice": advice(described),
        "hosts": described,
    }


def _host(name: str, info: Mapping[str, Any], groups: str, yardstick: Yardstick) -> dict[str, Any]:
    problem = None if "builds" in info else str(info.get("msg") or "The host gave no answer.").strip()
    builds = [
        {**_build(one, groups, yardstick), "on_trial": _on_trial(one, info["paths"])}
        for one in info.get("builds") or ()
    ]
    return {"host": name, "problem": problem, "builds": builds}


def _build(found: Mapping[str, Any], groups: str, yardstick: Yardstick) -> dict[str, Any]:
    build = Build.from_dict(found)
    newest = _newest(build, yardstick)
    end = yardstick.cycle.end_of(build.version.minor_text)
    return {
        **build.as_dict(),
        "series": build.series,
        "paths": list(found["paths"]),
        "intact": found["intact"],
        "drift": {kind: list(names) for kind, names in (found["drift"] or {}).items()},
        "newest": f"{newest.version}+{newest.release}" if newest else None,
        "outdated": _age(newest) > _age(build) if newest else None,
        "end_of_life": end.isoformat() if end else None,
        "past_end_of_life": end is not None and end < yardstick.today,
        "run_by": units_of(groups, found["pids"]),
        "pids": list(found["pids"]),
    }


def _on_trial(found: Mapping[str, Any], paths: Iterable[Mapping[str, Any]]) -> list[str]:
    """The paths that go back to another build should this one be found not to work."""
    place = (found["store"], found["entry"])
    return [one["path"] for one in paths if one["before_trial"] and (one["store"], one["entry"]) == place]


def _newest(build: Build, yardstick: Yardstick) -> Build | None:
    offered = yardstick.newest.get(build.series) or ()
    return next((Asset.from_dict(one).build for one in offered if one["target"] == build.target), None)


def _age(build: Build) -> tuple[int, int]:
    return build.version.sort_key, int(build.release)


def _series(name: str, builds: Iterable[Mapping[str, Any]], yardstick: Yardstick) -> dict[str, Any]:
    end = yardstick.cycle.end_of(name.rstrip("td"))
    return {
        "series": name,
        "builds": sum(build["series"] == name for build in builds),
        "end_of_life": end.isoformat() if end else None,
        "past_end_of_life": end is not None and end < yardstick.today,
    }
