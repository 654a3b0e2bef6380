# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit on a fleet, and its page in a browser."""

from __future__ import annotations

import csv
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import read_advisories
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.page import as_html
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from tests.integration.conftest import NEW, OLD
from tests.integration.fleets import PLAYBOOKS, Fleet, FleetPlayer
from tests.support import browser
from tests.support.audited_fleets import ADVISORIES, NOW, advised_fleet, build, large_fleet, newest, small_fleet
from tests.support.index_documents import versions_index

# Answers of hosts that lie: facts that outrank the inventory, other types than the module's, and no answer at all.
LIARS = (
    ("liar1", json.dumps({"ansible_facts": {"audit_dir": "/nowhere", "audit_cycle_url": "x"}, "builds": "x"})),
    ("liar2", json.dumps({"builds": [{"pids": ["7"]}], "paths": [], "ansible_facts": {"audit__info": {}}})),
    ("liar3", json.dumps({"builds": [], "paths": [{"path": "{{ 7 * 7 }}"}], "warnings": ["\x1b[2J\u202e"]})),
    ("liar4", "not JSON"),
)
STORES = ["{{ (python_path | dirname) ~ '/.builds' }}"]


@pytest.mark.each_core
def test_an_audit_shows_what_the_fleet_has(fleet: Fleet, tmp_path: Path) -> None:
    fleet.install(OLD, "canary", "web1")
    fleet.install(NEW, "web1", provisional=True)
    minor = fleet.mirror.samples[0].version.rpartition(".")[0]
    spoilt = fleet.player.path("web1") / "lib" / f"python{minor}" / "os.py"
    spoilt.write_text(spoilt.read_text() + "# changed\n")
    cycle = tmp_path / "cycle.json"
    cycle.write_text(json.dumps({minor: {"end_of_life": "2020-10"}}))
    fleet = replace(fleet, player=replace(fleet.player, lost=("web3",), liars=LIARS))
    installed = tmp_path / "venv" / "lib" / f"python{minor}" / "site-packages" / "pip-26.2.1.dist-info"
    installed.mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {fleet.player.path('web1')}/bin\n")
    out = tmp_path / "python-audit"
    played = fleet.play(
        "audit",
        env={"PWD": "/nowhere"},  # a variable like any other
        cwd=tmp_path,
        audit_stores=STORES,
        audit_environments=[str(tmp_path)],
        audit_index=str(fleet.mirror.index),
        audit_cycle_url=cycle.as_uri(),
    )
    assert played.rc == 0, played.output
    assert "changed=1" not in played.output
    assert played.output.replace("\n", "").isprintable()
    audited = json.loads((out / "audit.json").read_text())
    assert audited["summary"] == {
        "hosts": 8,
        "without_answer": 5,
        "affected_hosts": 0,
        "affected": 0,
        "builds": 3,
        "environments": 3,
        "drifted": 1,
        "outdated": 1,
        "past_end_of_life": 2,
        "provisional": 1,
        "left": 0,
        "fips": 0,
    }
    assert audited["release_cycle"] == cycle.as_uri()
    (at_path,) = [build for build in builds_of(audited, "web1") if build["paths"]]
    assert at_path["provisional"] == at_path["paths"]
    assert at_path["drift"]["changed"] == [f"lib/python{minor}/os.py"]
    assert builds_of(audited, "canary")[0]["newest"] == f"{fleet.mirror.samples[0].version}+{NEW}"
    with (out / "audit.csv").open(newline="") as stream:
        rows = {
            row["host"]: row for row in csv.DictReader(stream) if row["paths"].endswith("current") or row["problem"]
        }
    assert (rows["canary"]["outdated"], rows["web1"]["intact"], "web2" in rows) == ("yes", "no", False)
    assert "Failed to connect" in rows["web3"]["problem"]
    assert [rows[host]["problem"].partition(" is ")[0] for host, _answer in LIARS[:3]] == [
        "The answer of the host",
        "The answer of the host: builds[0]",
        "The answer of the host: paths[0]",
    ]
    assert '<details class="row' in (out / "audit.html").read_text()
    (environment,) = environments_of(audited, "web1")
    assert (environment["path"], environment["components"]["pip"]["version"]) == (str(tmp_path / "venv"), "26.2.1")
    assert environment["build"] == f"{fleet.mirror.samples[0].version}+{NEW}"


