# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what the playbook `upgrade` does on one host, from its `build_info`, without doing it.

The result is plain data, since playbooks register it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._install.series import is_allowed
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._os.paths import checked_path
from ansible_collections.standalone.python.plugins.module_utils._readable import message
from ansible_collections.standalone.python.plugins.module_utils._store.store import default_store

from .answer import DamagedAnswer, FoundPath, HostAnswer

UPGRADE = "upgrade"  # the build at the path is older than the one chosen
PROVISIONAL = "provisional"  # it is the chosen one, left provisional by a run that did not finish
CURRENT = "current"  # it is the chosen one
NEWER = "newer"  # it is newer, and an upgrade never downgrades
ABSENT = "absent"  # the host has no build at the path
NO_BUILD = "no build"  # none was chosen for the target of the build at the path

_USUAL_DIRECTORY = "/opt/python"


@dataclass(frozen=True)
class UpgradeSpec:
    """What a host is upgraded to: the requested `name`, and `assets`, the builds chosen for the run, one per target.

    A name that spans minor versions allows another of these at `path`, `allow_minor_change` any change.
    """

    name: str
    path: str
    store: str
    assets: Sequence[Mapping[str, Any]]
    allow_minor_change: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> UpgradeSpec:
        """The spec in the options of `upgrade_plan`.

        Raises `InvalidName` for a name from which no path follows, and `StoreError` for a relative path.
        """
        path = checked_path(params["path"] or _usual_path(params["name"]), "path")
        store = checked_path(params["store"] or default_store(path), "store")
        return cls(params["name"], path, store, params["assets"], params["allow_minor_change"])

    def chosen_for(self, present: Build) -> Mapping[str, Any] | None:
        """The asset that was chosen for the target of the build at the path; None without one.

        Raises `StoreError` when it may not replace that build.
        """
        asset = next((asset for asset in self.assets if asset["target"] == present.target), None)
        if asset and not self._may_replace(Asset.from_dict(asset).build, present):
            raise StoreError(
                f"Cannot upgrade {self.path} to {self.name}: Python {present.series} is installed there, and "
                "environments and extension modules made with it would stop working. Set upgrade_path to another path, "
                "or upgrade_allow_minor_change to true."
            )
        return asset

    def _may_replace(self, chosen: Build, present: Build) -> bool:
        spans_minors = RequestedName.parse(self.name).only_minor is None
        return self.allow_minor_change or is_allowed(chosen.series, present.series, spans_minors=spans_minors)


def _usual_path(name: str) -> str:
    series = RequestedName.parse(name).series
    if series is None:
        raise InvalidName(f"Cannot upgrade to {name}: that name does not say at which path. Set upgrade_path.")
    return f"{_USUAL_DIRECTORY}/{series}"


def plan_upgrade(info: Any, spec: UpgradeSpec) -> dict[str, Any]:
    """What to do on a host, from `info`, its result of `build_info`.

    Returns `action`, one of the constants above, `note`, a message for the operator or "", and when there is a build at
    the path: `path`, `store`, `previous` (the name of the build to return to: the fallback, else the one at the path),
    `asset` (the chosen one of the same target, with a URL that is safe to show; None when there is none), and the
    settings to install with: `keep`, `owner`, `group`, `externally_managed`. At least one earlier build is kept, to
    return to.

    Raises `DamagedAnswer` when the host's answer is not one of `build_info`, and `StoreError` when the chosen build
    may not replace the one at the path.
    """
    answer = HostAnswer.parse(info)
    used = next((one for one in answer.paths if one.path == spec.path), None)
    installed = answer.build_at(used.entry, used.store) if used else None
    if used is None or installed is None:
        why = f"{spec.path} has no build in the store {spec.store}: there is nothing to upgrade."
        if used in answer.gone:
            why = (
                f"{spec.path} names a build that the store {spec.store} no longer has, so no Python is there: there is "
                "nothing to upgrade. Run what installs it, such as the playbook install."
            )
        return {"action": ABSENT, "note": why}
    fallback = answer.build_at(used.fallback, used.store)
    asset = spec.chosen_for(installed.asset.build)
    chosen = Asset.from_dict(asset) if asset else None
    action = _action(chosen, installed.asset, is_provisional=fallback is not None)
    return {
        "action": action,
        "note": _note(action, used, chosen),
        "path": spec.path,
        "store": used.store,
        "previous": (fallback or installed).asset.build.name,  # no URL or digest, since these would come from a host
        "asset": {**asset, "url": shown_url(asset["url"])} if asset else None,
        "keep": max(1, used.fields.number("keep")),
        "owner": installed.fields.optional_text("owner"),
        "group": installed.fields.optional_text("group"),
        "externally_managed": installed.fields.flag("externally_managed"),
    }


def _note(action: str, used: FoundPath, chosen: Asset | None) -> str:
    if action == NEWER:
        return f"{used.path} has a newer build already."
    if action == NO_BUILD:
        return f"No build was found for the target of the one at {used.path}."
    return _left(used, chosen) if action == UPGRADE else ""


def rollback_lines(answer: Any) -> list[str]:
    """The changes of the module `build_rollback` on one host, a line for each path. Raises `DamagedAnswer`."""
    fields = Fields(answer, "The answer of the host", DamagedAnswer)
    moved = [
        f"{one.text('path')}: {_version(one.object('previous'))} -> {_version(one.object('build'))}"
        if one.optional(one.object, "previous")
        else f"{one.text('path')}: has {_version(one.object('build'))} already, by another run at the same time"
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
        f"again. To leave it out, set upgrade_exclude to {build}, or make the lock again with lock_exclude={build}."
    )


def _action(chosen: Asset | None, installed: Asset, *, is_provisional: bool) -> str:
    if chosen is None:
        return NO_BUILD
    if chosen.is_same_as(installed):
        return PROVISIONAL if is_provisional else CURRENT
    return NEWER if chosen.build.recency < installed.build.recency else UPGRADE
