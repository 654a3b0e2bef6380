# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit, its advice, and its two other forms."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import (
    AFFECTED,
    FAILURES,
    WITHOUT_ANSWER,
    Baseline,
    failures,
    report,
)
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.page import as_html
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.spreadsheet import COLUMNS, as_csv
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.states import state_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import spec_of
from tests.support.audited_fleets import NOW, build, environment, host, large_fleet, newest, small_fleet
from tests.support.counted_lines import counted_lines

BUILD_312 = "cpython-3.12.15+20261110-x86_64-unknown-linux-gnu-install_only_stripped"
BASELINE = Baseline(newest(), ReleaseCycle.bundled(), NOW)


@pytest.fixture(scope="module")
def audited() -> dict[str, Any]:
    return report(*small_fleet(), BASELINE)


def of(audited: dict[str, Any], name: str) -> dict[str, Any]:
    """What a report says of one host."""
    (found,) = [one for one in audited["hosts"] if one["host"] == name]
    return found


def test_the_summary_counts(audited: dict[str, Any]) -> None:
    assert audited["summary"] == {
        "hosts": 5,
        "without_answer": 1,
        "affected_hosts": 0,
        "affected": 0,
        "builds": 7,
        "environments": 0,
        "drifted": 1,
        "outdated": 2,
        "past_end_of_life": 1,
        "provisional": 0,
        "left": 0,
        "fips": 0,
    }


def test_series_come_in_the_order_of_versions(audited: dict[str, Any]) -> None:
    assert [(series["series"], series["end_of_life"], series["past_end_of_life"]) for series in audited["series"]] == [
        ("3.10", "2026-10-31", True),
        ("3.12", "2028-10-31", False),
        ("3.13", "2029-10-31", False),
        ("3.13t", "2029-10-31", False),
    ]


def test_a_build_is_described_with_who_runs_it(audited: dict[str, Any]) -> None:
    (current, earlier) = of(audited, "web1")["builds"]
    assert (current["outdated"], current["run_by"]) == (False, ["web.service"])
    assert (earlier["paths"], earlier["run_by"]) == ([], ["process 9", "web.service"])


def test_advice_comes_most_urgent_first(audited: dict[str, Any]) -> None:
    assert [(piece["kind"], piece["title"], piece["hosts"], piece["command"]) for piece in audited["advice"]] == [
        ("no answer", "See why there is no answer", ["web4"], None),
        (
            "drifted",
            "Repair /opt/python/3.12",
            ["web2"],
            """ansible-playbook standalone.python.upgrade -e '{"upgrade_build_options": {"verify": "full"}, """
            """"upgrade_name": "3.12", "upgrade_path": "/opt/python/3.12"}' --limit web2 --become""",
        ),
        ("past end of life", "Leave Python 3.10 at /opt/python/3.10", ["web3"], None),
        (
            "outdated",
            "Upgrade /opt/python/3.10",
            ["web3"],
            """ansible-playbook standalone.python.upgrade -e '{"upgrade_name": "3.10", """
            """"upgrade_path": "/opt/python/3.10"}' --limit web3 --become""",
        ),
        (
            "outdated",
            "Upgrade /opt/python/3.13",
            ["web3"],
            """ansible-playbook standalone.python.upgrade -e '{"upgrade_name": "3.13", """
            """"upgrade_path": "/opt/python/3.13"}' --limit web3 --become""",
        ),
        ("restart", "Restart processes", ["web1"], None),
        (
            "restart",
            "Restart web.service",
            ["web1"],
            "ansible web1 --become -m ansible.builtin.systemd_service -a "
            """'{"name": "web.service", "state": "restarted"}'""",
        ),
    ]


