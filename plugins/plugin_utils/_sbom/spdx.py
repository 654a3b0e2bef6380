# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SBOM as SPDX 2.3 JSON."""

from __future__ import annotations

import re
from typing import Any

from .contents import OPERATOR, SUPPLIER, TOOL, Contents, Environment, Part, Subject, number_of

_DOCUMENT, _ROOT = "SPDXRef-DOCUMENT", "SPDXRef-root"
_UNKNOWN = "NOASSERTION"
_SOURCES = {"table": "of the table of releases"}  # of versions, in words


def document(contents: Contents) -> dict[str, Any]:
    """The document as data for JSON."""
    keys = [_reference("build", key) for key in contents.references()]
    packages = [_build(subject, key) for subject, key in zip(contents.subjects, keys)]
    packages += [_part(part) for part in contents.parts()]
    related = []
    for one in contents.needs():
        key = _reference(one.kind, one.key)
        related += [_relationship(key, "CONTAINS", _reference("component", part)) for part in one.parts]
        related += [_relationship(key, "DEPENDS_ON", _reference("build", one.build))] if one.build else []
    if contents.name is None:
        described, name = keys[0], contents.subjects[0].asset.build.name
    else:
        described, name = _ROOT, contents.name
        root = {**_ours(_ROOT, name), "versionInfo": contents.state, "primaryPackagePurpose": "OPERATING-SYSTEM"}
        packages.insert(0, root)
        environments = [_environment(one, number) for number, one in enumerate(contents.environments, 1)]
        packages += environments
        keys += [one["SPDXID"] for one in environments]
        related = [*(_relationship(_ROOT, "CONTAINS", key) for key in keys), *related]
    body = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": name,
        "creationInfo": {"created": contents.created, "creators": [f"Tool: {TOOL}"]},
        "packages": packages,
        "relationships": [_relationship(_DOCUMENT, "DESCRIBES", described), *related],
    }
    return {**body, "documentNamespace": f"urn:uuid:{number_of(body)}"}


def _reference(kind: str, key: str) -> str:
    """An identifier of SPDX, which has few signs: others become their number, so that no two keys share one."""
    return f"SPDXRef-{kind}-" + re.sub(
        r"[^A-Za-z0-9.]", lambda sign: "-" if sign[0] == "-" else f"-{ord(sign[0]):x}-", key
    )


def _relationship(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _package(key: str, name: str) -> dict[str, Any]:
    """What every package has, unknown."""
    return {
        "SPDXID": key,
        "name": name,
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": _UNKNOWN,
        "copyrightText": _UNKNOWN,
    }


def _ours(key: str, name: str) -> dict[str, Any]:
    """What the operator supplies."""
    return {**_package(key, name), "supplier": f"Organization: {OPERATOR}"}


def _build(subject: Subject, key: str) -> dict[str, Any]:
    build = subject.asset.build
    places = "".join(f"\nfound at {place}" for place in subject.found_at)
    return {
        **_package(key, build.name),
        "versionInfo": subject.version,
        "supplier": f"Organization: {SUPPLIER}",
        "downloadLocation": subject.url or _UNKNOWN,
        "checksums": [{"algorithm": "SHA256", "checksumValue": subject.asset.sha256}],
        "primaryPackagePurpose": "APPLICATION",
        "comment": f"target {build.target}, flavor {build.flavor}{places}",
        "externalRefs": [
            _external("PACKAGE-MANAGER", "purl", subject.purl),
            *([_external("OTHER", "attestation", subject.attestation)] if subject.attestation else []),
        ],
    }


def _environment(one: Environment, number: int) -> dict[str, Any]:
    places = "".join(f"\nfound at {place}" for place in one.found_at)
    key = _reference("environment", f"environment-{number}")
    version = {"versionInfo": one.version} if one.version else {}
    return {**_ours(key, one.path), **version, "primaryPackagePurpose": "INSTALL", "comment": f"environment{places}"}


def _part(part: Part) -> dict[str, Any]:
    identity = part.identity
    cpe = identity.cpe_of(part.version)
    return {
        **_package(_reference("component", part.reference), part.name),
        "versionInfo": part.version,
        "supplier": f"Organization: {identity.supplier}" if identity.supplier else _UNKNOWN,
        "licenseDeclared": identity.licence or _UNKNOWN,
        "primaryPackagePurpose": "APPLICATION" if part.component == "cpython" else "LIBRARY",
        "comment": f"{part.component}, version {' and '.join(_SOURCES.get(one, one) for one in part.sources)}",
        "externalRefs": [
            _external("PACKAGE-MANAGER", "purl", identity.purl_of(part.version)),
            *([_external("SECURITY", "cpe23Type", cpe)] if cpe else []),
        ],
    }


def _external(category: str, kind: str, locator: str) -> dict[str, str]:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}