# The table of `advised_fleet`, and its advisories.
PIP, OPENSSL = (advisory["id"] for advisory in ADVISORIES)
WITH_PIP = ["h01", "h02", "h04", "h05", "h06", "h07", "h09"]
WITH_OPENSSL = ["h06", "h07", "h08"]


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_one_command_answers_who_is_affected(tmp_path: Path, form: str) -> None:
    """Ten hosts with five builds and four environments of mixed age: every file names exactly the right ones."""
    from prometheus_client.parser import text_string_to_metric_families  # not among what older cores are tested with

    hosts = tuple((name, json.dumps(info)) for name, info in advised_fleet().items())
    fleet = FleetPlayer(tmp_path, sys.executable, hosts=("unused",), liars=hosts)
    index = tmp_path / "index.ndjson"
    index.write_bytes(versions_index(*(f"{one['name']}.tar.gz" for offered in newest().values() for one in offered)))
    (tmp_path / "advisories.json").write_text("\n".join(map(json.dumps, ADVISORIES)))
    played = fleet.play(
        PLAYBOOKS / "audit.yml",
        "--limit",
        ",".join(name for name, _answer in hosts),
        cwd=tmp_path,
        variables={
            "audit_index": [str(index)],
            "audit_advisories": ["advisories.json"],
            "audit_fail_on": ["affected"],
            "audit_sbom": form,
        },
    )
    assert played.rc == 2, played.output
    assert "7 hosts are affected by an advisory: h02, h04, h05, h06, h07, h08, h09." in " ".join(played.output.split())
    assert f"{PIP}: pip 25.0 in the environment /srv/jobs/venv, fixed by pip 26.2.2. Hosts: h06." in played.output
    assert f"{OPENSSL}: openssl 3.5.6 in the build " in played.output
    assert f"{PIP} cannot be judged for ensurepip-pip of unknown version" in played.output
    out = tmp_path / "python-audit"
    audited = json.loads((out / "audit.json").read_text())
    assert {advisory: hosts_with(audited, advisory) for advisory in (PIP, OPENSSL)} == {
        PIP: WITH_PIP, OPENSSL: WITH_OPENSSL,
    }  # fmt: skip
    assert {(one["host"], one["environment"]) for one in audited["affected"] if one["environment"]} == {
        ("h02", "/srv/web/venv"), ("h06", "/srv/jobs/venv"),
    }  # fmt: skip
    with (out / "audit.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for advisory, names in ((PIP, WITH_PIP), (OPENSSL, WITH_OPENSSL)):
        assert sorted({row["host"] for row in rows if advisory in row["affected"]}) == names
    families = {
        family.name: family.samples for family in text_string_to_metric_families((out / "audit.prom").read_text())
    }
    metrics = [sample.labels for sample in families["standalone_python_affected"]]
    for advisory, names in ((PIP, WITH_PIP), (OPENSSL, WITH_OPENSSL)):
        assert sorted({labels["host"] for labels in metrics if labels["advisory"] == advisory}) == names
        card = (out / "audit.html").read_text().partition(f"<h3>{advisory} ")[2].partition("</details>")[0]
        assert sorted(set(re.findall(r"\bh\d\d\b", card))) == names
    found = {name: components_in(out, name, form) for name, _answer in hosts}
    assert [name for name in found if found[name] & {("pip", "26.2.1"), ("pip", "26.1.1"), ("pip", "25.0")}] == [
        "h01", "h02", "h04", "h05", "h06", "h07",
    ]  # fmt: skip
    assert [name for name in found if ("pip", "24.3.1") in found[name]] == ["h09"]
    assert [name for name in found if ("openssl", "3.5.6") in found[name]] == WITH_OPENSSL
    ending = {"cyclonedx": "cdx", "spdx": "spdx"}[form]
    assert set().union(*found.values()) == components_of_sbom(out / f"sbom.{ending}.json", form)


def test_a_damaged_advisory_stops_the_run_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "advisories.json").write_text("[]")
    hosts = tuple((name, json.dumps(info)) for name, info in advised_fleet().items())[:1]
    fleet = FleetPlayer(tmp_path, sys.executable, hosts=("unused",), liars=hosts)
    played = fleet.play(
        PLAYBOOKS / "audit.yml",
        "--limit",
        "h01",
        cwd=tmp_path,
        variables={"audit_advisories": "advisories.json"},
    )
    assert played.rc == 2, played.output
    assert f"Cannot read the advisories in {tmp_path}/advisories.json: it has none." in " ".join(played.output.split())
    assert not (tmp_path / "python-audit").exists()


