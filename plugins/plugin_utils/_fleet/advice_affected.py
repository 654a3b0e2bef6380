# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice for what an advisory affects: which path to upgrade, and which environment to update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from .._wording import shortened
from . import commands
from .affected import Finding

Piece = tuple[dict[str, str], list[str], Callable[[], str] | None]
"""Kind, title and reason; the hosts; and what makes the command, None without any."""

_SHOWN = 5


def about_builds(affected: Iterable[Finding]) -> Iterator[Piece]:
    """One piece of advice for each series and path, and for the hosts there that an upgrade helps or does not help."""
    of_host: dict[tuple[str, str, str], list[Finding]] = {}
    for one in affected:
        for path in one["paths"]:
            of_host.setdefault((one["series"], path, one["host"]), []).append(one)
    found: dict[tuple[str, str, bool], list[Finding]] = {}
    for (series, path, _host), findings in of_host.items():
        helps = any(one["fixed"] is not False for one in findings)
        found.setdefault((series, path, helps), []).extend(findings)
    for (series, path, helps), findings in sorted(found.items()):
        names = sorted({one["host"] for one in findings})
        states = [(text, [one for one in findings if one["fixed"] is fixed]) for fixed, text in _FIXES.items()]
        piece = {
            "kind": "affected",
            "title": f"Upgrade {path}, which is affected" if helps else f"Replace what is affected at {path}",
            "why": " ".join(f"{text} {_affecting(of)}." for text, of in states if of) + _runners(findings),
        }
        upgrade = partial(commands.upgrade, names, name=series, path=path, verify=None)
        yield piece, names, upgrade if helps else None


def about_environments(affected: Iterable[Finding]) -> Iterator[Piece]:
    """One piece of advice for each directory, owner and version to install."""
    found: dict[tuple[str, str, str, str], list[Finding]] = {}
    for one in affected:
        if one["kind"] == "environment":
            key = (one["environment"], one["owner"] or "", one["component"], one["fixed_by"] or "")
            found.setdefault(key, []).append(one)
    for (path, owner, component, fix), findings in sorted(found.items()):
        names = sorted({one["host"] for one in findings})
        why = f"It is affected by {_affecting(findings)}."
        requirement = f"{component}>={fix.partition(' ')[2]}"
        command = partial(commands.update, names, environment=path, owner=owner, requirement=requirement)
        if not fix:
            why += " No version with the fix is known. Look at the advisory."
        elif not owner:
            why += f" Install {fix} in it as its owner: other users can change it, so root should run nothing there."
        piece = {"kind": "affected", "title": f"Update {component} in {path}", "why": why}
        yield piece, names, command if fix and owner else None


_FIXES: Mapping[bool | None, str] = {
    True: "The newest build fixes",
    None: "Nothing says whether the newest build fixes",
    False: "No newer build fixes",
}


def _affecting(findings: Iterable[Finding]) -> str:
    """Advisories with the affected versions, such as GHSA-1 (pip 26.2 and 26.2.1)."""
    versions: dict[tuple[str, str], set[str]] = {}
    for one in findings:
        versions.setdefault((one["advisory"], one["component"]), set()).add(one["version"])
    texts = [f"{name} ({component} {' and '.join(sorted(of))})" for (name, component), of in versions.items()]
    return shortened(texts, _SHOWN)


def _runners(findings: Iterable[Finding]) -> str:
    units = sorted({unit for one in findings for unit in one["run_by"] if not unit.startswith("process ")})
    return f" Restart {', '.join(units[:_SHOWN])} afterwards." if units else ""
