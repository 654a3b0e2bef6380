# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of `links_info`: what has to change on a host, part by part, in the shape of the module's RETURN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._store import history

from .alternatives import Group
from .discovered_python import Going
from .plan_commands import PROGRAM_OF_ALTERNATIVES, CommandPlan, Registration, plan_commands
from .plan_default import DefaultPlan, plan_default
from .plan_venvs import kept_venvs, plan_venvs, refused_venvs, surplus_venvs
from .probe import LinksState
from .profiles import Profiles, plan_profiles, surplus_profiles
from .spec import LinksSpec

ALTERNATIVES_MODULE = "community.general.alternatives"


class MissingCollection(StandaloneError):
    """The controller lacks a collection that the role uses."""


class MissingProgram(StandaloneError):
    """The host lacks a program that the role uses."""


def decided(spec: LinksSpec, state: LinksState, profiles: Profiles) -> dict[str, Any]:
    """All changes that bring the state to the spec, or the failed result when some of them are refused."""
    commands = plan_commands(spec, state)
    default = plan_default(spec, state)
    refused = [*commands.refused, *default.refused, *refused_venvs(spec, state)]
    if refused:
        return {"failed": True, "refused": refused, "msg": " ".join(refused)}
    parts = _parts(spec, state, commands, default, profiles)
    differs = [part for part, content in parts.items() if content]
    warnings = [*commands.left_out, *kept_venvs(spec, state)]
    return {
        **parts,
        "differs": differs,
        "default_before": _default_before(default, state),
        "missing_directories": _missing_directories(commands, state),
        "foreseen": [] if spec.root else _foreseen(commands, state),
        "left_out": list(commands.left_out),
        "warnings": warnings,
        "tools": sorted(state.tools),
        "systemd": state.systemd,
        "python_apt": state.python_apt,
    }


def require_alternatives_program(decided: dict[str, Any], spec: LinksSpec, state: LinksState) -> None:
    """Raise `MissingProgram` if alternatives must be registered and the host has nothing that does it."""
    if not decided.get("register") or PROGRAM_OF_ALTERNATIVES in state.tools:
        return
    what = f"{PROGRAM_OF_ALTERNATIVES} of dpkg, which knows --root" if spec.root else PROGRAM_OF_ALTERNATIVES
    raise MissingProgram(
        f"Cannot register alternatives{f' in {spec.root}' if spec.root else ''}: this host has no {what}. Install it, "
        "or set interpreter_alternatives: links for plain links."
    )


def require_alternatives_module(decided: dict[str, Any], has_module: Callable[[str], bool]) -> None:
    """Raise `MissingCollection` if alternatives change, and Ansible lacks the module by which the role does that."""
    registers, unregisters = decided.get("register"), decided.get("unregister")
    if not (registers or unregisters) or has_module(ALTERNATIVES_MODULE):
        return
    without = "" if unregisters else ", or set interpreter_alternatives: links for plain links"
    raise MissingCollection(
        f"Cannot {'register' if registers else 'remove'} alternatives: the controller does not have the module "
        f"{ALTERNATIVES_MODULE}. Run there: ansible-galaxy collection install community.general{without}. Nothing was "
        "changed on this host."
    )


def going(decided: dict[str, Any], state: LinksState) -> Going:
    """What exists of all that will be removed, including what is then created again; nothing of what was refused."""
    if decided.get("failed"):
        return Going()
    groups = [*decided["unregister"], *(one for one in decided["register"] if one["again"])]
    links = [*(group["link"] for group in groups), *decided["unlink"], *decided["default_unlink"]]
    return Going(
        links=tuple(link for link in links if link in state.links),
        builds=tuple(path for path in decided["absent"] if any(file.startswith(f"{path}/") for file in state.has)),
    )


def _parts(
    spec: LinksSpec, state: LinksState, commands: CommandPlan, default: DefaultPlan, profiles: Profiles
) -> dict[str, list[Any]]:
    """The changes, part by part, in the shape of the module's RETURN."""
    ours = {history.file_name(build.path) for build in spec.builds}
    others = not spec.builds or not state.roots <= ours
    texts = plan_profiles(spec, state, profiles)
    return {
        "default_links": [_link(*change) for change in default.links],
        "default_unlink": list(default.unlink),
        "unregister": [_registered(group, path) for group, path in commands.unregister],
        "unlink": list(commands.unlink),
        "surplus_profiles": list(surplus_profiles(spec, state, profiles, others=others)),
        "surplus_venvs": list(surplus_venvs(spec, state)),
        "absent": [build.path for build in spec.builds if not build.executable],
        "register": [_alternative(one) for one in commands.register],
        "links": [_link(*link) for link in commands.links],
        "profiles": [{"path": path, "content": text} for path, text in texts.items()],
        "venvs": [asdict(venv) for venv in plan_venvs(spec, state)],
    }


def _default_before(default: DefaultPlan, state: LinksState) -> list[dict[str, Any]]:
    """The present state of each link that the default changes, so that a rescue can restore it."""
    touched = [*(path for path, _target in default.links), *default.unlink]
    return [_link(path, state.links[path]) for path in touched if path in state.links]


def _missing_directories(commands: CommandPlan, state: LinksState) -> list[str]:
    """The directories that must be created before alternatives can be registered."""
    links = {one.link for one in commands.register}
    links |= {follower.link for one in commands.register for follower in one.followers}
    return sorted({link.rpartition("/")[0] for link in links} - state.directories)


def _foreseen(commands: CommandPlan, state: LinksState) -> list[dict[str, Any]]:
    """The links of groups whose program does not exist yet, as before the first run; the module would refuse them."""
    absent = (one for one in commands.register if one.path not in state.has)
    return [_link(one.link, f"{LINKS_DIRECTORY}/{one.name}") for one in absent]


def _alternative(registration: Registration) -> dict[str, Any]:
    return {
        "name": registration.name,
        "link": registration.link,
        "path": registration.path,
        "priority": registration.priority,
        "subcommands": [asdict(follower) for follower in registration.followers],
        "again": registration.again,
    }


def _registered(group: Group, path: str) -> dict[str, Any]:
    choice = group.choice(path)
    return {"name": group.name, "link": group.link, "path": path, "priority": choice.priority if choice else 0}


def _link(path: str, target: str) -> dict[str, Any]:
    return {"path": path, "target": target}