COMPONENTS = ("pip", "openssl", "sqlite", "zlib", "expat")


def components_in(directory: Path, host: str, form: str) -> set[tuple[str, str]]:
    ending = {"cyclonedx": "cdx", "spdx": "spdx"}[form]
    return components_of_sbom(directory / "sbom" / f"{host}.{ending}.json", form)


def components_of_sbom(file: Path, form: str) -> set[tuple[str, str]]:
    """The components of a document that matter here, as name and version."""
    document = json.loads(file.read_text())
    if form == "cyclonedx":
        return {(one["name"], one["version"]) for one in document["components"] if one["name"] in COMPONENTS}
    return {(one["name"], one["versionInfo"]) for one in document["packages"] if one["name"] in COMPONENTS}


def hosts_with(audited: dict[str, Any], advisory: str) -> list[str]:
    return sorted({one["host"] for one in audited["affected"] if one["advisory"] == advisory})


def environments_of(audited: dict[str, Any], host: str) -> list[dict[str, Any]]:
    (found,) = [one for one in audited["hosts"] if one["host"] == host]
    return list(found["environments"])


def builds_of(audited: dict[str, Any], host: str) -> list[dict[str, Any]]:
    (found,) = [one for one in audited["hosts"] if one["host"] == host]
    return list(found["builds"])


needs_a_browser = pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium here to look at the page")


@needs_a_browser
@pytest.mark.parametrize("width", browser.WIDTHS)
@pytest.mark.parametrize(("dark", "background"), [(False, "rgb(246, 247, 249)"), (True, "rgb(17, 21, 27)")])
def test_the_page_of_500_hosts_in_a_browser(width: int, dark: bool, background: str) -> None:
    page = as_html(report(*large_fleet(500), Baseline(newest(), ReleaseCycle.bundled(), NOW)))
    seen = browser.look(page, width=width, dark=dark)
    assert seen.width == width, "the page scrolls sideways"
    assert seen.requests == ()
    assert seen.background == background


# Opens everything, and returns each text whose contrast is below 4.5, with its colours and the ratio (WCAG 2.2, 1.4.3).
CONTRAST = """
      page.querySelectorAll("details").forEach((one) => { one.open = true; });
      const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
      const light = (colour) => {
        const [r, g, b] = numbers(colour).map((part) => part / 255)
          .map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
      };
      const behind = (element) => {
        for (let one = element; one; one = one.parentElement) {
          const colour = getComputedStyle(one).backgroundColor;
          if ((numbers(colour)[3] ?? 1) === 1) return colour;
        }
      };
      const found = new Set();
      let count = 0;
      for (const element of page.querySelectorAll("main, main *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own && element.tagName !== "INPUT") continue;
        count += 1;
        const [text, ground] = [getComputedStyle(element).color, behind(element)];
        const [dim, bright] = [light(text), light(ground)].sort((one, other) => one - other);
        const ratio = (bright + .05) / (dim + .05);
        if (ratio < 4.5) found.add(`${element.tagName}.${element.className} ${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
      return {count, poor: [...found], width: page.documentElement.scrollWidth};
"""


