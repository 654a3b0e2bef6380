# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's report as metrics in the exposition format of Prometheus.

Hosts put texts into labels: these show every character, and quotes, backslashes and line ends are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timezone
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._readable import readable

_PREFIX = "standalone_python_"
_HELP = {
    "build_info": "A build of a host. The path is empty for a build that no path names.",
    "outdated": "Whether the index has a newer build for the path. Absent if nothing is known.",
    "end_of_life_seconds": "The end of life of the series at the path, in seconds since 1970. Absent if unknown.",
    "affected": "An advisory that affects a build or an environment of a host.",
    "drifted": "Whether the files of a build differ from what was published. Absent if they were not compared.",
    "in_use": "How many processes run a build.",
    "unreachable": "Whether a host gave no answer, or a damaged one.",
}

Host = Mapping[str, Any]
Build = Mapping[str, Any]


class _Sample(NamedTuple):
    name: str
    labels: Mapping[str, str]
    value: int


def as_metrics(report: Mapping[str, Any]) -> str:
    """The text of the report's metrics: each family with its help and its type, and each series once."""
    samples: dict[str, dict[str, int]] = {name: {} for name in _HELP}
    for sample in _samples(report):
        labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in sample.labels.items())
        samples[sample.name][labels] = sample.value
    lines = []
    for name, of_name in samples.items():
        lines += [f"# HELP {_PREFIX}{name} {_HELP[name]}", f"# TYPE {_PREFIX}{name} gauge"]
        lines += [f"{_PREFIX}{name}{{{labels}}} {value}" for labels, value in of_name.items()]
    return "\n".join(lines) + "\n"


def _samples(report: Mapping[str, Any]) -> Iterator[_Sample]:
    for host in report["hosts"]:
        yield _Sample("unreachable", {"host": host["host"]}, int(host["problem"] is not None))
        for build in host["builds"]:
            yield from _of_build(host, build)
    for one in report["affected"]:
        for path in one["paths"] or [one["environment"] or ""]:
            labels = {"host": one["host"], "kind": one["kind"], "path": path, "build": one["build"] or ""}
            labels.update({key: one[key] for key in ("advisory", "component", "version")})
            yield _Sample("affected", labels, 1)


def _of_build(host: Host, build: Build) -> Iterator[_Sample]:
    where = {"host": host["host"], "build": build["name"], "store": build["store"]}
    if build["intact"] is not None:
        yield _Sample("drifted", where, int(not build["intact"]))
    yield _Sample("in_use", where, len(build["pids"]))
    for path in build["paths"] or [""]:
        described = ("version", "release", "target", "flavor", "build_options")
        labels = {"host": host["host"], "path": path, "store": build["store"], "series": build["series"]}
        yield _Sample("build_info", {**labels, **{key: build[key] for key in described}}, 1)
    for path in build["paths"]:
        labels = {"host": host["host"], "path": path, "series": build["series"]}
        if build["outdated"] is not None:
            yield _Sample("outdated", labels, int(build["outdated"]))
        if build["end_of_life"]:
            end = datetime.combine(date.fromisoformat(build["end_of_life"]), time(), timezone.utc)
            yield _Sample("end_of_life_seconds", labels, int(end.timestamp()))


def _escaped(text: str) -> str:
    return readable(text).replace("\\", "\\\\").replace('"', '\\"')
