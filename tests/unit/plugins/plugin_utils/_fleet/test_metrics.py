# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of an audit, as Prometheus' own parser reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.metrics import as_metrics
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from tests.support.audited_fleets import ADVISORIES, NOW, advised_fleet, build, host, newest, small_fleet

from .test_affected import AFFECTED, read

parser = pytest.importorskip("prometheus_client.parser")
BASELINE = Baseline(newest(), ReleaseCycle.bundled(), NOW)
NAMES = {"build_info", "outdated", "end_of_life_seconds", "affected", "drifted", "in_use", "unreachable"}

Parsed = dict[str, list[tuple[dict[str, str], float]]]


def parsed(text: str) -> Parsed:
    """Family without the prefix -> its samples. Raises `ValueError` for anything but the format."""
    families = list(parser.text_string_to_metric_families(text))
    assert all(family.type == "gauge" and family.documentation for family in families)
    found = {
        family.name.removeprefix("standalone_python_"): [(sample.labels, sample.value) for sample in family.samples]
        for family in families
    }
    for samples in found.values():
        series = [tuple(sorted(labels.items())) for labels, _value in samples]
        assert len(set(series)) == len(series), "a series comes twice"
    return found


def test_every_family_is_there_and_says_what_the_report_says() -> None:
    found = parsed(as_metrics(report(*small_fleet(), BASELINE)))
    assert set(found) == NAMES
    assert {labels["host"]: value for labels, value in found["unreachable"]} == {
        "db1": 0, "web1": 0, "web2": 0, "web3": 0, "web4": 1,
    }  # fmt: skip
    assert [labels["host"] for labels, value in found["drifted"] if value] == ["web2"]
    assert [(labels["host"], labels["series"]) for labels, value in found["outdated"] if value] == [
        ("web3", "3.13"), ("web3", "3.10"),
    ]  # fmt: skip
    assert {value for labels, value in found["end_of_life_seconds"] if labels["series"] == "3.10"} == {1793404800.0}
    assert [(labels["build"].partition("-x86")[0], value) for labels, value in found["in_use"] if value > 1] == [
        ("cpython-3.13.14+20260814", 2)
    ]
    assert {labels["path"] for labels, _value in found["build_info"] if labels["host"] == "web1"} == {
        "/opt/python/3.13", "",
    }  # fmt: skip


def test_the_affected_are_those_of_the_report(tmp_path: Path) -> None:
    baseline = Baseline(newest(), ReleaseCycle.bundled(), NOW, read(tmp_path, *ADVISORIES))
    found = parsed(as_metrics(report(advised_fleet(), {}, baseline)))["affected"]
    keys = ("advisory", "component", "version", "host")
    assert [tuple(labels[key] for key in keys) for labels, _value in found] == [one[:4] for one in AFFECTED]
    assert {labels["path"] for labels, _value in found if labels["kind"] == "environment"} == {
        "/srv/web/venv", "/srv/jobs/venv",
    }  # fmt: skip


HOSTILE = (
    '"} 1\nevil 1',
    "\\",
    '\\"',
    "a\nb",
    "\r\n# TYPE x gauge",
    "\x00\x1b[31m",
    "\u202e\u2028",
    "\udcff",
    "é",
    "{a=b}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_hosts_never_break_the_format(text: str) -> None:
    infos: dict[str, Any] = {text: host(build("3.13.15", "20261110", paths=[text])), "silent": {"msg": text}}
    written = as_metrics(report(infos, {}, BASELINE))
    written.encode()  # so that it can be written
    found = parsed(written)
    assert set(found) == NAMES
    assert [len(samples) for samples in found.values()] == [1, 1, 1, 0, 1, 1, 2]


RULES_PAGE = Path(__file__).resolve().parents[5] / "docs" / "audit.md"
_FUNCTIONS = {"count", "by", "time", "on", "sum", "max"}


def test_the_rules_of_the_documentation_ask_for_what_there_is(tmp_path: Path) -> None:
    """The keys of a file of rules, and expressions and texts with names and labels of the metrics."""
    (block,) = [
        text for text in RULES_PAGE.read_text(encoding="utf-8").split("```") if text.startswith("yaml\ngroups:")
    ]
    content = yaml.safe_load(block.removeprefix("yaml\n"))
    baseline = Baseline(newest(), ReleaseCycle.bundled(), NOW, read(tmp_path, *ADVISORIES))
    infos, groups = small_fleet()
    found = parsed(as_metrics(report({**infos, **advised_fleet()}, groups, baseline)))
    labels = {f"standalone_python_{name}": set(samples[0][0]) for name, samples in found.items() if samples}
    assert set(content) == {"groups"}
    (group,) = content["groups"]
    assert set(group) == {"name", "rules"}
    assert len(group["rules"]) == 3
    for rule in group["rules"]:
        assert set(rule) - {"for"} == {"alert", "expr", "annotations"}
        assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
        assert re.fullmatch(r"\d+[smhdw]", rule.get("for", "1d"))
        for opening, closing in ("()", "{}"):
            assert rule["expr"].count(opening) == rule["expr"].count(closing)
        (metric,) = re.findall(r"standalone_python_\w+", rule["expr"])
        rest = re.sub(r'"[^"]*"|\d+', "", rule["expr"].replace(metric, ""))
        assert set(re.findall(r"[a-z_]+", rest)) - _FUNCTIONS <= labels[metric]
        kept = re.search(r"by \(([^)]*)\)", rule["expr"])
        left = set(kept[1].split(", ")) if kept else labels[metric]
        assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= left & labels[metric]
