# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an SBOM says, whatever its format: builds, their components, and where they are.

The same builds give the same document: its time is the date of its newest release, its number follows from its content.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url, split_url

from .._components.identity import Identity, identity_of
from .._components.table import Components

TOOL = "standalone.python"
SUPPLIER = "Astral"  # publishes python-build-standalone
OPERATOR = "Operator of the hosts"  # supplies hosts and environments
_ATTESTATIONS = "https://api.github.com/repos/astral-sh/python-build-standalone/attestations"
_FIRST_ATTESTED = "20250205"  # docs/development/builds.md 7: all archives from this release on
_EPOCH = "19700101"


class Part(NamedTuple):
    """A version of a component. `sources` say how it is known: measured, table."""

    component: str
    version: str
    identity: Identity
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name in documents: that of its CPE, by which scanners find what the NVD has, else of its package URL."""
        return (self.identity.cpe or self.identity.purl.replace("/", ":")).rpartition(":")[2]

    @property
    def reference(self) -> str:
        """Its key in a document."""
        return f"{self.component}-{self.version}"


class Subject(NamedTuple):
    """A build in a document, with its components, and where it is: paths, or hosts with paths."""

    asset: Asset
    components: Components
    found_at: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version of the build: 3.13.5+20250723."""
        return f"{self.asset.build.version}+{self.asset.build.release}"

    @property
    def purl(self) -> str:
        """The package URL, with the archive's digest."""
        return f"pkg:generic/python-build-standalone@{quote(self.version, safe='')}?checksum=sha256:{self.asset.sha256}"

    @property
    def url(self) -> str | None:
        """Where the archive is published; None when that is no web address."""
        shown = shown_url(self.asset.url)
        parts = split_url(shown)
        is_usable = parts and parts.scheme in ("http", "https") and parts.netloc and shown.isascii()
        return quote(shown, safe=":/%+?=&,;@~!$'()*[]-._") if is_usable else None

    @property
    def attestation(self) -> str | None:
        """Where the archive's attestation is published; None before there were any, and for archives of others."""
        is_public = (self.url or "").startswith("https://github.com/astral-sh/python-build-standalone/")
        return f"{_ATTESTATIONS}/sha256:{self.asset.sha256}" if self._may_be_attested and is_public else None

    @property
    def _may_be_attested(self) -> bool:
        return self.asset.build.release >= _FIRST_ATTESTED

    def parts(self) -> list[Part]:
        """Its components, by name; what has no identity is left out."""
        return _parts(self.components)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another build than others: its name, digest and components."""
        return self.asset.build.name, self.asset.sha256, json.dumps(self.components, sort_keys=True)


class Environment(NamedTuple):
    """A virtual environment in a document, with its components, its places, and if known the build that runs it and the
    version of Python.
    """

    path: str
    components: Components
    build: Subject | None = None
    found_at: tuple[str, ...] = ()
    version: str | None = None

    def parts(self) -> list[Part]:
        """Its components, by name."""
        return _parts(self.components)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another environment than others: its path, its components and its build."""
        return (
            self.path,
            json.dumps(self.components, sort_keys=True),
            str((self.build and self.build.key, self.version)),
        )


def _parts(components: Components) -> list[Part]:
    found = []
    for component, known in sorted(components.items()):
        identity = identity_of(component, known["version"])
        if identity:
            found.append(Part(component, known["version"], identity, (known["source"],)))
    return found


class Needs(NamedTuple):
    """The key of a build or an environment (`kind`), with the key of an environment's build, and of its components."""

    kind: str
    key: str
    build: str | None
    parts: list[str]


def _references(one: Subject | Environment) -> list[str]:
    return [part.reference for part in one.parts()]


class Contents(NamedTuple):
    """What a document is about: `name` is a host or a fleet with these builds and environments, or None for the one
    build itself.
    """

    subjects: Sequence[Subject]
    name: str | None = None
    environments: Sequence[Environment] = ()

    @classmethod
    def of(
        cls, subjects: Iterable[Subject], name: str | None = None, environments: Iterable[Environment] = ()
    ) -> Contents:
        """Each build and environment once, in the order of names, with all places where it is."""
        return cls(_merged(subjects), name, _merged(environments))

    @property
    def created(self) -> str:
        """The date of the newest release as UTC in ISO 8601."""
        day = max((subject.asset.build.release for subject in self.subjects), default=_EPOCH)
        return f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00Z"

    @property
    def state(self) -> str:
        """The version of a host or a fleet, which have no other: the day of the newest release there."""
        return self.created[:10]

    def references(self) -> list[str]:
        """A key for each build: its name, and a number where builds of one name differ."""
        seen: dict[str, int] = {}
        keys = []
        for subject in self.subjects:
            name = subject.asset.build.name
            seen[name] = seen.get(name, 0) + 1
            keys.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
        return keys

    def needs(self) -> list[Needs]:
        """What each build and each environment needs, in their order."""
        keys = self.references()
        of_build = {subject.key: key for subject, key in zip(self.subjects, keys)}
        found = [Needs("build", key, None, _references(one)) for one, key in zip(self.subjects, keys)]
        for number, one in enumerate(self.environments, 1):
            build = of_build.get(one.build.key) if one.build else None
            found.append(Needs("environment", f"environment-{number}", build, _references(one)))
        return found

    def parts(self) -> list[Part]:
        """All components of all builds and environments, each version once."""
        merged: dict[tuple[str, str], Part] = {}
        every: list[Subject | Environment] = [*self.subjects, *self.environments]
        for part in (part for one in every for part in one.parts()):
            known = merged.get((part.component, part.version))
            sources = {*part.sources, *(known.sources if known else ())}
            merged[part.component, part.version] = part._replace(sources=tuple(sorted(sources)))
        return [merged[key] for key in sorted(merged)]


_Placed = TypeVar("_Placed", Subject, Environment)


def _merged(every: Iterable[_Placed]) -> list[_Placed]:
    """Each once, in the order of their keys, with the places of all that are the same."""
    places: dict[tuple[str, str, str], set[str]] = {}
    merged: dict[tuple[str, str, str], _Placed] = {}
    for each in every:
        merged.setdefault(each.key, each)
        places.setdefault(each.key, set()).update(each.found_at)
    return [merged[key]._replace(found_at=tuple(sorted(places[key]))) for key in sorted(merged)]


def number_of(document: Mapping[str, Any]) -> uuid.UUID:
    """A number that follows from a document's content."""
    content = json.dumps(document, sort_keys=True, ensure_ascii=True).encode()
    return uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())
