# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which links and alternatives a host needs for the commands of its builds, and which have to go."""

from __future__ import annotations

from dataclasses import dataclass

from .alternatives import LINKS_FOLDER, Follower, Group
from .commands import DEFAULT_NAMES, Command, commands_of, is_our_name
from .probe import Owner, Wiring
from .spec import WiredBuild, Wish

ALTERNATIVES, LINKS, NONE = "alternatives", "links", "none"
PROGRAM_OF_ALTERNATIVES = "update-alternatives"


@dataclass(frozen=True)
class Registration:
    """An alternative to install. With `again` it has to be removed first, for what the module does not see."""

    name: str
    link: str
    path: str
    priority: int
    followers: tuple[Follower, ...]
    again: bool = False


@dataclass(frozen=True)
class CommandPlan:
    """What differs from what is wanted.

    `unregister` are (group, path). `links` are paths with what they are to lead to, `unlink` paths. `left_out` and
    `refused` are sentences: about what stays the system's own, and about what makes the task fail.
    """

    register: tuple[Registration, ...] = ()
    unregister: tuple[tuple[Group, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    unlink: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def plan_commands(wish: Wish, wiring: Wiring) -> CommandPlan:
    system = _system(wish, wiring)
    builds = () if system == NONE else wish.present
    theirs = {build.path: owner for build in builds if (owner := wiring.owners.get(build.name))}
    served = [(build, _commands(build, wiring)) for build in builds if build.path not in theirs]
    wanted = [_registration(wish, commands) for _build, commands in served] if system == ALTERNATIVES else []
    links = [_link(wish, command) for _build, commands in served for command in commands]
    plain = links if system == LINKS else []
    return CommandPlan(
        register=tuple(differing for one in wanted if (differing := _differing(one, wiring))),
        unregister=tuple(_stale_registrations(wish, wiring, wanted)),
        links=tuple((link, target) for link, target in plain if wiring.links.get(link) != target),
        unlink=tuple(_stale_links(wish, wiring, dict(plain))),
        left_out=tuple(_leave(build, theirs[build.path], wish) for build in builds if build.path in theirs),
        refused=(
            *_foreign(wish, wiring),
            *_obstacles(wish, wiring, links, wanted),
            *(_twice([_link(wish, commands[0]) for _build, commands in served]) if system == LINKS else ()),
        ),
    )


def _foreign(wish: Wish, wiring: Wiring) -> list[str]:
    """Errors about what is to be absent and is none of ours: nothing that points there is ours to remove either."""
    return [
        f"Cannot remove {build.path}: this collection did not make it. No link to it was removed either. Correct the "
        "path, or move away what is there."
        for build in wish.builds
        if not build.executable and build.path in wiring.foreign
    ]


def _system(wish: Wish, wiring: Wiring) -> str:
    if wish.system != "auto":
        return wish.system
    return ALTERNATIVES if PROGRAM_OF_ALTERNATIVES in wiring.tools else LINKS


def _commands(build: WiredBuild, wiring: Wiring) -> tuple[Command, ...]:
    """What the build is to be reached by; a companion that a package has already is left to the package."""
    found = commands_of(build.path, build.executable or "", build.programs | wiring.has)
    return tuple(command for command in found if command.name not in wiring.owners)


def _link(wish: Wish, command: Command) -> tuple[str, str]:
    return f"{wish.man_dir if command.is_manual else wish.link_dir}/{command.name}", command.target


def _registration(wish: Wish, commands: tuple[Command, ...]) -> Registration:
    (link, path), *others = [_link(wish, command) for command in commands]
    names = [command.name for command in commands[1:]]
    followers = tuple(Follower(name, *other) for name, other in zip(names, others))
    return Registration(commands[0].name, link, path, wish.priority, followers)


def _differing(wanted: Registration, wiring: Wiring) -> Registration | None:
    """None when the host has it as wanted."""
    group = wiring.groups.get(wanted.name)
    choice = group.choice(wanted.path) if group else None
    if group is None or choice is None:
        return wanted
    again = group.link != wanted.link or not _leads(group, wanted, wiring)
    if again or choice.priority != wanted.priority or choice.followers != frozenset(wanted.followers):
        return Registration(wanted.name, wanted.link, wanted.path, wanted.priority, wanted.followers, again)
    return None


def _leads(group: Group, wanted: Registration, wiring: Wiring) -> bool:
    """Whether the links of a group are there: its own, and those that belong to the choice if that is ours."""
    chosen = wiring.links.get(f"{LINKS_FOLDER}/{group.name}", "")
    if wiring.links.get(group.link) != f"{LINKS_FOLDER}/{group.name}" or not group.choice(chosen):
        return False
    ours = group.choice(wanted.path)
    return chosen != wanted.path or all(
        wiring.links.get(follower.link) == f"{LINKS_FOLDER}/{follower.name}"
        and wiring.links.get(f"{LINKS_FOLDER}/{follower.name}") == follower.path
        for follower in (ours.followers if ours else ())
    )


def _stale_registrations(wish: Wish, wiring: Wiring, wanted: list[Registration]) -> list[tuple[Group, str]]:
    kept = {(registration.name, registration.path) for registration in wanted}
    return [
        (group, choice.path)
        for group in wiring.groups.values()
        for choice in group.alternatives
        if _is_versioned(group.name) and wish.is_ours(choice.path) and (group.name, choice.path) not in kept
    ]


def _stale_links(wish: Wish, wiring: Wiring, wanted: dict[str, str]) -> list[str]:
    return [
        link
        for link, target in wiring.links.items()
        if link not in wanted
        and link.startswith((f"{wish.link_dir}/", f"{wish.man_dir}/"))
        and _is_versioned(link.rpartition("/")[2])
        and wish.is_ours(target)
    ]


def _is_versioned(name: str) -> bool:
    return is_our_name(name) and name not in DEFAULT_NAMES


def _leave(build: WiredBuild, owner: Owner, wish: Wish) -> str:
    return (
        f"{build.name} is left to the system: {wish.link_dir}/{build.name} would stand before or replace {owner.file}, "
        f"which the package {owner.package} owns. The build is at {build.executable}. To have the command lead to it, "
        "set interpreter_allow_system: true."
    )


def _obstacles(wish: Wish, wiring: Wiring, links: list[tuple[str, str]], wanted: list[Registration]) -> list[str]:
    """What stands where links are wanted and was not made by this collection."""
    advice = "Move it away, choose another interpreter_link_dir, or set interpreter_alternatives: none."
    problems = []
    for link, _target in links:
        target = wiring.links.get(link, "")
        if link in wiring.occupied:
            problems.append(f"{link} is wanted for a link, but there is something else already. {advice}")
        elif target and not wish.is_ours(target) and not _belongs_to(link, wish, wiring, shared=bool(wanted)):
            problems.append(f"{link} is a link to {target} already, which leads to none of these builds. {advice}")
    for one in wanted:
        group = wiring.groups.get(one.name)
        if group and group.link != one.link and not _is_all_ours(group, wish):
            problems.append(
                f"The alternatives {one.name} exist already for {group.link}, with choices that lead to none of these "
                f"builds, so they cannot have the link {one.link}. {advice}"
            )
    return problems


def _belongs_to(link: str, wish: Wish, wiring: Wiring, *, shared: bool) -> bool:
    """Whether a link is that of alternatives which are ours alone, or which may be `shared` with others."""
    for group in wiring.groups.values():
        followers = {follower.link for choice in group.alternatives for follower in choice.followers}
        if link == group.link or link in followers:
            return _is_versioned(group.name) and (shared or _is_all_ours(group, wish))
    return False


def _is_all_ours(group: Group, wish: Wish) -> bool:
    return all(wish.is_ours(choice.path) for choice in group.alternatives)


def _twice(links: list[tuple[str, str]]) -> list[str]:
    targets: dict[str, str] = {}
    return [
        f"{link} is wanted for both {targets[link]} and {target}, but a link leads to one of them only. Leave one out, "
        "or set interpreter_alternatives: alternatives where the host has these."
        for link, target in links
        if targets.setdefault(link, target) != target
    ]
