# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user of a task may not change of all that should change, asked before anything is changed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._os.errors import BECOME

from .._host import Host
from .._probe.shell import shell_command

# What the user can set instead of what cannot be made; what has to go needs the permission.
_LINKS = "interpreter_link_dir to a directory of this user"
_ALTERNATIVES = "interpreter_alternatives: links"
_PROFILES = "interpreter_profile: false"
_FOR_SERVICES = "interpreter_environment_d: false, interpreter_systemd_units: []"
_VENVS = "interpreter_virtualenv to a directory of this user"
# A missing directory would be made in the nearest one above it that exists.
_SCRIPT = """
for directory; do
found=$directory
until [ -e "$found" ]; do
found=${found%/*}
found=${found:-/}
done
[ -d "$found" ] && [ -w "$found" ] || printf '%s\\n' "unwritable $directory"
done
[ "$(id -u)" != 0 ] || echo "is root"
"""


def unwritable(decided: Mapping[str, Any], host: Host) -> str:
    """Why the changes that a result of `links_info` names cannot be made, and what to do; empty if they can."""
    wanted = _directories(decided)
    if not wanted:
        return ""
    arguments = " ".join(shlex.quote(directory) for directory in wanted)
    answer = host.run_command(shell_command(f"set -- {arguments}{_SCRIPT}")).stdout.splitlines()
    denied = [directory for directory in wanted if f"unwritable {directory}" in answer]
    if not denied:
        return ""
    who, first = ("root", "Remount what is read-only") if "is root" in answer else ("this user", BECOME)
    remedies = ", ".join(dict.fromkeys(filter(None, (remedy for directory in denied for remedy in wanted[directory]))))
    return (
        f"Cannot change links, profiles and alternatives: {who} may not write to {', '.join(denied)}. "
        f"{first}{remedies and f', or set {remedies}'}."
    )


def _directories(decided: Mapping[str, Any]) -> dict[str, list[str]]:
    """The directories to write to, each with what the user can set instead of parts of the result of `links_info`."""
    found: dict[str, list[str]] = {}

    def need(directory: str, remedy: str) -> None:
        found.setdefault(directory or "/", []).append(remedy)

    for link in (*decided.get("default_links", ()), *decided.get("links", ())):
        need(_above(link["path"]), _LINKS)
    for group in decided.get("register", ()):
        need(LINKS_DIRECTORY, _ALTERNATIVES)
        need(_above(group["link"]), _LINKS)  # which then are links that this user makes
    for profile in decided.get("profiles", ()):
        need(_above(profile["path"]), _FOR_SERVICES if profile["path"].endswith(".conf") else _PROFILES)
    for venv in decided.get("venvs", ()):
        need(venv["path"], _VENVS)
    for part in ("default_unlink", "unlink", "surplus_profiles"):
        for path in decided.get(part, ()):
            need(_above(path), "")
    if decided.get("unregister"):
        need(LINKS_DIRECTORY, "")
    return found


def _above(path: str) -> str:
    return path.rpartition("/")[0]
