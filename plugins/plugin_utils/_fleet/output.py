# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's report for a spreadsheet, who is affected for a terminal, and the state of a build in one word.

Hosts put texts into it, so every character is shown and none is interpreted. The JSON file has the texts unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .._wording import shortened

COLUMNS: tuple[str, ...] = (
    "date", "host", "kind", "series", "version", "release", "target", "flavor", "paths", "state", "affected",
    "fixed_by", "intact", "drifted_files", "outdated", "newest", "end_of_life", "past_end_of_life", "provisional",
    "left", "run_by", "processes", "installed_at", "url", "sha256", "components", "owner", "fips", "problem",
)  # fmt: skip
_MOST_FILES = 100  # of a build, in one cell; the JSON file has all
_MOST_LINES, _MOST_HOSTS = 50, 10  # in a terminal; the page has all
_FIXES = {True: "fixed by", None: "nothing says whether the newest build fixes it", False: "no newer build fixes it"}

# What is wrong with a build, the most urgent first: the word, and the mark before it, since not every reader sees
# colours.
STATES = {
    "affected": "‼",
    "does not run": "✕",
    "drifted": "✕",
    "provisional": "…",
    "past end of life": "⚠",
    "outdated": "↑",
    "still running": "↻",
    "in order": "✓",
    "earlier build": "·",
    "newer build": "·",
    "environment": "·",
}

# A spreadsheet computes a cell that starts like this, also after blanks, quotes and invisible characters; Japanese
# versions accept wide forms too. The separator of cells depends on the reader's language, so text after any separator
# can be a cell.
_SKIPPED = r"[\s\"'\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"(^|[;,|])(?={_SKIPPED}[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=\s*[;\t\r\n])")


def as_csv(report: Mapping[str, Any]) -> str:
    """One line for each build and environment of each host, and one for each host without any.

    All cells are quoted, and none of them is a formula; lists are joined by semicolons.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, COLUMNS, restval="", extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    by_subject = affected_subjects(report)
    for host in report["hosts"]:
        rows = [_of_build(build, by_subject.get(subject_of(host, build), [])) for build in host["builds"]]
        rows += [_of_environment(one, by_subject.get(subject_of(host, one), [])) for one in host["environments"]]
        for row in rows or [{}]:
            whole = {**row, "date": report["date"], **{key: host[key] for key in ("host", "fips", "problem")}}
            writer.writerow({column: _cell(whole.get(column)) for column in COLUMNS})
    return stream.getvalue()


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
    nobody = [] if found else ["Nothing is affected by what the advisories say."]
    return [*nobody, *found[:_MOST_LINES], *rest, *map(readable, report["notes"])]


def fix_of(affected: Mapping[str, Any]) -> str:
    """What fixes it, as a clause."""
    return f"{_FIXES[affected['fixed']]} {affected['fixed_by'] or ''}".rstrip()


def affected_subjects(report: Mapping[str, Any]) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    """What is affected, by the host and the build or environment, as `subject_of` names them."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in report["affected"]:
        place = (one["environment"],) if one["kind"] == "environment" else (one["store"], one["entry"])
        found.setdefault((one["host"], *place), []).append(one)
    return found


def subject_of(host: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[str, ...]:
    """The host and its build or environment, as `affected_subjects` sorts by them."""
    return (host["host"], one["path"]) if "path" in one else (host["host"], one["store"], one["entry"])


def _of_build(build: Mapping[str, Any], affected: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        **build,
        **_affected(affected),
        "kind": "build",
        "state": state_of(build, affected),
        "left": [f"{one['build']} at {one['path']}" for one in build["left"]],
        "drifted_files": drifted_files(build),
        "processes": [f"{one['pid']} {one['command'] or ''}".rstrip() for one in build["processes"]],
        "components": _components(build),
    }


def drifted_files(build: Mapping[str, Any]) -> list[str]:
    """The first of the files that differ, each after the kind of the difference, and how many more there are."""
    files = [f"{kind} {file}" for kind, of_kind in build["drift"].items() for file in of_kind]
    more = len(files) - _MOST_FILES
    return [*files[:_MOST_FILES], f"and {more} more"] if more > 0 else files


def _of_environment(one: Mapping[str, Any], affected: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        **_affected(affected),
        "kind": "environment",
        "state": "affected" if affected else "environment",
        "version": one["version"],
        "paths": [one["path"]],
        "components": _components(one),
        "owner": one["owner"],
    }


def _affected(affected: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    fixes = [one["fixed_by"] for one in affected if one["fixed_by"]]
    return {
        "affected": [f"{one['advisory']} {one['component']} {one['version']}" for one in affected],
        "fixed_by": list(dict.fromkeys(fixes)),
    }


def _components(one: Mapping[str, Any]) -> list[str]:
    return [f"{name} {known['version']}" for name, known in one["components"].items()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    values = value if isinstance(value, list) else [value]
    return "; ".join(readable(_FORMULA.sub(r"\1'", str(one))) for one in values)


def state_of(build: Mapping[str, Any], affected: Sequence[Mapping[str, Any]] = ()) -> str:
    """The most urgent state of a build, a key of `STATES`."""
    if any(one["counts"] for one in affected):
        return "affected"
    if not build["paths"]:
        return "still running" if build["pids"] else f"{build['kept']} build"
    if build["does_not_run"]:
        return "does not run"
    if build["intact"] is False:
        return "drifted"
    if build["provisional"]:
        return "provisional"
    if build["past_end_of_life"]:
        return "past end of life"
    return "outdated" if build["outdated"] else "in order"
