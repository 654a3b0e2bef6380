# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SBOMs of an audit: one of the fleet, and one of each host that gave an answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._readable import readable
from ansible_collections.standalone.python.plugins.module_utils._store.store import SBOM_ENDINGS

from .._sbom import sbom
from .._sbom.contents import Environment, Subject

_LONGEST = 150  # characters of a file's name, of the 255 bytes that file systems have

Host = Mapping[str, Any]


def documents(report: Mapping[str, Any], form: str) -> Iterator[dict[str, str]]:
    """`name` and `content` of each file; a host's name is quoted like a part of a URL. `form` is cyclonedx or spdx.

    Texts from hosts show every character, as in the page: others than JSON cannot hold all of them.
    """
    hosts = [host for host in report["hosts"] if host["problem"] is None]
    ending = SBOM_ENDINGS[form]
    subjects, environments = [], []
    files = _file_names([host["host"] for host in hosts])
    for host in hosts:
        of_host = [Subject(*_build(build), found_at=tuple(map(readable, _places(build)))) for build in host["builds"]]
        inside = _environments(host)
        document = sbom.of_host(form, of_host, readable(host["host"]), inside)
        yield {"name": f"sbom/{files[host['host']]}{ending}", "content": sbom.rendered(document)}
        subjects += [Subject(one.asset, one.components, _on(host, one.found_at)) for one in of_host]
        environments += [one._replace(found_at=_on(host, one.found_at)) for one in inside]
    whole = sbom.of_host(form, subjects, "fleet", environments)
    yield {"name": f"sbom{ending}", "content": sbom.rendered(whole)}


def _build(build: Mapping[str, Any]) -> tuple[Asset, Mapping[str, Mapping[str, str]]]:
    return Asset.from_dict(build), build["components"]


def _places(build: Mapping[str, Any]) -> list[str]:
    return build["paths"] or [f"{build['store']}/{build['entry']}"]


def _environments(host: Host) -> list[Environment]:
    builds = {(build["store"], build["entry"]): Subject(*_build(build)) for build in host["builds"]}
    return [
        Environment(path, one["components"], builds.get((one["store"], one["entry"])), (path,), one["version"])
        for path, one in ((readable(one["path"]), one) for one in host["environments"])
    ]


def _on(host: Host, places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{readable(host['host'])}:{place}" for place in places)


def _file_names(hosts: Iterable[str]) -> dict[str, str]:
    """Host -> the name of its file: with a digest where it is long, or where a file system may see two names as one."""
    plain = {host: _file_name(host) for host in hosts}
    seen = Counter(name.lower() for name in plain.values())
    return {
        host: name if seen[name.lower()] == 1 and len(name) <= _LONGEST else f"{name[:_LONGEST]}-{_digest(host)}"
        for host, name in plain.items()
    }


def _file_name(host: str) -> str:
    """A name without separators that no path can begin with; an IPv6 address has colons."""
    name = quote(host, safe=":@", errors="surrogatepass")
    return name.replace(".", "%2E", 1) if name.startswith(".") else name


def _digest(host: str) -> str:
    return hashlib.sha256(host.encode("utf-8", "surrogatepass")).hexdigest()[:12]