def test_what_the_index_does_not_know_is_neither_current_nor_outdated() -> None:
    audited = report(*small_fleet(), Baseline({}, ReleaseCycle("nobody", {}), NOW))
    (build, _other) = of(audited, "db1")["builds"]
    assert [build[name] for name in ("newest", "outdated", "end_of_life", "past_end_of_life")] == [
        None,
        None,
        None,
        False,
    ]
    at_paths = [build for one in audited["hosts"] for build in one["builds"] if build["paths"]]
    assert audited["notes"] == [
        f"Nothing says whether {len(at_paths)} builds are outdated: the index has no 3.10, 3.12, 3.13, 3.13t for the "
        "target, or could not be read."
    ]


def test_a_provisional_build_is_an_upgrade_to_finish() -> None:
    earlier = build("3.13.14", "20260814", paths=[])
    with_fallback = host(build("3.13.15", "20261110"), earlier, fallback=earlier["entry"])
    audited = report(
        {"web1": with_fallback, "web2": host(build("3.13.15", "20261110"))}, {"web1": {}, "web2": {}}, BASELINE
    )
    (piece,) = audited["advice"]
    assert (piece["kind"], piece["hosts"], piece["command"]) == ("provisional", ["web1"], None)
    assert audited["summary"]["provisional"] == 1
    assert [row["provisional"] for row in csv.DictReader(io.StringIO(as_csv(audited)))] == ["/opt/python/3.13", "", ""]
    assert as_html(audited).count("… provisional") == 2  # in the row, and in its details


def left(build: str, reason: str) -> dict[str, str]:
    name = f"cpython-{build}-x86_64-unknown-linux-gnu-install_only_stripped"
    return {"build": name, "since": "2026-11-20T10:00:00Z", "reason": reason}


def test_a_build_that_hosts_were_taken_back_from_is_named() -> None:
    """Unless the path has moved on to a newer one."""
    hosts = {name: host(build("3.13.14", "20260814")) for name in ("canary", "web1", "web2")}
    hosts["canary"]["paths"][0]["left"] = [left("3.13.15+20261110", 'The task "Run the health command" failed (1)')]
    hosts["web1"]["paths"][0]["left"] = [left("3.13.15+20261110", "")]
    hosts["web2"]["paths"][0]["left"] = [left("3.13.13+20260301", "x")]
    audited = report(hosts, {}, BASELINE)
    (piece,) = [piece for piece in audited["advice"] if piece["kind"] == "left"]
    assert (piece["hosts"], piece["command"]) == (["canary", "web1"], None)
    assert piece["title"] == "Leave out 3.13.15+20261110 at /opt/python/3.13, or find out why it failed"
    assert piece["why"] == (
        'Hosts were taken back from it (canary: 2026-11-20, The task "Run the health command" failed (1); '
        "web1: 2026-11-20, no reason was "
        "given). The next upgrade chooses it again, unless upgrade_exclude is 3.13.15+20261110, or the lock is made "
        "again with lock_exclude=3.13.15+20261110."
    )
    assert audited["summary"]["left"] == 2
    rows = list(csv.DictReader(io.StringIO(as_csv(audited))))
    assert [row["left"] for row in rows] == ["3.13.15+20261110 at /opt/python/3.13"] * 2 + [""]
    assert piece["title"] in as_html(audited)


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ([], []),
        (["drifted"], ["1 host is drifted: web2."]),
        (["drifted", "drifted"], ["1 host is drifted: web2."]),
        (["without_answer"], ["1 host is without answer: web4."]),
        (["outdated"], ["1 host is outdated: web3."]),
        (["past_end_of_life"], ["1 host is past the end of life of a build: web3."]),
        (["still_running"], ["1 host is running an earlier build: web1."]),
        (["provisional", "left"], []),
        (["without_answer", "drifted"], ["1 host is without answer: web4.", "1 host is drifted: web2."]),
    ],
)
def test_what_an_audit_fails_on(audited: dict[str, Any], kinds: list[str], found: list[str]) -> None:
    assert failures(audited, kinds) == found


