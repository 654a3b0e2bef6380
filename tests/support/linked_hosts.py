# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and specs for the tests of links to builds: one build at /opt/3.13, links in /bin."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Alternative, Follower, Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import LinksState
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinkedBuild, LinksSpec

PATH = "/opt/3.13"
EXECUTABLE = f"{PATH}/bin/python3.13"
PROGRAM = f"{PATH}/libexec/python3.13"  # what links point to
PIP = Follower("pip3.13", "/bin/pip3.13", f"{PATH}/bin/pip3.13")
PAGE = Follower("python3.13.1", "/man/python3.13.1", f"{PATH}/share/man/man1/python3.13.1")
HAS = frozenset({EXECUTABLE, PROGRAM, PIP.path, PAGE.path})

BUILD = LinkedBuild(PATH, "/opt/.builds", EXECUTABLE, release=20260101, venv="/opt/3.13-env")
GONE = LinkedBuild(PATH, "/opt/.builds", venv="/opt/3.13-env")

# What a host has when nothing is missing, by links and by alternatives.
PLAIN = {"/bin/python3.13": PROGRAM, PIP.link: PIP.path, PAGE.link: PAGE.path}
GROUP = Group("python3.13", "/bin/python3.13", (Alternative(PROGRAM, 100, frozenset({PIP, PAGE})),))
REGISTERED = {
    "/bin/python3.13": "/etc/alternatives/python3.13",
    PIP.link: "/etc/alternatives/pip3.13",
    PAGE.link: "/etc/alternatives/python3.13.1",
    "/etc/alternatives/python3.13": PROGRAM,
    "/etc/alternatives/pip3.13": PIP.path,
    "/etc/alternatives/python3.13.1": PAGE.path,
}


def spec(*builds: LinkedBuild, **options: Any) -> LinksSpec:
    return LinksSpec(
        **{"builds": builds or (BUILD,), "link_dir": "/bin", "man_dir": "/man", "system": "links", **options}
    )


def host(**facts: Any) -> LinksState:
    """A host that has the build, and nothing that points to it."""
    return LinksState(**{"has": HAS, **facts})
