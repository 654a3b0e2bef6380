# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's report for a spreadsheet, as CSV.

Hosts put texts into it, so every character is shown and none is interpreted. The JSON file has the texts unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .states import affected_subjects, drifted_files, state_of, subject_of

COLUMNS: tuple[str, ...] = (
    "date", "host", "kind", "series", "version", "release", "target", "flavor", "paths", "state", "affected",
    "fixed_by", "intact", "drifted_files", "outdated", "newest", "end_of_life", "past_end_of_life", "provisional",
    "left", "run_by", "processes", "installed_at", "url", "sha256", "components", "owner", "fips", "problem",
)  # fmt: skip

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
