# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice on what an operator should do next, the most urgent first, from the hosts as the audit describes them.

Titles and reasons are for a reader; `commands` makes the command lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._readable import message

from . import commands
from .advice_affected import about_builds, about_environments
from .affected import Finding
from .commands import Unsafe

Host = Mapping[str, Any]
Build = Mapping[str, Any]
Advice = dict[str, str]  # kind, title and why
_SHOWN = 5
# What Ansible and this collection say of a host whose interpreter is missing, too old or broken.
_NO_PYTHON = re.compile(
    r"Cannot run modules on this host by|module interpreter .{0,300} was not found|No python interpreters found"
    r"|python\S*: (?:command )?not found|Ansible requires Python|requires a minimum of Python"
    r"|you probably need to set the interpreter",
    re.IGNORECASE,
)
_PROCESSES = "processes"  # of no unit, on whichever host


def advice(hosts: Iterable[Host], affected: Sequence[Finding] = ()) -> list[dict[str, Any]]:
    """The pieces of advice, each with `kind`, `title`, `why`, `hosts` (names, sorted) and `command`.

    `command` is None when no single command does it, or when a shell or Ansible could interpret a name as more than a
    name; `why` says so then.
    """
    described = list(hosts)
    upgraded = {
        (one["host"], one["series"], path) for one in affected if one["fixed"] is not False for path in one["paths"]
    }
    return [
        *_about_silence(described, _usual_place(described)),
        *(_piece(piece, names, make or _nothing) for piece, names, make in about_builds(affected)),
        *(_piece(piece, names, make or _nothing) for piece, names, make in about_environments(affected)),
        *_about_builds(described, _if_it_does_not_run),
        *_about_builds(described, _if_drifted),
        *_about_builds(described, _if_provisional),
        *_about_left_builds(described),
        *_about_builds(described, _if_past_end_of_life),
        *_about_builds(described, _if_outdated, upgraded),
        *_about_services(described),
    ]


def _about_builds(
    hosts: Iterable[Host],
    judge: Callable[[Build, str], Advice | None],
    without: Collection[tuple[str, str, str]] = (),
) -> Iterator[dict[str, Any]]:
    """One piece of advice for each series and path, since one command serves one of them.

    `without` are hosts with a series and a path for which there is other advice.
    """
    pieces: dict[tuple[str, str], Advice] = {}
    concerned: dict[tuple[str, str], set[str]] = {}
    for host in hosts:
        for build in host["builds"]:
            for path in build["paths"]:
                piece = judge(build, path)
                if piece and (host["host"], build["series"], path) not in without:
                    pieces[build["series"], path] = piece
                    concerned.setdefault((build["series"], path), set()).add(host["host"])
    for (series, path), piece in sorted(pieces.items()):
        names = sorted(concerned[series, path])
        yield _piece(piece, names, partial(_command, piece["kind"], series, path, names))


def _if_it_does_not_run(build: Build, path: str) -> Advice | None:
    if not build["does_not_run"]:
        return None
    return {
        "kind": "does not run",
        "title": f"Replace the build at {path}",
        "why": f"{build['does_not_run']} Install it again without a target, which chooses one that runs.",
    }


def _if_drifted(build: Build, path: str) -> Advice | None:
    if build["intact"] is not False:
        return None
    return {
        "kind": "drifted",
        "title": f"Repair {path}",
        "why": "Files are not as they were published. Find out who changed them; the upgrade reinstalls the build.",
    }


def _if_provisional(build: Build, path: str) -> Advice | None:
    if path not in build["provisional"]:
        return None
    return {
        "kind": "provisional",
        "title": f"Finish the upgrade of {path}",
        "why": "It was interrupted, so nobody knows whether the new build works there. Run it again with its "
        "health command: it confirms the build or rolls it back.",
    }


def _if_past_end_of_life(build: Build, path: str) -> Advice | None:
    if not build["past_end_of_life"]:
        return None
    return {
        "kind": "past end of life",
        "title": f"Leave Python {build['series']} at {path}",
        "why": f"It has had no security fixes since {build['end_of_life']}. Install a newer minor version beside it.",
    }


