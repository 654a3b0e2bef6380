# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what the playbook `upgrade` does on one host, from its `build_info`, without doing it.

The result is plain data, since playbooks keep it as facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._install.series import is_allowed
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._readable import message

from .answer import DamagedAnswer, FoundPath, HostAnswer

UPGRADE = "upgrade"  # the build at the path is older than the one chosen
PROVISIONAL = "provisional"  # it is the chosen one, left provisional by a run that did not finish
CURRENT = "current"  # it is the chosen one
NEWER = "newer"  # it is newer, and an upgrade never downgrades
ABSENT = "absent"  # the host has no build at the path
OTHER_SERIES = "other series"  # its minor version or kind differs from the chosen one, and no option allows that
NO_BUILD = "no build"  # none was chosen for the target of the build at the path


def upgrade_step(
    info: Any,
    path: str,
    assets: Iterable[Mapping[str, Any]],
    name: str | None = None,
    allow_minor_change: bool = False,
) -> dict[str, Any]:
    """What to do at `path` with the assets chosen for the run, one for each target.

    `name` is the requested name that they were chosen by: one that spans minor versions allows another of these, and
    `allow_minor_change` allows any change.

    Returns `action`, one of the constants above, and when there is a build at the path: `path`, `store`, `previous`
    (the name of the build to return to: the fallback, else the one at the path), `asset` (the chosen one of the same
    target, with a URL that is safe to show; None when there is none), and the settings to install with: `keep`,
    `owner`, `group`, `externally_managed`. At least one earlier build is kept, to return to. `series` is that of the
    build at the path, such as 3.13. `left` is a message when the path was rolled back from the chosen build before,
    else empty.

    Raises `DamagedAnswer` when the host's answer is not one of `build_info`.
    """
    answer = HostAnswer.parse(info)
    used = next((one for one in answer.paths if one.path == path), None)
    installed = answer.build_at(used.entry, used.store) if used else None
    if used is None or installed is None:
        return {"action": ABSENT}
    present = installed.asset
    fallback = answer.build_at(used.fallback, used.store)
    asset = next((asset for asset in assets if asset["target"] == present.build.target), None)
    chosen = Asset.from_dict(asset) if asset else None
    spans_minors = bool(name) and RequestedName.parse(str(name)).only_minor is None
    may_replace = allow_minor_change or (
        chosen is None or is_allowed(chosen.build.series, present.build.series, spans_minors=spans_minors)
    )
    return {
        "action": _action(chosen, present, is_provisional=fallback is not None) if may_replace else OTHER_SERIES,
        "path": path,
        "series": present.build.series,
        "left": _left(used, chosen),
        "store": used.store,
        "previous": (fallback or installed).asset.build.name,  # no URL or digest, since these would come from a host
        "asset": {**asset, "url": shown_url(asset["url"])} if asset else None,
        "keep": max(1, used.fields.number("keep")),
        "owner": installed.fields.optional_text("owner"),
        "group": installed.fields.optional_text("group"),
        "externally_managed": installed.fields.flag("externally_managed"),
    }


def rollback_lines(answer: Any) -> list[str]:
    """The changes of the module `build_rollback` on one host, a line for each path. Raises `DamagedAnswer`."""
    fields = Fields(answer, "The answer of the host", DamagedAnswer)
    moved = [
        f"{one.text('path')}: {_version(one.object('previous'))} -> {_version(one.object('build'))}"
        for one in fields.items("results")
    ]
    others = [
        f"{one.text('path')}: stays as it is, with {one.optional_text('build') or 'no build'}"
        for one in fields.items("others")
    ]
    return [message(line) for line in (*moved, *others)] or ["No path of this host has a build."]


def _version(build: Mapping[str, Any]) -> str:
    fields = Fields(build, "The answer of the host", DamagedAnswer)
    return f"{fields.text('version')}+{fields.text('release')}"


def _left(used: FoundPath, chosen: Asset | None) -> str:
    left = next((one for one in used.left if chosen and one.build.name == chosen.build.name), None)
    if left is None:
        return ""
    build, why = short_name(left.build), message(left.reason).rstrip(".") or "no reason was given"
    return (
        f"{used.path} was taken back from {build} on {message(left.since[:10])}: {why}. This run tries it "
        f"again. To leave it out, set upgrade_exclude to {build}."
    )


def _action(chosen: Asset | None, installed: Asset, *, is_provisional: bool) -> str:
    if chosen is None:
        return NO_BUILD
    if chosen.is_same_as(installed):
        return PROVISIONAL if is_provisional else CURRENT
    return NEWER if chosen.build.recency < installed.build.recency else UPGRADE
