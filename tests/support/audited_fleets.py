# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up fleets for the audit: what `build_info` would have said of their hosts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

GNU = "x86_64-unknown-linux-gnu"
TODAY = date(2026, 11, 24)
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
            build("3.13.14", "20260814", paths=[], pids=[7, 9]),
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
