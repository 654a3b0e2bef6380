# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SBOM as CycloneDX 1.6 JSON."""

from __future__ import annotations

from typing import Any

from .contents import OPERATOR, SUPPLIER, TOOL, Contents, Environment, Part, Subject, number_of

_PREFIX = f"{TOOL}:"  # of properties, as their registry wants it


def document(contents: Contents) -> dict[str, Any]:
    """The document as data for JSON."""
    keys = contents.references()
    builds = [_build(subject, key) for subject, key in zip(contents.subjects, keys)]
    parts = [_part(part) for part in contents.parts()]
    depends: list[dict[str, Any]] = [
        {"ref": one.key, "dependsOn": [*filter(None, [one.build]), *one.parts]} for one in contents.needs()
    ]
    if contents.name is None:
        (root,), components = builds, parts
    else:
        root = {**_ours("platform", "root", contents.name), "version": contents.state}
        environments = [_environment(one, number) for number, one in enumerate(contents.environments, 1)]
        components = [*builds, *environments, *parts]
        depends.insert(0, {"ref": "root", "dependsOn": [*keys, *(one["bom-ref"] for one in environments)]})
    body = {
        "metadata": {
            "timestamp": contents.created,
            "tools": {"components": [{"type": "application", "name": TOOL}]},
            "component": root,
        },
        "components": components,
        "dependencies": depends,
        "compositions": [{"aggregate": "incomplete", "assemblies": [root["bom-ref"]]}],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number_of(body)}",
        "version": 1,
        **body,
    }


def _build(subject: Subject, key: str) -> dict[str, Any]:
    build = subject.asset.build
    references = (("distribution", subject.url), ("attestation", subject.attestation))
    properties = {"target": build.target, "flavor": build.flavor, "build_options": build.build_options}
    return {
        "type": "application",
        "bom-ref": key,
        "supplier": {"name": SUPPLIER},
        "name": build.name,
        "version": subject.version,
        "hashes": [{"alg": "SHA-256", "content": subject.asset.sha256}],
        "purl": subject.purl,
        "externalReferences": [{"type": kind, "url": url} for kind, url in references if url],
        "properties": [
            *({"name": _PREFIX + name, "value": value} for name, value in properties.items()),
            *({"name": f"{_PREFIX}found_at", "value": place} for place in subject.found_at),
        ],
    }


def _ours(kind: str, key: str, name: str) -> dict[str, Any]:
    """What the operator supplies."""
    return {"type": kind, "bom-ref": key, "supplier": {"name": OPERATOR}, "name": name}


def _environment(one: Environment, number: int) -> dict[str, Any]:
    return {
        **_ours("application", f"environment-{number}", one.path),
        **({"version": one.version} if one.version else {}),
        "properties": [
            {"name": f"{_PREFIX}component", "value": "environment"},
            *({"name": f"{_PREFIX}found_at", "value": place} for place in one.found_at),
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    identity = part.identity
    known: dict[str, Any] = {}
    if identity.supplier:
        known["supplier"] = {"name": identity.supplier}
    if identity.licence:
        is_one = " " not in identity.licence
        known["licenses"] = [{"license": {"id": identity.licence}} if is_one else {"expression": identity.licence}]
    cpe = identity.cpe_of(part.version)
    if cpe:
        known["cpe"] = cpe
    sources = [{"name": f"{_PREFIX}source", "value": source} for source in part.sources]
    return {
        "type": "application" if part.component == "cpython" else "library",
        "bom-ref": part.reference,
        "name": part.name,
        "version": part.version,
        **known,
        "purl": identity.purl_of(part.version),
        "properties": [{"name": f"{_PREFIX}component", "value": part.component}, *sources],
    }
