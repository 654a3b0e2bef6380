# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which links and alternatives a host needs for the commands of its builds, and which must be removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY

from .alternatives import Follower, Group
from .commands import DEFAULT_NAMES, Command, commands_of, is_our_name
from .probe import LinksState, Owner
from .spec import LinkedBuild, LinksSpec

ALTERNATIVES, LINKS, NONE = "alternatives", "links", "none"
PROGRAM_OF_ALTERNATIVES = "update-alternatives"


class Registration(NamedTuple):
    """An alternative to install. With `again` it must be removed first, since the module would see no difference."""

    name: str
    link: str
    path: str
    priority: int
    followers: tuple[Follower, ...]
    again: bool = False


class CommandPlan(NamedTuple):
    """The changes that lead from a host's state to the spec.

    `unregister` are pairs of group and path. `links` are pairs of path and target, `unlink` paths. `left_out` and
    `refused` are messages: about builds whose command a package owns, and about what makes the task fail.
    """

    register: tuple[Registration, ...] = ()
    unregister: tuple[tuple[Group, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    unlink: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Desired:
    """What the commands of the builds need on a host.

    `registrations` are alternatives, and `links` plain links with their targets; one of them is empty. `points` are all
    of these links, also those that alternatives create, and `clashing` messages about links that two builds need.
    """

    registrations: tuple[Registration, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    points: tuple[tuple[str, str], ...] = ()
    clashing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def plan_commands(spec: LinksSpec, state: LinksState) -> CommandPlan:
    """The links and alternatives to create and to remove, with the messages about what cannot be."""
    desired = _desired(spec, state)
    differing = (_differing(one, state) for one in desired.registrations)
    return CommandPlan(
        register=tuple(one for one in differing if one),
        unregister=tuple(_stale_registrations(spec, state, desired)),
        links=tuple((link, target) for link, target in desired.links.items() if state.links.get(link) != target),
        unlink=tuple(_stale_links(spec, state, desired)),
        left_out=desired.left_out,
        refused=(*_foreign(spec, state), *_obstacles(spec, state, desired), *desired.clashing),
    )


def _desired(spec: LinksSpec, state: LinksState) -> _Desired:
    system = _system(spec, state)
    if system == NONE:
        return _Desired()
    theirs = [(build, owner) for build in spec.present if (owner := state.owners.get(build.name))]
    served = [_commands(build, state) for build in spec.present if build.name not in state.owners]
    points = tuple(_link(spec, command) for commands in served for command in commands)
    left_out = tuple(_leave(build, owner, spec) for build, owner in theirs)
    if system == ALTERNATIVES:
        registrations = tuple(_registration(spec, commands) for commands in served)
        return _Desired(registrations=registrations, points=points, left_out=left_out)
    clashing = tuple(_twice([_link(spec, commands[0]) for commands in served]))
    return _Desired(links=dict(points), points=points, clashing=clashing, left_out=left_out)


def _foreign(spec: LinksSpec, state: LinksState) -> list[str]:
    """Errors about paths that must be absent but are not our builds: links that point there are not ours either."""
    return [
        f"Cannot remove {build.path}: this collection did not make it. No link to it was removed either. Correct the "
        "path, or move away what is there."
        for build in spec.builds
        if not build.executable and build.path in state.foreign
    ]


def _system(spec: LinksSpec, state: LinksState) -> str:
    """How commands are made available. A build that is registered stays so, since an operator may have chosen it."""
    if spec.system != "auto":
        return spec.system
    has_alternatives = PROGRAM_OF_ALTERNATIVES in state.tools or any(_registered(spec, state))
    return ALTERNATIVES if has_alternatives else LINKS


def _registered(spec: LinksSpec, state: LinksState) -> Iterator[tuple[Group, str]]:
    """The groups with a choice that is ours, each with the path of the choice."""
    for group in state.groups.values():
        for choice in group.alternatives:
            if _is_versioned(group.name) and spec.is_ours(choice.path):
                yield group, choice.path


def _commands(build: LinkedBuild, state: LinksState) -> tuple[Command, ...]:
    """The commands of the build, without companions whose names a package owns."""
    found = commands_of(build.path, build.executable or "", state.has, build.programs)
    return tuple(command for command in found if command.name not in state.owners)


def _link(spec: LinksSpec, command: Command) -> tuple[str, str]:
    return f"{spec.man_dir if command.is_manual else spec.link_dir}/{command.name}", command.target


def _registration(spec: LinksSpec, commands: tuple[Command, ...]) -> Registration:
    (link, path), *others = [_link(spec, command) for command in commands]
    names = [command.name for command in commands[1:]]
    followers = tuple(Follower(name, *other) for name, other in zip(names, others))
    return Registration(commands[0].name, link, path, spec.priority, followers)


def _differing(registration: Registration, state: LinksState) -> Registration | None:
    """The registration to install; None when the host has it as it should be."""
    group = state.groups.get(registration.name)
    choice = group.choice(registration.path) if group else None
    if group is None or choice is None:
        return registration
    again = group.link != registration.link or not _leads(group, registration, state)
    if again or choice.priority != registration.priority or choice.followers != frozenset(registration.followers):
        return registration._replace(again=again)
    return None


def _leads(group: Group, registration: Registration, state: LinksState) -> bool:
    """Whether the links of a group exist: its main link, and the followers of the choice if that is ours."""
    chosen = state.links.get(f"{LINKS_DIRECTORY}/{group.name}", "")
    if state.links.get(group.link) != f"{LINKS_DIRECTORY}/{group.name}" or not group.choice(chosen):
        return False
    ours = group.choice(registration.path)
    return chosen != registration.path or all(
        state.links.get(follower.link) == f"{LINKS_DIRECTORY}/{follower.name}"
        and state.links.get(f"{LINKS_DIRECTORY}/{follower.name}") == follower.path
        for follower in (ours.followers if ours else ())
    )


def _stale_registrations(spec: LinksSpec, state: LinksState, desired: _Desired) -> list[tuple[Group, str]]:
    kept = {(registration.name, registration.path) for registration in desired.registrations}
    return [(group, path) for group, path in _registered(spec, state) if (group.name, path) not in kept]


def _stale_links(spec: LinksSpec, state: LinksState, desired: _Desired) -> list[str]:
    return [
        link
        for link, target in state.links.items()
        if link not in desired.links
        and link.startswith((f"{spec.link_dir}/", f"{spec.man_dir}/"))
        and _is_versioned(link.rpartition("/")[2])
        and spec.is_ours(target)
    ]


def _is_versioned(name: str) -> bool:
    return is_our_name(name) and name not in DEFAULT_NAMES


def _leave(build: LinkedBuild, owner: Owner, spec: LinksSpec) -> str:
    return (
        f"{build.name} is left to the system: {spec.link_dir}/{build.name} would shadow or replace {owner.file}, "
        f"which the package {owner.package} owns. The build is at {build.executable}. To point the command to it, "
        "set interpreter_allow_system: true."
    )


def _obstacles(spec: LinksSpec, state: LinksState, desired: _Desired) -> list[str]:
    """Errors about files at the paths of desired links that this collection did not create."""
    shared = bool(desired.registrations)
    found = [
        *((link, _obstacle_at(link, spec, state, shared=shared)) for link, _target in desired.points),
        *((one.link, _obstacle_to(one, spec, state)) for one in desired.registrations),
    ]
    return [f"{problem} {_advice(link, spec)}" for link, problem in found if problem]


def _advice(link: str, spec: LinksSpec) -> str:
    option = "man_dir" if link.startswith(f"{spec.man_dir}/") else "link_dir"
    return f"Move it away, choose another interpreter_{option}, or set interpreter_alternatives: none."


def _obstacle_at(link: str, spec: LinksSpec, state: LinksState, *, shared: bool) -> str | None:
    target = state.links.get(link, "")
    if link in state.occupied:
        return f"Cannot create the link {link}: a file or directory that this role did not make exists there."
    if target and not spec.is_ours(target) and not _belongs_to(link, spec, state, shared=shared):
        return f"Cannot create the link {link}: it points to {target} already, which is none of these builds."
    return None


def _obstacle_to(registration: Registration, spec: LinksSpec, state: LinksState) -> str | None:
    group = state.groups.get(registration.name)
    if group is None or group.link == registration.link or _is_all_ours(group, spec):
        return None
    return (
        f"Cannot register the alternatives {registration.name} for {registration.link}: they exist for {group.link}, "
        "with choices that point to none of these builds."
    )


def _belongs_to(link: str, spec: LinksSpec, state: LinksState, *, shared: bool) -> bool:
    """Whether a link belongs to alternatives that are ours alone, or that may be `shared` with others."""
    for group in state.groups.values():
        followers = {follower.link for choice in group.alternatives for follower in choice.followers}
        if link == group.link or link in followers:
            return _is_versioned(group.name) and (shared or _is_all_ours(group, spec))
    return False


def _is_all_ours(group: Group, spec: LinksSpec) -> bool:
    return all(spec.is_ours(choice.path) for choice in group.alternatives)


def _twice(links: list[tuple[str, str]]) -> list[str]:
    targets: dict[str, str] = {}
    return [
        f"Cannot create the link {link}: it would have to point to both {targets[link]} and {target}. Leave one out, "
        "or set interpreter_alternatives: alternatives where the host has these."
        for link, target in links
        if targets.setdefault(link, target) != target
    ]
