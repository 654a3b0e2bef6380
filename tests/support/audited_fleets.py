# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up fleets for the audit: what `build_info` would have said of their hosts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

GNU = "x86_64-unknown-linux-gnu"
NOW = datetime(2026, 11, 24, 10, 15, tzinfo=timezone.utc)
NEWEST = {
    "3.10": ("3.10.19", "20251120"),
    "3.12": ("3.12.15", "20261110"),
    "3.13": ("3.13.15", "20261110"),
    "3.13t": ("3.13.15", "20261110"),
}
STORE = "/opt/python/.builds"


def build(version: str, release: str, *, threads: str = "", **more: Any) -> dict[str, Any]:
    """A build as `build_info` lists it, at the path of its series; `threads` is "freethreaded" or nothing."""
    words = [f"cpython-{version}+{release}", GNU, threads, "install_only_stripped"]
    name = "-".join(word for word in words if word)
    series = version.rpartition(".")[0] + ("t" if threads else "")
    return {
        "entry": name,
        "store": STORE,
        "name": name,
        "version": version,
        "release": release,
        "target": GNU,
        "flavor": "install_only_stripped",
        "build_options": threads,
        "url": f"https://mirror/{name}.tar.gz",
        "sha256": "0" * 64,
        "paths": [f"/opt/python/{series}"],
        "intact": True,
        "drift": {"changed": [], "missing": [], "added": []},
        "pids": [],
        "processes": [],
        "installed_at": "2026-11-20T12:00:00Z",
        **more,
    }


def host(*builds: dict[str, Any], fallback: str | None = None) -> dict[str, Any]:
    """What `build_info` says of a host; the paths go back to `fallback`, if that is an entry."""
    paths = [
        {"path": path, "store": one["store"], "entry": one["entry"], "fallback": fallback}
        for one in builds
        for path in one["paths"]
    ]
    return {"builds": list(builds), "paths": paths}


def newest() -> dict[str, list[dict[str, Any]]]:
    """What the index offers: for each series one target."""
    return {
        series: [build(version, release, threads="freethreaded" if series.endswith("t") else "")]
        for series, (version, release) in NEWEST.items()
    }


def small_fleet() -> tuple[dict[str, Any], dict[str, Any]]:
    """Five hosts, each with something else to say, as `infos` and `groups` of the report."""
    drifted = {"intact": False, "drift": {"changed": ["lib/python3.12/ssl.py"], "missing": [], "added": []}}
    infos = {
        "db1": host(build("3.13.15", "20261110"), build("3.13.15", "20261110", threads="freethreaded")),
        "web1": host(
            build("3.13.15", "20261110", pids=[8]),
            build("3.13.14", "20260814", paths=[], pids=[7, 9], processes=[{"pid": 7, "command": "python3 app.py"}]),
        ),
        "web2": host(build("3.12.15", "20261110", **drifted)),
        "web3": host(build("3.13.14", "20260814", pids=[7]), build("3.10.18", "20250723")),
        "web4": {"msg": "Failed to connect to the host via ssh: <b>no route</b>", "unreachable": True},
    }
    cgroups = "/proc/7/cgroup:0::/system.slice/web.service\n/proc/8/cgroup:0::/system.slice/web.service\n"
    groups: dict[str, Any] = {host: {"skipped": True} for host in infos}
    groups["web1"] = {"stdout": cgroups + "/proc/9/cgroup:0::/"}
    groups["web3"] = {"stdout": cgroups}
    return infos, groups


