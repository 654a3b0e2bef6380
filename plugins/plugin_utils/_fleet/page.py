# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's report as one page that asks for nothing: its style and its script are in it, allowed by their digests.

Everything that comes from hosts is escaped, and shows every character. The script sorts and hides rows, and writes no
markup.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .._console import readable_data
from .states import STATES, affected_subjects, drifted_files, fix_of, state_of, subject_of

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = Path(__file__).with_name("audit.html.j2")
STYLE = Path(__file__).with_name("audit.css")
SCRIPT = Path(__file__).with_name("audit.js")
_ORDER = list(STATES)
_IN_ORDER = _ORDER.index("in order")


def as_html(report: Mapping[str, Any]) -> str:
    """The page. Hosts that gave no answer come first, then the most urgent."""
    report = readable_data(report, readable)
    by_subject = affected_subjects(report)
    carried: dict[str, str] = {}
    rows = [_row(host, by_subject, carried) for host in report["hosts"]]
    rows.sort(key=lambda row: (row["urgency"], _natural(row["host"])))
    _rank(rows)
    style, script = _content(STYLE), _content(SCRIPT)
    return _template().render(
        report=report,
        rows=rows,
        cards=_cards(report),
        carried=carried,
        shown_states=[state for state in ("no answer", *STATES) if any(state in row["states"] for row in rows)],
        marks=STATES,
        style=style,
        style_digest=_digest(style),
        script=script,
        script_digest=_digest(script),
    )


@cache
def _template() -> Template:
    """The compiled template. To compile it takes longer than to render it for a few hosts."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _content(file: Path) -> str:
    """A file without its licence, which the page has once."""
    return file.read_text(encoding="utf-8").partition("*/\n")[2]


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _row(
    host: Mapping[str, Any],
    by_subject: Mapping[tuple[str, ...], Sequence[Mapping[str, Any]]],
    carried: dict[str, str],
) -> dict[str, Any]:
    """A host with its builds and environments, the most urgent first, each with its `state` and what affects it.

    `carried` gets what builds carry, which is alike on many hosts, each with the name of its place in the page.
    """
    described = []
    for build in host["builds"]:
        affected = by_subject.get(subject_of(host, build), [])
        shown = {"state": state_of(build, affected), "drifted_files": drifted_files(build)}
        text = _carries(build)
        place = carried.setdefault(text, f"carried-{len(carried) + 1}") if text else ""
        described.append({**build, **shown, "affected": _why(affected), "carries": place})
    described.sort(key=lambda build: _ORDER.index(build["state"]))
    environments = []
    for one in host["environments"]:
        affected = by_subject.get(subject_of(host, one), [])
        state = "affected" if affected else "environment"
        environments.append({**one, "state": state, "affected": _why(affected), "carries": _carries(one)})
    environments.sort(key=lambda one: _ORDER.index(one["state"]))
    states = list(dict.fromkeys(one["state"] for one in (*described, *environments)))
    urgency = -1 if host["problem"] else min(map(_ORDER.index, states), default=len(_ORDER))
    return {
        "host": host["host"],
        "problem": host["problem"],
        "fips": host["fips"],
        "unsearched": host["unsearched"],
        "builds": described,
        "environments": environments,
        "carries": [build["carries"] for build in described if build["carries"]],
        "oldest": min((_natural(build["version"]) for build in described), default=_natural("9999")),
        "states": ["no answer"] if host["problem"] else states,
        "state": "no answer" if host["problem"] else _ORDER[urgency] if states else "no build",
        "urgency": urgency,
        "fine": not host["problem"] and urgency >= _IN_ORDER,
    }


def _rank(rows: Sequence[dict[str, Any]]) -> None:
    """Give each row its place in every order that the page offers, since a browser compares numbers at once."""
    by_host = {id(row): rank for rank, row in enumerate(sorted(rows, key=lambda row: _natural(row["host"])))}
    by_age = sorted(rows, key=lambda row: (row["oldest"], by_host[id(row)]))
    of_age = {id(row): rank for rank, row in enumerate(by_age)}
    for rank, row in enumerate(rows):
        row["ranks"] = f"{rank} {by_host[id(row)]} {of_age[id(row)]}"


def _natural(text: str) -> list[tuple[int, str]]:
    """A key by which web2 comes before web10, and 3.9.1 before 3.13.0."""
    parts = re.split("([0-9]+)", text.casefold())
    return [
        (0, part) if index % 2 == 0 else (len(part.lstrip("0")), part.lstrip("0")) for index, part in enumerate(parts)
    ]


def _why(affected: Iterable[Mapping[str, Any]]) -> str:
    """The advisories that affect one build or environment, each with its fix."""
    return "; ".join(f"{one['advisory']} ({one['component']} {one['version']}): {fix_of(one)}" for one in affected)


def _carries(one: Mapping[str, Any]) -> str:
    """The components, marked where a table has the version and nobody measured it."""
    return ", ".join(
        f"{name} {known['version']}{' (by the table)' if known['source'] == 'table' else ''}"
        for name, known in one["components"].items()
    )


def _cards(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The advisories that affect something, those of the most hosts first, each with where that is."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in report["affected"]:
        found.setdefault(one["advisory"], []).append(one)
    known = {advisory["id"]: advisory for advisory in report["advisories"]}
    cards = [{**known[name], "places": _places(of), **_counts(of)} for name, of in found.items()]
    return sorted(cards, key=lambda card: (-card["hosts"], card["id"]))


def _counts(findings: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    builds = {(one["host"], one["store"], one["entry"]) for one in findings if one["kind"] == "build"}
    environments = {(one["host"], one["environment"]) for one in findings if one["kind"] == "environment"}
    hosts = {one["host"] for one in findings}
    return {"hosts": len(hosts), "builds": len(builds), "environments": len(environments)}


def _places(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The builds and environments that are alike on several hosts, as one line with the names of the hosts."""
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in findings:
        where = one["environment"] or ", ".join(one["paths"]) or ("kept, and running" if one["processes"] else "kept")
        key = (one["component"], one["version"], one["kind"], one["build"] or "", where, str(one["fixed_by"]))
        line = lines.setdefault(key, {**one, "where": where, "hosts": {}, "units": {}, "used_by": {}})
        line["hosts"][one["host"]] = None
        line["units"].update(dict.fromkeys(one["run_by"]))
        line["used_by"].update(dict.fromkeys(one["environments"]))
    return sorted(lines.values(), key=lambda line: (not line["counts"], line["component"], line["where"]))