def _if_outdated(build: Build, path: str) -> Advice | None:
    if not build["outdated"]:
        return None
    return {
        "kind": "outdated",
        "title": f"Upgrade {path}",
        "why": f"{build['newest']} is out. Newer patch releases and rebuilds bring security fixes.",
    }


def _about_left_builds(hosts: Iterable[Host]) -> Iterator[dict[str, Any]]:
    """One piece of advice for each build that hosts rolled back from, with the reasons that were given."""
    found: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for host in hosts:
        for left in (one for build in host["builds"] for one in build["left"]):
            said = f"{left['since'][:10]}, {left['reason'].rstrip('.') or 'no reason was given'}"
            found.setdefault((left["build"], left["path"]), {}).setdefault(said, {})[host["host"]] = None
    for (build, path), reasons in sorted(found.items()):
        lines = [f"{', '.join(list(names)[:_SHOWN])}: {said}" for said, names in reasons.items()]
        shown = "; ".join(lines[:_SHOWN])
        piece = {
            "kind": "left",
            "title": f"Leave out {build} at {path}, or find out why it failed",
            "why": f"Hosts were taken back from it ({shown}). The next upgrade chooses it again, unless "
            f"upgrade_exclude is {build}, or the lock is made again with lock_exclude={build}.",
        }
        yield _piece(piece, sorted({name for names in reasons.values() for name in names}), _nothing)


def _about_services(hosts: Iterable[Host]) -> Iterator[dict[str, Any]]:
    """One piece of advice for the services that still run a build that no path names."""
    found: dict[str, set[str]] = {}
    for host in hosts:
        for build in host["builds"]:
            if not build["paths"]:
                for unit in build["run_by"]:
                    found.setdefault(_PROCESSES if unit.startswith("process ") else unit, set()).add(host["host"])
    for unit, names in sorted(found.items()):
        piece = {
            "kind": "restart",
            "title": f"Restart {unit}",
            "why": "An earlier build still runs there, without the fixes of the one that replaced it.",
        }
        restart = partial(commands.restart, sorted(names), unit=unit)
        yield _piece(piece, sorted(names), _nothing if unit == _PROCESSES else restart)


def _usual_place(hosts: Iterable[Host]) -> tuple[str, str]:
    """The series and the path that most hosts have."""
    places = Counter((build["series"], path) for host in hosts for build in host["builds"] for path in build["paths"])
    return max(places, key=lambda place: (places[place], place), default=("3.13", "/opt/python/3.13"))


def _about_silence(hosts: Iterable[Host], usual: tuple[str, str]) -> Iterator[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for host in hosts:
        if host["problem"]:
            found.setdefault(host["problem"], []).append(host["host"])
    for problem, names in sorted(found.items()):
        piece = {"kind": "no answer", "title": "See why there is no answer", "why": problem}
        if _NO_PYTHON.search(problem):
            piece["title"] = "Give these hosts a Python for Ansible"
            yield _piece(piece, sorted(names), partial(commands.bootstrap, sorted(names), name=usual[0], path=usual[1]))
        else:
            yield _piece(piece, sorted(names), _nothing)


def _nothing() -> None:
    """The command of advice that no command carries out."""


def _command(kind: str, series: str, path: str, hosts: list[str]) -> str | None:
    """The command for all of these hosts; None when it takes a newer minor version or the operator's own values."""
    if kind in ("past end of life", "provisional", "does not run"):
        return None
    # the upgrade looks for drift by content, however the audit found it
    return commands.upgrade(hosts, name=series, path=path, verify="full" if kind == "drifted" else None)


def _piece(advice: Advice, hosts: list[str], command: Callable[[], str | None]) -> dict[str, Any]:
    """`advice`, ready to show, with its command or the reason why there is none."""
    try:
        made, reason = command(), ""
    except Unsafe as error:
        made, reason = None, f" {error}"
    shown = {**advice, "title": message(advice["title"]), "why": message(advice["why"] + reason)}
    return {**shown, "hosts": hosts, "command": made}