def test_every_kind_of_the_argument_spec_can_fail_and_many_hosts_are_counted() -> None:
    kinds = spec_of("audit").settings["audit_fail_on"].choices
    assert set(kinds) == {WITHOUT_ANSWER, AFFECTED, *FAILURES}
    silent = report({f"web{number:02}": {} for number in range(30)}, {}, BASELINE)
    (text,) = failures(silent, kinds)
    assert text.startswith("30 hosts are without answer: web00, web01, ")
    assert text.endswith("web19 and 10 more.")


def test_csv_has_a_line_for_each_build_and_each_silent_host(audited: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(audited))))
    assert [row["host"] for row in rows] == ["web4", "db1", "db1", "web1", "web1", "web2", "web3", "web3"]
    assert rows[4]["run_by"] == "process 9; web.service"
    assert (rows[5]["intact"], rows[5]["outdated"], rows[5]["end_of_life"]) == ("no", "no", "2028-10-31")
    assert rows[5]["drifted_files"] == "changed lib/python3.12/ssl.py"
    assert (rows[5]["url"], rows[5]["sha256"]) == (f"https://mirror/{BUILD_312}.tar.gz", "0" * 64)
    assert (rows[5]["installed_at"], rows[5]["date"]) == ("2026-11-20T12:00:00Z", "2026-11-24T10:15:00Z")
    assert rows[4]["processes"] == "7 python3 app.py; 9"
    assert rows[0]["problem"] == "Failed to connect to the host via ssh: <b>no route</b>"


# A text of a host, and its cell: quotes keep the separators of every language in, and nothing is computed.
CELLS = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "  =1+1": "'  =1+1",
    "\u3000=1": "'\\u3000=1",
    "\u200b=1": "'\\u200b=1",
    "\r=1+1": "'\\r=1+1",
    "\t=1+1": "'\\t=1+1",
    "\tx": "'\\tx",
    "; x": "'; x",
    "x\n=1+1": "x\\n=1+1",
    'a;=1+1,"b"': 'a;\'=1+1,"b"',
    'a";"=1+1': 'a";\'"=1+1',
    "a,-1": "a,'-1",
    "\uff1d1": "'\uff1d1",
    "cpython-3.13.5+20250723": "cpython-3.13.5+20250723",
    "\x1b[31mred\u202e": "\\x1b[31mred\\u202e",
}


@pytest.mark.parametrize("text", CELLS)
def test_csv_has_nothing_that_a_spreadsheet_would_compute(text: str) -> None:
    audited = report({"web1": host(build("3.13.15", "20261110", paths=["/x", text]))}, {}, BASELINE)
    written = as_csv(audited)
    (_names, row) = csv.reader(io.StringIO(written))
    assert row[list(COLUMNS).index("paths")] == f"/x; {CELLS[text]}"
    assert all(line.startswith('"') and line.endswith('"') for line in written.splitlines())


def test_csv_neutralises_names_of_hosts_and_what_they_say_too() -> None:
    row = as_csv(report({"=x": {"msg": "\r@x"}}, {}, BASELINE)).splitlines()[1]
    assert row == '"2026-11-24T10:15:00Z","\'=x",' + '"",' * (len(COLUMNS) - 3) + '"@x"'.replace("@", "'@")


