# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is affected by advisories: exactly the right hosts, builds and environments, in every form of the report."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import Advisories, read_advisories
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.affected import affected_lines
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, failures, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.page import as_html
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.spreadsheet import as_csv
from tests.support.audited_fleets import (
    ADVISORIES,
    NOW,
    advised_fleet,
    build,
    environment,
    host,
    measured,
    newest,
)

PIP, OPENSSL = "PYSEC-2026-88", "CVE-2026-35000"
NEW, LATE, TABLE = "3.13.15+20261110", "3.13.15+20260814", "3.12.13+20260510"

# Advisory, component and version, host, build or environment, and what has the fix, which is `?` where nothing says it.
AFFECTED = [
    (PIP, "pip", "26.2.1", "h01", f"{LATE}, kept", NEW),
    (PIP, "pip", "26.2.1", "h02", "/srv/web/venv", "pip 26.2.2"),
    (PIP, "pip", "26.2.1", "h04", LATE, NEW),
    (PIP, "pip", "26.2.1", "h05", LATE, NEW),
    (PIP, "pip", "26.1.1", "h06", TABLE, "3.12.15+20261110"),
    (PIP, "pip", "25.0", "h06", "/srv/jobs/venv", "pip 26.2.2"),
    (PIP, "pip", "26.1.1", "h07", TABLE, "3.12.15+20261110"),
    (PIP, "pip", "24.3.1", "h09", "3.10.18+20250723", None),
    (PIP, "ensurepip-pip", "26.2.1", "h01", f"{LATE}, kept", "?"),
    (PIP, "ensurepip-pip", "26.2.1", "h04", LATE, "?"),
    (PIP, "ensurepip-pip", "26.2.1", "h05", LATE, "?"),
    (OPENSSL, "openssl", "3.5.6", "h06", TABLE, "?"),
    (OPENSSL, "openssl", "3.5.6", "h07", TABLE, "?"),
    (OPENSSL, "openssl", "3.5.6", "h08", "3.12.15+20261110", None),
]


def read(directory: Path, *records: dict[str, Any]) -> Advisories:
    file = directory / "advisories.json"
    file.write_text(json.dumps([*records]))
    return Advisories.from_dict(read_advisories([str(file)]).as_dict())


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    advisories = read(tmp_path_factory.mktemp("advisories"), *ADVISORIES)
    return report(advised_fleet(), {}, Baseline(newest(), ReleaseCycle.bundled(), NOW, advisories))


def shown(one: dict[str, Any]) -> tuple[Any, ...]:
    where = one["environment"] or one["build"] + ("" if one["paths"] else ", kept")
    fix = "?" if one["fixed"] is None else one["fixed_by"]
    return (one["advisory"], one["component"], one["version"], one["host"], where, fix)


def test_exactly_the_affected_are_named(audited: dict[str, Any]) -> None:
    assert [shown(one) for one in audited["affected"]] == AFFECTED
    assert (audited["summary"]["affected_hosts"], audited["summary"]["affected"]) == (7, 8)


def test_what_is_not_known_is_said(audited: dict[str, Any]) -> None:
    assert [(one["component"], one["why"], one["hosts"]) for one in audited["unjudged"]] == [
        ("ensurepip-pip", f"the version in {TABLE} is not known", ["h06", "h07"]),
        ("ensurepip-pip", "the version in 3.10.18+20250723 is not known", ["h09"]),
    ]


def test_an_affected_library_names_who_uses_it(audited: dict[str, Any]) -> None:
    (one,) = [one for one in audited["affected"] if (one["advisory"], one["host"]) == (OPENSSL, "h06")]
    assert one["environments"] == ["/srv/jobs/venv"]
    assert one["processes"] == [{"pid": 41, "command": "/opt/python/3.12/bin/python app.py"}]
    pip = [one for one in audited["affected"] if one["component"] == "pip"]
    assert {tuple(one["environments"]) for one in pip} == {()}, "an environment has its own pip"


def test_the_run_fails_for_those_that_count(audited: dict[str, Any]) -> None:
    assert failures(audited, ["affected"]) == [
        "7 hosts are affected by an advisory: h02, h04, h05, h06, h07, h08, h09."
    ]


def test_one_command_for_each_path_and_environment(audited: dict[str, Any]) -> None:
    pieces = [piece for piece in audited["advice"] if piece["kind"] == "affected"]
    assert [(piece["title"], piece["hosts"], piece["command"]) for piece in pieces] == [
        ("Replace what is affected at /opt/python/3.10", ["h09"], None),
        ("Replace what is affected at /opt/python/3.12", ["h08"], None),
        (
            "Upgrade /opt/python/3.12, which is affected",
            ["h06", "h07"],
            """ansible-playbook standalone.python.upgrade -e '{"upgrade_name": "3.12", """
            """"upgrade_path": "/opt/python/3.12"}' --limit h06,h07 --become""",
        ),
        (
            "Upgrade /opt/python/3.13, which is affected",
            ["h04", "h05"],
            """ansible-playbook standalone.python.upgrade -e '{"upgrade_name": "3.13", """
            """"upgrade_path": "/opt/python/3.13"}' --limit h04,h05 --become""",
        ),
        (
            "Update pip in /srv/jobs/venv",
            ["h06"],
            """ansible h06 --become --become-user app -m ansible.builtin.command -a """
            """'{"argv": ["/srv/jobs/venv/bin/python", "-m", "pip", "install", "pip>=26.2.2"]}'""",
        ),
        (
            "Update pip in /srv/web/venv",
            ["h02"],
            """ansible h02 --become --become-user app -m ansible.builtin.command -a """
            """'{"argv": ["/srv/web/venv/bin/python", "-m", "pip", "install", "pip>=26.2.2"]}'""",
        ),
    ]
    assert pieces[2]["why"] == (
        "The newest build fixes PYSEC-2026-88 (pip 26.1.1). Nothing says whether the newest build fixes "
        "CVE-2026-35000 (openssl 3.5.6)."
    )
    assert not [one for one in audited["advice"] if one["kind"] == "outdated" and "3.12" in one["title"]]