@needs_a_browser
@pytest.mark.parametrize("width", browser.WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_of_the_page_can_be_read(tmp_path: Path, width: int, dark: bool) -> None:
    infos, groups = small_fleet()
    infos = {**infos, **advised_fleet(), "web5": {"builds": [], "paths": []}}
    infos["x" * 200] = {"msg": "y" * 400, "unreachable": True}
    page = as_html(report(infos, groups, advised(tmp_path)))
    done = browser.look(page, width=width, dark=dark, act=CONTRAST).done
    assert done["count"] > 100
    assert done["poor"] == []
    assert done["width"] == width, "the page scrolls sideways with everything open"


def advised(tmp_path: Path) -> Baseline:
    (tmp_path / "a.json").write_text(json.dumps(ADVISORIES))
    return Baseline(newest(), ReleaseCycle.bundled(), NOW, read_advisories([str(tmp_path / "a.json")]))


# Types into the page, and returns the hosts that are shown, in their order; opens the first.
ACT = """
      const set = (id, value, event) => { const one = page.getElementById(id); one.value = value;
        one.dispatchEvent(new Event(event)); };
      const shown = () => [...page.querySelectorAll(".row")].filter(row => !row.hidden).map(row => row.dataset.host);
      const seen = {all: shown()};
      set("filter", "PIP 26.2.1 h0", "input"); seen.words = shown();
      set("filter", "openssl 3.5.6", "input"); seen.component = shown();
      set("filter", "", "input"); set("state", "earlier build", "change"); seen.state = shown();
      set("state", "", "change"); set("sort", "host", "change"); seen.host = shown();
      set("sort", "oldest", "change"); seen.oldest = shown();
      const first = page.querySelector(".row"), heights = [first.offsetHeight];
      first.querySelector("summary").click(); heights.push(first.offsetHeight);
      return {...seen, heights, lines: [...page.querySelectorAll(".row:not([open])")].map(row => row.offsetHeight)};
"""


@needs_a_browser
def test_the_page_filters_sorts_and_opens_its_rows(tmp_path: Path) -> None:
    page = as_html(report(advised_fleet(), {}, advised(tmp_path)))
    done = browser.look(page, width=1400, dark=False, act=ACT).done
    names = [f"h{number:02}" for number in range(1, 11)]
    assert done["all"] == ["h02", "h04", "h05", "h06", "h07", "h08", "h09", "h01", "h03", "h10"]
    assert sorted(done["words"]) == ["h01", "h02", "h04", "h05"]
    assert sorted(done["component"]) == WITH_OPENSSL
    assert done["state"] == ["h01"]
    assert done["host"] == names
    assert done["oldest"][:2] == ["h09", "h06"]
    assert done["heights"][1] > 2 * done["heights"][0]
    assert len(set(done["lines"])) <= 2, "a row is one line until it is opened"


# What has the focus, whether that shows, and which row it is in.
FOCUS = """(() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return {tag: one.tagName, id: one.id, host: one.closest(".row")?.dataset.host ?? null,
    text: one.textContent.slice(0, 20),
    ring: one.matches(":focus-visible") && style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2};
})()"""
SHOWN = """[...document.querySelectorAll(".row")]
  .filter((row) => row.checkVisibility()).map((row) => row.dataset.host)"""


@needs_a_browser
def test_the_page_by_keys_alone(tmp_path: Path) -> None:
    """Each key reaches the browser as one that a person presses."""
    page = as_html(report(advised_fleet(), {}, advised(tmp_path)))
    with browser.opened(page, width=1400) as chromium:
        every = chromium.run(SHOWN)
        reached = []
        for _press in range(60):
            chromium.press("Tab")
            focus = chromium.run(FOCUS)
            assert focus["ring"], focus
            reached.append(focus)
            if focus["host"] == every[-1]:
                break
        assert [one["id"] for one in reached if one["id"]] == ["filter", "state", "sort", "todo"]
        assert list(dict.fromkeys(one["host"] for one in reached if one["host"])) == every
        assert {"Where", "Command"} <= {one["text"] for one in reached if one["tag"] == "SUMMARY"}

        chromium.run("document.getElementById('filter').focus()")
        chromium.type("h0 pip 26.2.1")
        few = chromium.run(SHOWN)
        assert sorted(few) == ["h01", "h02", "h04", "h05"]
        assert chromium.run("document.getElementById('shown').textContent") == "4 of 10 hosts"
        chromium.press("ArrowDown")
        at = [chromium.run(FOCUS)["host"]]
        for key in ("ArrowDown", "End", "ArrowDown", "ArrowUp", "Home", "ArrowUp"):
            chromium.press(key)
            at.append(chromium.run(FOCUS)["host"])
        assert at == [few[0], few[1], few[3], few[3], few[2], few[0], few[0]]
        for key, is_open in (("Enter", True), ("Space", False), ("Space", True), ("Enter", False)):
            chromium.press(key)
            assert chromium.run(f"document.querySelector('[data-host={few[0]}]').open") is is_open
            assert chromium.expanded(f"[data-host={few[0]}] > summary") is is_open

        chromium.press("Tab", shift=True)
        chromium.run("document.getElementById('filter').focus()")
        chromium.press("Escape")
        assert (chromium.run("document.getElementById('filter').value"), chromium.run(SHOWN)) == ("", every)
        chromium.run("document.getElementById('sort').focus()")
        chromium.press("ArrowDown")
        assert chromium.run(SHOWN) == sorted(every)
        assert chromium.run(FOCUS)["id"] == "sort"
        chromium.run("document.getElementById('todo').focus()")
        chromium.press("Space")
        assert chromium.run(SHOWN) == [host for host in sorted(every) if host in WITH_SOMETHING_TO_DO]


# All but those whose builds and environments are in order.
WITH_SOMETHING_TO_DO = ["h02", "h04", "h05", "h06", "h07", "h08", "h09"]


@pytest.mark.each_core
def test_text_from_hosts_is_never_a_template(tmp_path: Path) -> None:
    """In every place where a host may write what it wants, and the files and the terminal show it as it is."""
    mark = "{{ 7 * 191 }}{% raw %}"
    path = f"/opt/{mark}"
    lying = build("3.13.14", "20260814", paths=[path], pids=[7], components=OLD_PIP)
    lying["processes"] = [{"pid": 7, "command": mark}]
    place = {"path": path, "store": lying["store"], "entry": lying["entry"], "fallback": None}
    venv = {"path": f"/srv/{mark}", "store": None, "entry": None, "version": None, "owner": mark, "components": OLD_PIP}
    answer = {"builds": [lying], "paths": [place], "environments": [venv], "unsearched": [mark]}
    liars = (("liar", json.dumps(answer)), ("silent", json.dumps({"failed": True, "msg": mark})))
    fleet = FleetPlayer(tmp_path, sys.executable, hosts=("unused",), liars=liars)
    (tmp_path / "advisories.json").write_text(json.dumps([{**ADVISORIES[0], "summary": mark}]))
    index = tmp_path / "index.ndjson"
    index.write_bytes(versions_index(*(f"{one['name']}.tar.gz" for offered in newest().values() for one in offered)))
    variables = {"audit_index": [str(index)], "audit_advisories": ["advisories.json"], "audit_sbom": "spdx"}
    played = fleet.play(PLAYBOOKS / "audit.yml", "--limit", "liar,silent", cwd=tmp_path, variables=variables)
    assert played.rc == 0, played.output
    assert f"/srv/{mark}" in played.output
    files = [file.read_text() for file in (tmp_path / "python-audit").rglob("*") if file.is_file()]
    assert len(files) == 6
    assert all(mark in text for text in files)
    assert not any("1337" in text for text in (*files, played.output))


OLD_PIP = {"pip": {"version": "25.0", "source": "measured"}}