def test_the_page_needs_nothing_else_and_escapes_what_hosts_say(audited: dict[str, Any]) -> None:
    page = as_html(audited)
    assert not re.search(r"<link|<img|@import|url\(|(?:src|action)=|href=\"[^#]", page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "prefers-color-scheme: dark" in page
    assert "&lt;b&gt;no route&lt;/b&gt;" in page
    assert "<b>no route" not in page


def test_the_page_shows_tabs_and_line_ends_in_names() -> None:
    drift = {"changed": ["lib/a\tb", "lib/c\nd"]}
    page = as_html(report({"web1": host(build("3.13.15", "20261110", intact=False, drift=drift))}, {}, BASELINE))
    assert "changed lib/a\\tb" in page
    assert "changed lib/c\\nd" in page


class Elements(HTMLParser):
    """The elements of a page with their attributes' names, and all values of links and handlers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, tuple(name for name, _value in attrs)))


MARKUP = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)",
    "</td></tr></table><a href=x>", "javascript:alert(1)",
    "{{ 7 * 7 }}", "{% raw %}", "]]>", "--><b>", "&#x3c;b&#x3e;", "\x1b[31m", "\u202egnp.exe",
    "\u2066",
)  # fmt: skip


@pytest.mark.parametrize("text", MARKUP)
def test_hosts_add_no_element_and_no_attribute_to_the_page(text: str) -> None:
    units = f"/proc/7/cgroup:0::/{text.replace('/', '')}.service\n"
    others = [build("3.13.14", "20260814", paths=[], pids=[7]), build("3.10.18", "20250723", paths=[f"/{text}"])]

    def page(words: str) -> str:
        drift = {"changed": [words], "missing": [], "added": []}
        running = {"pids": [7], "processes": [{"pid": 7, "command": words}]}
        found = build("3.13.15", "20261110", paths=[words], intact=False, drift=drift, **running)
        infos = {words: host(found, *others), "x": {"msg": words}}
        infos[words]["environments"] = [{**environment(words, found, "26.2.1"), "owner": words, "version": words}]
        infos[words]["unsearched"] = [words]
        return as_html(report(infos, {words: {"stdout": units}}, BASELINE))

    written = page(text)
    assert Elements(written).found == Elements(page("words")).found
    assert written.replace("\n", "").isprintable()


def test_the_page_lists_the_most_urgent_hosts_first(audited: dict[str, Any]) -> None:
    rows = re.findall(r'<details class="row( fine)?" data-host="(\w+)"', as_html(audited))
    assert rows == [("", "web4"), ("", "web2"), ("", "web3"), ("", "web1"), (" fine", "db1")]


def test_an_empty_fleet_has_a_page() -> None:
    assert "Nothing. Every build is intact" in as_html(report({}, {}, BASELINE))


def test_a_large_fleet_costs_what_its_hosts_cost() -> None:
    """Four times the hosts are four times the lines of Python, give or take; `make bench` has the milliseconds."""

    def lines(hosts: int) -> int:
        with counted_lines() as counted:
            page = as_html(report(*large_fleet(hosts), BASELINE))
        assert page.count('<details class="row') == hosts
        return counted.lines

    assert lines(200) < 5 * lines(50)


def test_a_build_that_the_host_cannot_run_comes_first() -> None:
    reason = "cpython-3.13.14 needs Linux with 64-bit aarch64 programs, but this host is Linux."
    found = host(build("3.13.14", "20260814", does_not_run=reason, intact=False))
    audited = report({"web1": found}, {"web1": {}}, BASELINE)
    (piece, *_others) = audited["advice"]
    assert (piece["kind"], piece["title"], piece["command"]) == (
        "does not run", "Replace the build at /opt/python/3.13", None
    )  # fmt: skip
    assert piece["why"].startswith(reason)
    (described,) = audited["hosts"][0]["builds"]
    assert (described["does_not_run"], state_of(described)) == (reason, "does not run")


@pytest.mark.parametrize(
    "said",
    [
        "Cannot run modules on this host by /usr/bin/python3: that ended with 127 and printed nothing.",
        "The module interpreter '/usr/bin/python3' was not found.",
        "/bin/sh: 1: /usr/bin/python3: not found",
        "Ansible requires Python 3.9 or newer on the target. Current version: 3.6",
        "ansible-core requires a minimum of Python2 version 2.7 or Python3 version 3.7. Current version: 3.6.8",
        "No python interpreters found for host 'web9' (tried ['python3.13'])",
    ],
)
def test_a_host_without_python_gets_the_command_that_brings_one(said: str) -> None:
    infos = {"web1": host(build("3.12.15", "20261110")), "web9": {"msg": said}}
    (piece,) = report(infos, {}, BASELINE)["advice"]
    assert (piece["title"], piece["why"]) == ("Give these hosts a Python for Ansible", said)
    assert piece["command"] == (
        """ansible-playbook standalone.python.bootstrap -e '{"bootstrap_name": "3.12", """
        """"bootstrap_path": "/opt/python/3.12"}' --limit web9 --become"""
    )