def test_the_spreadsheet_names_the_same(audited: dict[str, Any]) -> None:
    rows = csv.DictReader(io.StringIO(as_csv(audited)))
    marked = [(row["host"], row["kind"], row["state"]) for row in rows if row["affected"]]
    assert marked == [
        ("h01", "build", "earlier build"),
        ("h02", "environment", "affected"),
        ("h04", "build", "affected"),
        ("h05", "build", "affected"),
        ("h06", "build", "affected"),
        ("h06", "environment", "affected"),
        ("h07", "build", "affected"),
        ("h08", "build", "affected"),
        ("h09", "build", "affected"),
    ]


def test_the_page_names_the_same(audited: dict[str, Any]) -> None:
    page = as_html(audited)
    assert re.findall(r'data-host="(\w+)" data-urgency="0"', page) == [
        "h02",
        "h04",
        "h05",
        "h06",
        "h07",
        "h08",
        "h09",
    ]
    section = page.partition('id="affected"')[2].partition("<h2>")[0]
    assert [name in section for name in (PIP, OPENSSL, "/srv/jobs/venv", "26.1.1")] == [True] * 4
    assert set(re.findall(r"\bh\d\d\b", section.partition("<ol")[2].partition("</ol>")[0])) == {
        "h01", "h02", "h04", "h05", "h06", "h07", "h08", "h09",
    }  # fmt: skip


def test_a_terminal_gets_the_answer_in_lines(audited: dict[str, Any]) -> None:
    lines = affected_lines(audited)
    assert f"{PIP}: pip 26.2.1 in the environment /srv/web/venv, fixed by pip 26.2.2. Hosts: h02." in lines
    assert {line.partition(" ")[0].rstrip(":") for line in lines} == {PIP, OPENSSL}
    many = {**audited, "affected": [{**audited["affected"][0], "host": f"h\x1b{number}"} for number in range(12)]}
    (line,) = affected_lines({**many, "unjudged": []})
    assert line.endswith(r"h\x1b9 and 2 more.")
    quiet = {**audited, "affected": [], "unjudged": [], "notes": ["a\x1b"], "summary": {"without_answer": 1}}
    assert affected_lines(quiet) == [
        "Nothing is affected by what the advisories say.",
        "1 host gave no answer, so nothing is known there.",
        r"a\x1b",
    ]
    assert affected_lines({**quiet, "advisories": []})[0].startswith("1 host gave no answer")  # nobody asked for more
    long = {**audited, "affected": [{**audited["affected"][0], "advisory": f"A-{number}"} for number in range(60)]}
    assert affected_lines({**long, "unjudged": []})[50:] == ["10 more are in the report."]


def test_without_advisories_nobody_looked_and_the_page_says_so() -> None:
    page = as_html(report(advised_fleet(), {}, Baseline(newest(), ReleaseCycle.bundled(), NOW)))
    assert "No advisories were given, so nothing was compared" in page


OTHERS = {
    "nothing is known of a release that the table lacks": (build("3.13.16", "20270101"), "not known"),
    "a library that was not measured": (
        build("3.13.15", "20261110", components=measured(pip="26.2.2")), "not known"
    ),
    "another library for the same purpose": (
        build("3.13.15", "20261110", components=measured(pip="26.2.2", libressl="3.9.2")), ""
    ),
    "a version of an odd form": (
        build("3.13.15", "20261110", components=measured(pip="26.2.2", openssl="3.5.6+quic")),
        "is no version of openssl",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_cannot_be_judged_has_a_reason(tmp_path: Path, name: str) -> None:
    found, why = OTHERS[name]
    audited = report(
        {"h": host(found)}, {}, Baseline(newest(), ReleaseCycle.bundled(), NOW, read(tmp_path, ADVISORIES[1]))
    )
    assert audited["affected"] == []
    assert [why in one["why"] for one in audited["unjudged"]] == ([True] if why else [])


@pytest.mark.parametrize(
    ("change", "command", "why"),
    [
        ({"owner": None}, None, "as its owner: other users can change it"),
        ({"owner": "x; reboot"}, None, "No command is given"),
        ({"path": "/srv/{{ 1 }}"}, None, "No command is given"),
        ({"components": {"pip": {"version": "26.2.1_or_26.2.2", "source": "measured"}}}, None, ""),
    ],
)
def test_an_environment_that_root_should_not_touch(
    tmp_path: Path, change: dict[str, Any], command: None, why: str
) -> None:
    found = build("3.13.15", "20261110", components=measured(pip="26.3", ensurepip_pip="26.3", openssl="3.6.0"))
    infos = {"h": {**host(found), "environments": [{**environment("/srv/venv", found, "26.2.1"), **change}]}}
    audited = report(infos, {}, Baseline(newest(), ReleaseCycle.bundled(), NOW, read(tmp_path, *ADVISORIES)))
    pieces = [piece for piece in audited["advice"] if piece["kind"] == "affected"]
    assert [(piece["command"], why in piece["why"]) for piece in pieces] == ([(command, True)] if why else [])
    assert bool(audited["unjudged"]) == (not why)