def large_fleet(hosts: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """So many hosts, made of the small fleet's over and over."""
    infos, groups = small_fleet()
    names = list(infos)
    chosen = {f"host-{number:03}.example.com": names[number % len(names)] for number in range(hosts)}
    return {name: infos[like] for name, like in chosen.items()}, {name: groups[like] for name, like in chosen.items()}


# What the advisories of `advised_fleet` say: pip below 26.2.2, and OpenSSL from 3.5.0 to 3.5.6.
ADVISORIES: list[dict[str, Any]] = [
    {
        "id": "PYSEC-2026-88",
        "aliases": ["CVE-2026-88001"],
        "summary": "A wheel can write outside of its environment",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "pip"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "26.2.2"}]}],
            }
        ],
    },
    {
        "id": "CVE-2026-35000",
        "summary": "A heap overflow in QUIC",
        "affected": [
            {
                "package": {"ecosystem": "Bitnami", "name": "openssl", "purl": "pkg:bitnami/openssl"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "3.5.0"}, {"fixed": "3.5.7"}]}],
            }
        ],
    },
]


# What every build carries, in versions that no advisory here affects.
_CARRIED = {"sqlite": "3.53.1", "expat": "2.8.3", "zlib": "1.3.2", "bzip2": "1.0.8", "xz": "5.8.3", "libffi": "3.4.6"}


def measured(**versions: str) -> dict[str, dict[str, str]]:
    """Components as a host measures them; a name has underscores instead of hyphens."""
    return {
        name.replace("_", "-"): {"version": version, "source": "measured"}
        for name, version in {**_CARRIED, **versions}.items()
    }


def environment(path: str, of: dict[str, Any], pip: str | None) -> dict[str, Any]:
    """An environment that a build made, as `build_info` lists it."""
    return {
        "path": path,
        "home": f"{of['paths'][0]}/bin",
        "version": of["version"],
        "store": of["store"],
        "entry": of["entry"],
        "owner": "app",
        "components": {"pip": {"version": pip, "source": "measured"}} if pip else {},
    }


def advised_fleet() -> dict[str, dict[str, Any]]:
    """Ten hosts with five builds and four environments of mixed age, as `infos` of the report.

    | build | pip | ensurepip's | OpenSSL | on |
    |---|---|---|---|---|
    | 3.13.15+20261110 | 26.2.2 | 26.2.2 | 3.5.7 | h01, h02, h03 |
    | 3.13.15+20260814 | 26.2.1 | 26.2.1 | 3.5.7 | h04, h05; kept on h01 |
    | 3.12.13+20260510 | by the table 26.1.1 | | 3.5.6 | h06, h07 |
    | 3.12.15+20261110 | 26.2.2 | 26.2.2 | 3.5.6 | h08 |
    | 3.10.18+20250723 | by the table 24.3.1 | | 3.0.16 | h09 |

    h10 has none. The environments are on h02 (26.2.1), h03 (26.2.2), h06 (25.0) and h08 (without pip).
    """
    new = measured(cpython="3.13.15", pip="26.2.2", ensurepip_pip="26.2.2", openssl="3.5.7")
    old = measured(cpython="3.13.15", pip="26.2.1", ensurepip_pip="26.2.1", openssl="3.5.7")
    mixed = measured(cpython="3.12.15", pip="26.2.2", ensurepip_pip="26.2.2", openssl="3.5.6")
    current, kept = build("3.13.15", "20261110", components=new), build("3.13.15", "20260814", components=old, paths=[])
    late = build("3.13.15", "20260814", components=old)
    table, half, oldest = (
        build(
            "3.12.13", "20260510", pids=[41], processes=[{"pid": 41, "command": "/opt/python/3.12/bin/python app.py"}]
        ),
        build("3.12.15", "20261110", components=mixed),
        build("3.10.18", "20250723"),
    )
    made = {
        "h02": environment("/srv/web/venv", current, "26.2.1"),
        "h03": environment("/srv/web/venv", current, "26.2.2"),
        "h06": environment("/srv/jobs/venv", table, "25.0"),
        "h08": environment("/opt/tool", half, None),
    }
    builds = {
        "h01": [current, kept], "h02": [current], "h03": [current], "h04": [late], "h05": [late], "h06": [table],
        "h07": [table], "h08": [half], "h09": [oldest], "h10": [],
    }  # fmt: skip
    return {
        name: {**host(*of_host), "environments": [made[name]] if name in made else [], "unsearched": []}
        for name, of_host in builds.items()
    }