def test_a_kept_build_that_is_newer_is_not_called_earlier() -> None:
    now, newer = build("3.13.14", "20260814"), build("3.13.15", "20261110", paths=[])
    other = build("3.12.14", "20260814", paths=[])
    current = build("3.13.15", "20261110")
    rolled_back, kept = host(now, newer, other), host(current, {**now, "paths": []})
    rolled_back["paths"][0]["build"], kept["paths"][0]["build"] = now, current
    audited = report({"web1": rolled_back, "web2": kept}, {}, BASELINE)
    assert [one["kept"] for one in of(audited, "web1")["builds"]] == [None, "newer", "earlier"]
    assert [one["kept"] for one in of(audited, "web2")["builds"]] == [None, "earlier"]
    rows = csv.DictReader(io.StringIO(as_csv(audited)))
    assert [row["state"] for row in rows if not row["paths"]] == ["newer build", "earlier build", "earlier build"]


def test_a_build_that_says_of_itself_that_no_path_names_it() -> None:
    """It contradicts the path that does. The page of all hosts needs a state for it."""
    current = build("3.13.15", "20261110")
    contradicting = host({**current, "paths": []})
    contradicting["paths"] = host(current)["paths"]
    audited = report({"web1": contradicting}, {}, BASELINE)
    assert [one["kept"] for one in of(audited, "web1")["builds"]] == ["earlier"]
    assert "earlier build" in as_html(audited)


def test_what_hosts_could_not_read_is_noted() -> None:
    problem = {
        "file": "/x/.build.json",
        "problem": "/x/.build.json is of format 2.",
        "remedy": "Upgrade the collection.",
    }
    infos = {
        "web1": {**host(build("3.13.15", "20261110")), "damaged": [problem]},
        "web2": {**host(), "damaged": [problem]},
        "web3": {**host(), "damaged": []},
        "liar": {**host(), "damaged": [{"problem": 1}]},
    }
    audited = report(infos, {}, BASELINE)
    assert audited["notes"][-1] == (
        "This report may lack builds of web1, web2: /x/.build.json is of format 2. Upgrade the collection."
    )
    assert [one["host"] for one in audited["hosts"] if one["problem"]] == ["liar"]


def test_a_path_whose_build_is_gone_is_named() -> None:
    """Not one whose build has a damaged receipt, which is among the damage."""
    kept, gone = build("3.13.14", "20260814", paths=[]), build("3.13.15", "20261110")
    broken = {**host(gone), "builds": [kept]}
    uses = [{"entry": gone["entry"], "since": "2026-11-20T12:00:00Z", "stored": True}]
    unread = {**broken, "paths": [{**broken["paths"][0], "history": uses}]}
    audited = report({"web1": broken, "web2": unread, "web3": host(gone)}, {}, BASELINE)
    assert [note for note in audited["notes"] if "web" in note] == [
        f"This report may lack builds of web1: /opt/python/3.13 names the build {gone['entry']}, which the store no "
        "longer has, so no Python is there. Run what installs it, such as the playbook install."
    ]


def test_hosts_in_fips_mode_are_marked_where_they_have_builds() -> None:
    infos = {
        "strict": {**host(build("3.13.15", "20261110")), "fips": True},
        "bare": {**host(), "fips": True},
        "plain": {**host(build("3.13.15", "20261110")), "fips": False},
        "silent": host(build("3.13.15", "20261110")),
    }
    audited = report(infos, {}, BASELINE)
    cells = {row["host"]: row["fips"] for row in csv.DictReader(io.StringIO(as_csv(audited)))}
    assert audited["summary"]["fips"] == 1
    assert cells == {"strict": "yes", "bare": "yes", "plain": "no", "silent": ""}
    assert as_html(audited).count("The host is in FIPS mode.") == 1
