# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide where `python3` and `python` point, and whether that is allowed."""

from __future__ import annotations

from typing import NamedTuple

from .commands import DEFAULT_NAMES, linkable
from .probe import LinksState
from .spec import LinksSpec, saved_name


class DefaultPlan(NamedTuple):
    """The links to set in this order, as pairs of path and target; then the paths to unlink. `refused` are messages."""

    links: tuple[tuple[str, str], ...] = ()
    unlink: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def plan_default(spec: LinksSpec, state: LinksState) -> DefaultPlan:
    """The changes to `python3` and `python`; only `refused` when any of them is not allowed."""
    build = spec.default_build
    target = linkable(build.path, build.executable or "", state.has) if build else None
    plans = [_plan_name(name, target, spec, state) for name in DEFAULT_NAMES]
    refused = tuple(message for plan in plans for message in plan.refused)
    if refused:
        return DefaultPlan(refused=refused)
    return DefaultPlan(
        links=tuple(change for plan in plans for change in plan.links),
        unlink=tuple(path for plan in plans for path in plan.unlink),
    )


def _plan_name(name: str, target: str | None, spec: LinksSpec, state: LinksState) -> DefaultPlan:
    link = f"{spec.link_dir}/{name}"
    saved = f"{spec.link_dir}/{saved_name(name)}"
    now, kept = state.links.get(link), state.links.get(saved)
    is_ours = now is not None and spec.is_ours(now)
    if target is None:
        return _without_default(link, saved, kept, is_ours=is_ours)
    refusal = _refusal(name, link, now, spec, state)
    if refusal:
        return DefaultPlan(refused=(refusal,))
    changes = [] if now == target else [(link, target)]
    if now is not None and not is_ours:
        changes.insert(0, (saved, now))
    return DefaultPlan(links=tuple(changes))


def _without_default(link: str, saved: str, kept: str | None, *, is_ours: bool) -> DefaultPlan:
    """Restore the link that our default replaced, unless something else has replaced ours since."""
    if not is_ours:
        return DefaultPlan(unlink=(saved,) if kept else ())
    if kept:
        return DefaultPlan(links=((link, kept),), unlink=(saved,))
    return DefaultPlan(unlink=(link,))


def _refusal(name: str, link: str, now: str | None, spec: LinksSpec, state: LinksState) -> str | None:
    """Why the link may not be created; None if it may."""
    if link in state.occupied:
        return (
            f"Cannot create the link {link} for interpreter_default: a file or directory that this role did not make "
            "exists there. Move it away, or choose another interpreter_link_dir."
        )
    owner = state.owners.get(name)
    if owner:
        deed = "replace" if owner.file == link else "shadow"
        return (
            f"Cannot create the link {link} for interpreter_default: it would {deed} {owner.file}, which the package "
            f"{owner.package} owns. Programs of the system may need it. Call the build by its own name instead, or set "
            "interpreter_allow_system: true."
        )
    if now is not None and not spec.is_ours(now) and not spec.allow_system:
        return (
            f"Cannot create the link {link} for interpreter_default: it points to {now} already, which is none of "
            "these builds. Remove it, or set interpreter_allow_system: true to have it replaced until the default goes."
        )
    return None
