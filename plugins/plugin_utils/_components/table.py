# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of a build that nobody measured, from the bundled table of releases.

`components.json` has, for each release, what its packages were built from (`tables/make_components_table.py` makes
it). Which of them are in a build follows from its target and version (docs/development/builds.md 3.6). What the table
does not say is absent: a release that it lacks has no components but the interpreter, and nothing is known of the
libraries of Windows builds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import (
    archive_extension,
    is_asset_name,
)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target

TABLE = Path(__file__).with_name("components.json")

Components = Mapping[str, Mapping[str, str]]
"""Component -> `version` and `source`, measured or table."""

# Component -> its package in the table. On macOS a build uses libraries of the system instead of those in `_LINUX`.
_UNIX = {
    **{name: name for name in ("sqlite", "bzip2", "xz", "expat", "mpdecimal", "pip", "ensurepip-pip")},
    "libuuid": "uuid",
}
_LINUX = {"zlib": "zlib", "ncurses": "ncurses"}
_TK = {"tcl": "tcl", "tk": "tk"}
_X11 = {"libx11": "libX11", "libxau": "libXau", "libxcb": "libxcb"}
# Before these releases the packages of a target are not known well enough.
_FIRST_RELEASE = {"linux": 20200418, "darwin": 20220227}
_SHARED_TK_SINCE = 20250808  # a static build cannot load it
_DYNAMIC_MUSL_SINCE = 20250311
_WITHOUT_SETUPTOOLS = ((13, 0), (12, 20240909))  # from this minor version of Python 3 on, since this release


def components_of(build: Build) -> dict[str, dict[str, str]]:
    """The components of a build, in the order of their names, without what is unknown."""
    release = int(build.release)
    versions = _versions_at(build.release)
    target = Target.parse(build.target)
    packages: dict[str, str] = {}
    is_published = is_asset_name(build.name + archive_extension(build.name))  # and no in-house build of that release
    if is_published and release >= _FIRST_RELEASE.get(target.os, release + 1):
        packages = _packages_in(build, target, release, versions)
    found = {
        component: {"version": _shown(component, versions[package]), "source": "table"}
        for component, package in packages.items()
        if package in versions
    }
    if build.name.startswith("cpython-"):
        found["cpython"] = {"version": str(build.version), "source": "table"}
    return dict(sorted(found.items()))


# Components of which a build has only one: what was measured says that the table's is not in it.
_INSTEAD = {"openssl": "libressl", "libressl": "openssl", "zlib": "zlib-ng", "zlib-ng": "zlib", "libedit": "readline"}


def completed(build: Build, measured: Components) -> dict[str, dict[str, str]]:
    """The components of a build: as measured, and what was not measured from the table."""
    of_table = components_of(build)
    absent = {name for name in of_table if _INSTEAD.get(name) in measured}
    found = {**of_table, **{name: dict(component) for name, component in measured.items()}}
    return {name: found[name] for name in sorted(set(found) - (absent - set(measured)))}


def _packages_in(build: Build, target: Target, release: int, versions: Mapping[str, str]) -> dict[str, str]:
    """Component -> the package of the table that a build for Linux or macOS has it from."""
    minor = build.version.minor
    is_musl = bool(target.libc and target.libc.startswith("musl"))
    is_static = is_musl and (release < _DYNAMIC_MUSL_SINCE or "static" in build.build_options.split("+"))
    has_tk = not is_static or release < _SHARED_TK_SINCE
    packages = {**_UNIX, **(_TK if has_tk else {}), "libffi": "libffi"}
    if minor >= 14:
        packages["zstd"] = "zstd"
    if not any(minor >= first and release >= since for first, since in _WITHOUT_SETUPTOOLS):
        packages["setuptools"] = "setuptools"
    packages.update(_tls(is_musl, versions))
    if target.os == "linux":
        packages.update({**_LINUX, **(_X11 if has_tk else {})})
        if not is_static:
            packages["bdb"] = "bdb"
        if minor >= 10:
            packages["libedit"] = "libedit"  # earlier ones have GNU readline too, and the table does not say which
        if is_static:
            packages["musl"] = "musl-static" if release >= _DYNAMIC_MUSL_SINCE else "musl"
        if is_musl and "libffi-3.3" in versions:
            packages["libffi"] = "libffi-3.3"
    return packages


def _tls(is_musl: bool, versions: Mapping[str, str]) -> dict[str, str]:
    """The library of the module ssl: musl builds had LibreSSL until October 2021."""
    if is_musl and "libressl" in versions:
        return {"libressl": "libressl"}
    return {"openssl": next((name for name in ("openssl-3.5", "openssl-3.0") if name in versions), "openssl")}


def _shown(component: str, version: str) -> str:
    """The version as the component reports it: the table has 3500400 for SQLite 3.50.4."""
    if component != "sqlite":
        return version
    number, last = divmod(int(version), 100)
    return f"{number // 10_000}.{number // 100 % 100}.{number % 100}" + (f".{last}" if last else "")


class _Table(NamedTuple):
    """`changes` is package -> release -> its version from that release on, None when it went."""

    releases: frozenset[str]
    changes: Mapping[str, Mapping[str, str | None]]


def _read_table() -> _Table:
    content = json.loads(TABLE.read_text(encoding="utf-8"))
    return _Table(frozenset(content["releases"]), content["changes"])


_TABLE = _read_table()  # here, since each process that Ansible forks would read it again


@lru_cache(maxsize=256)
def _versions_at(release: str) -> Mapping[str, str]:
    """Package -> version at a release; nothing for a release that the table lacks."""
    if release not in _TABLE.releases:
        return {}
    last = {
        package: next((version for since, version in reversed(list(of_package.items())) if since <= release), None)
        for package, of_package in _TABLE.changes.items()
    }
    return {package: version for package, version in last.items() if version}
