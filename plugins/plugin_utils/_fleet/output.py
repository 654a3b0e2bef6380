# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's report for a spreadsheet, and for a browser.

Hosts put texts into it, so both show every character and interpret none. The JSON file has the texts unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._readable import readable, readable_data

TEMPLATE = Path(__file__).with_name("audit.html.j2")
COLUMNS: tuple[str, ...] = ("host", "series", "version", "release", "target", "flavor", "paths", "intact", "outdated")
COLUMNS += ("newest", "end_of_life", "past_end_of_life", "provisional", "left", "run_by", "problem")

# What is wrong with a build, the most urgent first: the word, and the mark before it, since not every reader sees
# colours.
STATES = {
    "does not run": "✕",
    "drifted": "✕",
    "provisional": "…",
    "past end of life": "⚠",
    "outdated": "↑",
    "still running": "↻",
    "in order": "✓",
    "earlier build": "·",
}
_ORDER = list(STATES)

# A spreadsheet computes a cell that starts like this, also after blanks, quotes and invisible characters; Japanese
# versions accept wide forms too. The separator of cells depends on the reader's language, so text after any separator
# can be a cell.
_SKIPPED = r"[\s\"'\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"(^|[;,|])(?={_SKIPPED}[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=\s*[;\t\r\n])")


def as_csv(report: Mapping[str, Any]) -> str:
    """One line for each build of each host, and one for each host without any; lists are joined by semicolons.

    All cells are quoted, and none of them is a formula.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, COLUMNS, restval="", extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    for host in report["hosts"]:
        for build in host["builds"] or [{}]:
            left = [f"{one['build']} at {one['path']}" for one in build.get("left", ())]
            row = {**build, "left": left, "host": host["host"], "problem": host["problem"]}
            writer.writerow({column: _cell(row.get(column)) for column in COLUMNS})
    return stream.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    values = value if isinstance(value, list) else [value]
    return "; ".join(readable(_FORMULA.sub(r"\1'", str(one))) for one in values)


def as_html(report: Mapping[str, Any]) -> str:
    """One self-contained page. Everything that comes from hosts is escaped."""
    from jinja2 import Environment

    report = readable_data(report)

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    rows = sorted((_row(host, report) for host in report["hosts"]), key=lambda row: (row["urgency"], row["host"]))
    return template.render(report=report, rows=rows, states=STATES)


def _row(host: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the matrix: for each series the host's builds with their `state`."""
    cells: dict[str, list[dict[str, Any]]] = {series["series"]: [] for series in report["series"]}
    for build in host["builds"]:
        cells[build["series"]].append({**build, "state": state_of(build)})
    states = [build["state"] for cell in cells.values() for build in cell]
    urgency = -1 if host["problem"] else min(map(_ORDER.index, states), default=len(_ORDER))
    in_order = not host["problem"] and urgency >= _ORDER.index("in order")
    builds = [sorted(cell, key=lambda build: _ORDER.index(build["state"])) for cell in cells.values()]
    return {"host": host["host"], "problem": host["problem"], "cells": builds, "urgency": urgency, "fine": in_order}


def state_of(build: Mapping[str, Any]) -> str:
    """The most urgent state of a build, a key of `STATES`."""
    if not build["paths"]:
        return "still running" if build["pids"] else "earlier build"
    if build["does_not_run"]:
        return "does not run"
    if build["intact"] is False:
        return "drifted"
    if build["provisional"]:
        return "provisional"
    if build["past_end_of_life"]:
        return "past end of life"
    return "outdated" if build["outdated"] else "in order"
