# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SBOMs of an audit: a document for each host and one for the fleet, which name what is where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, report
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.sboms import documents
from tests.support.audited_fleets import NOW, advised_fleet, build, host, newest

BASELINE = Baseline(newest(), ReleaseCycle.bundled(), NOW)


def written(form: str, **more: Any) -> dict[str, dict[str, Any]]:
    """Name -> document, of the fleet of ten hosts and of more."""
    audited = report({**advised_fleet(), **more}, {}, BASELINE)
    return {one["name"]: json.loads(one["content"]) for one in documents(audited, form)}


@pytest.mark.parametrize(("form", "ending"), [("cyclonedx", "cdx.json"), ("spdx", "spdx.json")])
def test_each_host_that_answered_has_a_document(form: str, ending: str) -> None:
    hosts = [f"sbom/h{number:02}.{ending}" for number in range(1, 11)]
    assert list(written(form, silent={"msg": "no"})) == [*hosts, f"sbom.{ending}"]


@pytest.mark.parametrize(
    ("host", "file"),
    [
        ("::1", "::1"),
        ("../../etc/x", "%2E.%2F..%2Fetc%2Fx"),
        (".hidden", "%2Ehidden"),
        ("é", "%C3%A9"),
    ],
)
def test_no_name_of_a_host_leaves_the_directory(host: str, file: str) -> None:
    infos = {host: {"builds": [], "paths": []}}
    assert [one["name"] for one in documents(report(infos, {}, BASELINE), "spdx")] == [
        f"sbom/{file}.spdx.json", "sbom.spdx.json",
    ]  # fmt: skip


def test_hosts_whose_names_look_alike_to_a_file_system_have_different_files() -> None:
    names = ["web1", "WEB1", "x" * 300, "x" * 299 + "y", "half\ud800", "web2"]
    infos: dict[str, Any] = {name: {"builds": [], "paths": []} for name in names}
    files = [one["name"] for one in documents(report(infos, {}, BASELINE), "spdx")][:-1]
    assert len({file.lower() for file in files}) == len(names)
    assert all(len(file.encode()) < 200 for file in files)
    assert "sbom/web2.spdx.json" in files
    assert files == [one["name"] for one in documents(report(infos, {}, BASELINE), "spdx")][:-1]


def test_what_no_xml_and_no_strict_json_can_hold_is_shown() -> None:
    place = "/opt/\x1b[2J\x00\u202e\ud800"
    infos = {"we\x07b": {**host(build("3.13.14", "20260814", paths=[place])), "environments": [environment(place)]}}
    for form in ("cyclonedx", "spdx"):
        for one in documents(report(infos, {}, BASELINE), form):
            assert r"/opt/\\x1b[2J\\x00\\u202e\\ud800" in one["content"]
            texts = str(json.loads(one["content"]))
            assert texts.isprintable()


def environment(path: str) -> dict[str, Any]:
    return {"path": path, "store": None, "entry": None, "version": "3.13", "owner": None, "components": {}}


def places_of(fleet: dict[str, Any], component: str, version: str) -> set[str]:
    """The builds and environments of a CycloneDX document that need a component, with their places."""
    needing = {one["ref"] for one in fleet["dependencies"] if f"{component}-{version}" in one["dependsOn"]}
    return {
        known["value"].partition(":")[0]
        for one in fleet["components"]
        for known in one.get("properties", ())
        if one["bom-ref"] in needing and known["name"] == "standalone.python:found_at"
    }


def test_the_document_of_the_fleet_says_where_each_version_is() -> None:
    fleet = written("cyclonedx")["sbom.cdx.json"]
    assert places_of(fleet, "pip", "26.2.1") == {"h01", "h02", "h04", "h05"}
    assert places_of(fleet, "pip", "25.0") == {"h06"}
    assert places_of(fleet, "pip", "26.2.2") == {"h01", "h02", "h03", "h08"}
    assert places_of(fleet, "openssl", "3.5.6") == {"h06", "h07", "h08"}
