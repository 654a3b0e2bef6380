# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SBOMs are valid by the official schemas, complete, reproducible, and read by other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="SBOMs are made on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._components.table import completed
from ansible_collections.standalone.python.plugins.plugin_utils._sbom import sbom
from ansible_collections.standalone.python.plugins.plugin_utils._sbom.contents import Environment, Subject
from tests.support.locks import GNU, MUSL, asset, stripped

NEW, OLD = asset(stripped("3.14.7+20260814")), asset(stripped("3.12.1+20240107", MUSL))
MEASURED = {
    "openssl": {"version": "3.5.9", "source": "measured"},
    "ensurepip-pip": {"version": "25.2", "source": "measured"},
}


def subject(of: Asset, *found_at: str, measured: Any = None) -> Subject:
    return Subject(of, completed(of.build, measured or {}), found_at)


def fleet() -> list[Subject]:
    places = ("web1:/opt/python/3.14", 'db"1\u202e<b>:/opt/{{ x }}')
    return [subject(NEW, places[1], measured=MEASURED), subject(OLD, "web1:/opt/python/3.12"), subject(NEW, places[0])]


def environments() -> list[Environment]:
    pip = {"pip": {"version": "25.0", "source": "measured"}}
    build = subject(NEW, measured=MEASURED)
    places = ("web1:/srv/web", "db1:/srv/web")
    return [
        *(Environment("/srv/web", pip, build, (place,), "3.14.7") for place in places),
        Environment("/home/<b>\u202e", {}, None, ("web1:/home/<b>\u202e",), "3.13.5"),
    ]


DOCUMENTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "build": lambda form: sbom.of_build(form, subject(NEW, measured=MEASURED)),
    "old build": lambda form: sbom.of_build(form, subject(OLD)),
    "local build": lambda form: sbom.of_build(form, subject(Asset(NEW.build, "", NEW.sha256, NEW.file_name))),
    "fleet": lambda form: sbom.of_host(form, fleet(), "fleet"),
    "fleet with environments": lambda form: sbom.of_host(form, fleet(), "fleet", environments()),
    "empty host": lambda form: sbom.of_host(form, [], "web9"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_cyclonedx_is_valid(name: str) -> None:
    json_validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = json_validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    assert validator.validate_str(sbom.rendered(DOCUMENTS[name]("cyclonedx"))) is None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_spdx_is_valid(name: str, tmp_path: Path) -> None:
    parser = pytest.importorskip("spdx_tools.spdx.parser.parse_anything", reason="spdx-tools is not installed")
    validation = pytest.importorskip("spdx_tools.spdx.validation.document_validator")
    file = tmp_path / "sbom.spdx.json"
    file.write_text(sbom.rendered(DOCUMENTS[name]("spdx")))
    found = validation.validate_full_spdx_document(parser.parse_file(str(file)))
    assert [message.validation_message for message in found] == []


@pytest.mark.parametrize("form", sbom.FORMATS)
def test_another_program_reads_the_components(form: str, tmp_path: Path) -> None:
    """lib4sbom is how cve-bin-tool reads an SBOM."""
    parsers = pytest.importorskip("lib4sbom.parser", reason="lib4sbom is not installed")
    file = tmp_path / "sbom.json"
    file.write_text(sbom.rendered(DOCUMENTS["fleet"](form)))
    parser = parsers.SBOMParser()
    parser.parse_file(str(file))
    found = {(package["name"], package.get("version")) for package in parser.get_packages()}
    expected = {("openssl", "3.5.9"), ("openssl", "3.5.7"), ("openssl", "3.0.12"), ("pip", "25.2"), ("pip", "26.2.1")}
    assert expected <= found
    purls = {
        str(reference[2]) for package in parser.get_packages() for reference in package.get("externalreference", ())
    }
    assert {"pkg:generic/openssl@3.5.9", "pkg:pypi/pip@25.2"} <= purls


def test_a_cyclonedx_build_has_all_that_is_known() -> None:
    document = DOCUMENTS["build"]("cyclonedx")
    root = document["metadata"]["component"]
    assert document["metadata"]["timestamp"] == "2026-08-14T00:00:00Z"
    assert (root["name"], root["version"], root["supplier"]) == (NEW.build.name, "3.14.7+20260814", {"name": "Astral"})
    assert root["hashes"] == [{"alg": "SHA-256", "content": NEW.sha256}]
    assert root["purl"] == f"pkg:generic/python-build-standalone@3.14.7%2B20260814?checksum=sha256:{NEW.sha256}"
    assert root["externalReferences"] == [
        {"type": "distribution", "url": NEW.url},
        {
            "type": "attestation",
            "url": f"https://api.github.com/repos/astral-sh/python-build-standalone/attestations/sha256:{NEW.sha256}",
        },
    ]
    parts = {part["bom-ref"]: part for part in document["components"]}
    assert parts["openssl-3.5.9"] == {
        "type": "library",
        "bom-ref": "openssl-3.5.9",
        "name": "openssl",
        "version": "3.5.9",
        "supplier": {"name": "OpenSSL"},
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "cpe": "cpe:2.3:a:openssl:openssl:3.5.9:*:*:*:*:*:*:*",
        "purl": "pkg:generic/openssl@3.5.9",
        "properties": [
            {"name": "standalone.python:component", "value": "openssl"},
            {"name": "standalone.python:source", "value": "measured"},
        ],
    }
    assert (parts["ensurepip-pip-25.2"]["name"], parts["pip-26.2.1"]["name"]) == ("pip", "pip")
    assert document["dependencies"] == [{"ref": NEW.build.name, "dependsOn": sorted(parts)}]


def test_an_spdx_build_has_all_that_is_known() -> None:
    document = DOCUMENTS["build"]("spdx")
    packages = {package["SPDXID"]: package for package in document["packages"]}
    build = next(package for package in document["packages"] if package["name"] == NEW.build.name)
    assert document["creationInfo"]["created"] == "2026-08-14T00:00:00Z"
    assert build["checksums"] == [{"algorithm": "SHA256", "checksumValue": NEW.sha256}]
    assert (build["downloadLocation"], build["supplier"]) == (NEW.url, "Organization: Astral")
    assert [reference["referenceType"] for reference in build["externalRefs"]] == ["purl", "attestation"]
    openssl = packages["SPDXRef-component-openssl-3.5.9"]
    assert (openssl["licenseDeclared"], openssl["comment"]) == ("Apache-2.0", "openssl, version measured")
    of_table = next(
        one for one in packages.values() if one.get("comment", "").endswith("version of the table of releases")
    )
    assert of_table["versionInfo"]
    assert [reference["referenceLocator"] for reference in openssl["externalRefs"]] == [
        "pkg:generic/openssl@3.5.9",
        "cpe:2.3:a:openssl:openssl:3.5.9:*:*:*:*:*:*:*",
    ]
    assert {
        "spdxElementId": build["SPDXID"],
        "relationshipType": "CONTAINS",
        "relatedSpdxElement": openssl["SPDXID"],
    } in (document["relationships"])


@pytest.mark.parametrize("form", sbom.FORMATS)
def test_the_same_builds_give_the_same_document(form: str) -> None:
    one, other = sbom.of_host(form, fleet(), "fleet"), sbom.of_host(form, reversed(fleet()), "fleet")
    assert sbom.rendered(one) == sbom.rendered(other)
    assert one != sbom.of_host(form, fleet()[1:], "fleet")


@pytest.mark.parametrize("form", sbom.FORMATS)
def test_a_build_of_many_hosts_is_there_once_with_its_places(form: str) -> None:
    hosts = [subject(OLD, f"web{number}:/opt/python/3.12") for number in range(3)]
    text = sbom.rendered(sbom.of_host(form, hosts, "fleet"))
    assert text.count(f'"checksumValue": "{OLD.sha256}"' if form == "spdx" else f'"content": "{OLD.sha256}"') == 1
    assert all(f"web{number}:/opt/python/3.12" in text for number in range(3))
    assert text.count('"pkg:generic/openssl@3.0.12"') == 1


@pytest.mark.parametrize("form", sbom.FORMATS)
@pytest.mark.parametrize(
    ("url", "is_shown", "is_attested"),
    [
        (NEW.url, True, True),
        ("https://me:s3cret@mirror.example/x.tar.gz?token=s3cret", True, False),
        ("", False, False),
        ("file:///srv/x.tar.gz", False, False),
        ("javascript:alert(1)", False, False),
        ("https://example.com/a b\n<b>.tar.gz", True, False),
    ],
)
def test_only_a_web_address_is_one(form: str, url: str, is_shown: bool, is_attested: bool) -> None:
    text = sbom.rendered(sbom.of_build(form, subject(Asset(NEW.build, url, NEW.sha256, NEW.file_name))))
    assert ("https://mirror.example" in text or "https://github.com" in text or "example.com" in text) is is_shown
    assert ("attestations/sha256" in text) is is_attested
    assert not any(word in text for word in ("s3cret", "javascript", "a b", "<b>"))


def test_a_file_is_plain_text() -> None:
    text = sbom.rendered(DOCUMENTS["fleet"]("cyclonedx"))
    assert text.isascii()
    assert json.loads(text) == DOCUMENTS["fleet"]("cyclonedx")
    assert GNU in text


def test_an_environment_has_its_pip_and_its_build() -> None:
    document = DOCUMENTS["fleet with environments"]("cyclonedx")
    named = {one["bom-ref"]: one for one in document["components"]}
    depends = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert depends["environment-2"] == [NEW.build.name, "pip-25.0"]
    assert depends["environment-1"] == []
    assert {one["value"] for one in named["environment-2"]["properties"]} == {
        "environment", "db1:/srv/web", "web1:/srv/web",
    }  # fmt: skip
    assert {"environment-1", "environment-2"} < set(depends["root"])
    document = DOCUMENTS["fleet with environments"]("spdx")
    related = {
        (one["relationshipType"], one["relatedSpdxElement"])
        for one in document["relationships"]
        if one["spdxElementId"] == "SPDXRef-environment-environment-2"
    }
    build = next(one["SPDXID"] for one in document["packages"] if one["name"] == NEW.build.name)
    assert related == {("CONTAINS", "SPDXRef-component-pip-25.0"), ("DEPENDS_ON", build)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_minimum_elements_of_the_ntia(name: str) -> None:
    """Supplier, name, version, identifier and dependency of each component, author and time."""
    cyclonedx, spdx = DOCUMENTS[name]("cyclonedx"), DOCUMENTS[name]("spdx")
    for package in spdx["packages"]:
        assert all(package[key] for key in ("name", "versionInfo", "SPDXID"))
        assert package["supplier"].startswith("Organization: ")
    related = {one[key] for one in spdx["relationships"] for key in ("spdxElementId", "relatedSpdxElement")}
    assert {package["SPDXID"] for package in spdx["packages"]} <= related
    assert (spdx["creationInfo"]["creators"], spdx["creationInfo"]["created"][-1]) == (["Tool: standalone.python"], "Z")
    parts = [cyclonedx["metadata"]["component"], *cyclonedx["components"]]
    assert all(part["name"] and part["version"] and part["bom-ref"] and part["supplier"]["name"] for part in parts)
    needed = {key for one in cyclonedx["dependencies"] for key in (one["ref"], *one["dependsOn"])}
    assert {part["bom-ref"] for part in parts} <= needed
    assert (cyclonedx["metadata"]["tools"]["components"][0]["name"], cyclonedx["metadata"]["timestamp"][-1]) == (
        "standalone.python", "Z",
    )  # fmt: skip


def test_names_are_those_that_scanners_look_for() -> None:
    parts = {one["bom-ref"].rpartition("-")[0]: one["name"] for one in DOCUMENTS["build"]("cyclonedx")["components"]}
    assert {key: parts[key] for key in ("cpython", "expat", "zstd", "xz", "pip", "ensurepip-pip", "libuuid")} == {
        "cpython": "python", "expat": "libexpat", "zstd": "zstandard", "xz": "xz", "pip": "pip", "ensurepip-pip": "pip",
        "libuuid": "libuuid",
    }  # fmt: skip
