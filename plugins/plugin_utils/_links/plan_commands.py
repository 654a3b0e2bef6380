# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which links and alternatives a host needs for the commands of its builds, and which must be removed."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY

from .alternatives import Follower, Group
from .commands import DEFAULT_NAMES, Command, commands_of, is_our_name
from .probe import LinksState, Owner
from .spec import LinkedBuild, LinksSpec

ALTERNATIVES, LINKS, NONE = "alternatives", "links", "none"
PROGRAM_OF_ALTERNATIVES = "update-alternatives"


@dataclass(frozen=True)
class Registration:
    """An alternative to install. With `again` it must be removed first, since the module would see no difference."""

    name: str
    link: str
    path: str
    priority: int
    followers: tuple[Follower, ...]
    again: bool = False


@dataclass(frozen=True)
class CommandPlan:
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


def plan_commands(spec: LinksSpec, state: LinksState) -> CommandPlan:
    """The links and alternatives to create and to remove, with the messages about what cannot be."""
    system = _system(spec, state)
    builds = () if system == NONE else spec.present
    theirs = {build.path: owner for build in builds if (owner := state.owners.get(build.name))}
    served = [(build, _commands(build, state)) for build in builds if build.path not in theirs]
    wanted = [_registration(spec, commands) for _build, commands in served] if system == ALTERNATIVES else []
    links = [_link(spec, command) for _build, commands in served for command in commands]
    plain = links if system == LINKS else []
    return CommandPlan(
        register=tuple(differing for one in wanted if (differing := _differing(one, state))),
        unregister=tuple(_stale_registrations(spec, state, wanted)),
        links=tuple((link, target) for link, target in plain if state.links.get(link) != target),
        unlink=tuple(_stale_links(spec, state, dict(plain))),
        left_out=tuple(_leave(build, theirs[build.path], spec) for build in builds if build.path in theirs),
        refused=(
            *_foreign(spec, state),
            *_obstacles(spec, state, links, wanted),
            *(_twice([_link(spec, commands[0]) for _build, commands in served]) if system == LINKS else ()),
        ),
    )


def _foreign(spec: LinksSpec, state: LinksState) -> list[str]:
    """Errors about paths that must be absent but are not our builds: links that point there are not ours either."""
    return [
        f"Cannot remove {build.path}: this collection did not make it. No link to it was removed either. Correct the "
        "path, or move away what is there."
        for build in spec.builds
        if not build.executable and build.path in state.foreign
    ]


def _system(spec: LinksSpec, state: LinksState) -> str:
    if spec.system != "auto":
        return spec.system
    return ALTERNATIVES if PROGRAM_OF_ALTERNATIVES in state.tools else LINKS


def _commands(build: LinkedBuild, state: LinksState) -> tuple[Command, ...]:
    """The commands of the build, without companions whose names a package owns."""
    found = commands_of(build.path, build.executable or "", build.programs | state.has)
    return tuple(command for command in found if command.name not in state.owners)


def _link(spec: LinksSpec, command: Command) -> tuple[str, str]:
    return f"{spec.man_dir if command.is_manual else spec.link_dir}/{command.name}", command.target


def _registration(spec: LinksSpec, commands: tuple[Command, ...]) -> Registration:
    (link, path), *others = [_link(spec, command) for command in commands]
    names = [command.name for command in commands[1:]]
    followers = tuple(Follower(name, *other) for name, other in zip(names, others))
    return Registration(commands[0].name, link, path, spec.priority, followers)


def _differing(wanted: Registration, state: LinksState) -> Registration | None:
    """The registration to install; None when the host has it as wanted."""
    group = state.groups.get(wanted.name)
    choice = group.choice(wanted.path) if group else None
    if group is None or choice is None:
        return wanted
    again = group.link != wanted.link or not _leads(group, wanted, state)
    if again or choice.priority != wanted.priority or choice.followers != frozenset(wanted.followers):
        return Registration(wanted.name, wanted.link, wanted.path, wanted.priority, wanted.followers, again)
    return None


def _leads(group: Group, wanted: Registration, state: LinksState) -> bool:
    """Whether the links of a group exist: its main link, and the followers of the choice if that is ours."""
    chosen = state.links.get(f"{LINKS_DIRECTORY}/{group.name}", "")
    if state.links.get(group.link) != f"{LINKS_DIRECTORY}/{group.name}" or not group.choice(chosen):
        return False
    ours = group.choice(wanted.path)
    return chosen != wanted.path or all(
        state.links.get(follower.link) == f"{LINKS_DIRECTORY}/{follower.name}"
        and state.links.get(f"{LINKS_DIRECTORY}/{follower.name}") == follower.path
        for follower in (ours.followers if ours else ())
    )


def _stale_registrations(spec: LinksSpec, state: LinksState, wanted: list[Registration]) -> list[tuple[Group, str]]:
    kept = {(registration.name, registration.path) for registration in wanted}
    return [
        (group, choice.path)
        for group in state.groups.values()
        for choice in group.alternatives
        if _is_versioned(group.name) and spec.is_ours(choice.path) and (group.name, choice.path) not in kept
    ]


def _stale_links(spec: LinksSpec, state: LinksState, wanted: dict[str, str]) -> list[str]:
    return [
        link
        for link, target in state.links.items()
        if link not in wanted
        and link.startswith((f"{spec.link_dir}/", f"{spec.man_dir}/"))
        and _is_versioned(link.rpartition("/")[2])
        and spec.is_ours(target)
    ]


def _is_versioned(name: str) -> bool:
    return is_our_name(name) and name not in DEFAULT_NAMES


def _leave(build: LinkedBuild, owner: Owner, spec: LinksSpec) -> str:
    return (
        f"{build.name} is left to the system: {spec.link_dir}/{build.name} would stand before or replace {owner.file}, "
        f"which the package {owner.package} owns. The build is at {build.executable}. To have the command lead to it, "
        "set interpreter_allow_system: true."
    )


def _obstacles(
    spec: LinksSpec, state: LinksState, links: list[tuple[str, str]], wanted: list[Registration]
) -> list[str]:
    """Errors about files at the paths of wanted links that this collection did not create."""
    advice = "Move it away, choose another interpreter_link_dir, or set interpreter_alternatives: none."
    problems = []
    for link, _target in links:
        target = state.links.get(link, "")
        if link in state.occupied:
            problems.append(f"{link} is wanted for a link, but there is something else already. {advice}")
        elif target and not spec.is_ours(target) and not _belongs_to(link, spec, state, shared=bool(wanted)):
            problems.append(f"{link} is a link to {target} already, which leads to none of these builds. {advice}")
    for one in wanted:
        group = state.groups.get(one.name)
        if group and group.link != one.link and not _is_all_ours(group, spec):
            problems.append(
                f"The alternatives {one.name} exist already for {group.link}, with choices that lead to none of these "
                f"builds, so they cannot have the link {one.link}. {advice}"
            )
    return problems


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
        f"{link} is wanted for both {targets[link]} and {target}, but a link leads to one of them only. Leave one out, "
        "or set interpreter_alternatives: alternatives where the host has these."
        for link, target in links
        if targets.setdefault(link, target) != target
    ]
