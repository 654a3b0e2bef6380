# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user of a task may not change of all that should change, asked before anything is changed.

Root may change all, but should not where another user could redirect it to other files. That is not asked for what is
below /usr and /etc.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._os.errors import BECOME
from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .._host import Host
from .._probe.shell import WAY_OF_ROOT, command_of

# What the user can set instead of what cannot be made; what has to go needs the permission.
_LINKS = "interpreter_link_dir to a directory of this user"
_ALTERNATIVES = "interpreter_alternatives: links"
_PROFILES = "interpreter_profile: false"
_FOR_SERVICES = "interpreter_environment_d: false, interpreter_systemd_units: []"
_VENVS = "interpreter_virtualenv to a directory of this user"
# A missing directory would be made in the nearest one above it that exists.
_SCRIPT = Path(__file__).with_name("unwritable.sh")


def unwritable(decided: Mapping[str, Any], host: Host) -> str:
    """Why the changes that a result of `links_info` names cannot be made, and what to do; empty if they can."""
    wanted = _directories(decided)
    if not wanted:
        return ""
    command = command_of(*WAY_OF_ROOT, _SCRIPT, values={"directories": "\n".join(wanted)})
    answer = host.run_command(command).stdout.splitlines()
    denied = [directory for directory in wanted if f"unwritable {directory}" in answer]
    if not denied:
        return _unsafe(dict(line.partition(" ")[::2] for line in answer), wanted)
    who, first = ("root", "Remount what is read-only") if "is root" in answer else ("this user", BECOME)
    return (
        f"Cannot change links, profiles and alternatives: {who} may not write to {', '.join(denied)}. "
        f"{first}{_instead(denied, wanted)}."
    )


def _unsafe(answer: Mapping[str, str], wanted: Mapping[str, list[str]]) -> str:
    directory = answer.get("unsafe", "")
    if directory not in wanted:
        return ""
    return (
        f"Cannot change links, profiles and alternatives: root should not write to {directory}, since "
        f"{readable(answer.get('why', ''))}, who could have it change other files. Run the task as that user, by "
        f"become_user{_instead([directory], wanted)}."
    )


def _instead(directories: Iterable[str], wanted: Mapping[str, list[str]]) -> str:
    """What the user can set, as the end of a message."""
    remedies = dict.fromkeys(filter(None, (remedy for directory in directories for remedy in wanted[directory])))
    return f", or set {', '.join(remedies)}" if remedies else ""


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
