# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page, the spreadsheet and the terminal say of a build: its state in one word, and what affects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_FILES = 100  # of a build, in one cell; the JSON file has all
_FIXES = {True: "fixed by", None: "nothing says whether the newest build fixes it", False: "no newer build fixes it"}

# What is wrong with a build, the most urgent first: the word, and the mark before it, since not every reader sees
# colours.
STATES = {
    "affected": "‼",
    "does not run": "✕",
    "drifted": "✕",
    "provisional": "…",
    "past end of life": "⚠",
    "outdated": "↑",
    "still running": "↻",
    "in order": "✓",
    "earlier build": "·",
    "newer build": "·",
    "environment": "·",
}


def fix_of(affected: Mapping[str, Any]) -> str:
    """What fixes it, as a clause."""
    return f"{_FIXES[affected['fixed']]} {affected['fixed_by'] or ''}".rstrip()


def affected_subjects(report: Mapping[str, Any]) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    """What is affected, by the host and the build or environment, as `subject_of` names them."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in report["affected"]:
        place = (one["environment"],) if one["kind"] == "environment" else (one["store"], one["entry"])
        found.setdefault((one["host"], *place), []).append(one)
    return found


def subject_of(host: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[str, ...]:
    """The host and its build or environment, as `affected_subjects` sorts by them."""
    return (host["host"], one["path"]) if "path" in one else (host["host"], one["store"], one["entry"])


def drifted_files(build: Mapping[str, Any]) -> list[str]:
    """The first of the files that differ, each after the kind of the difference, and how many more there are."""
    files = [f"{kind} {file}" for kind, of_kind in build["drift"].items() for file in of_kind]
    more = len(files) - _MOST_FILES
    return [*files[:_MOST_FILES], f"and {more} more"] if more > 0 else files


def state_of(build: Mapping[str, Any], affected: Sequence[Mapping[str, Any]] = ()) -> str:
    """The most urgent state of a build, a key of `STATES`."""
    if any(one["counts"] for one in affected):
        return "affected"
    if not build["paths"]:
        return "still running" if build["pids"] else f"{build['kept']} build"
    if build["does_not_run"]:
        return "does not run"
    if build["intact"] is False:
        return "drifted"
    if build["provisional"]:
        return "provisional"
    if build["past_end_of_life"]:
        return "past end of life"
    return "outdated" if build["outdated"] else "in order"
