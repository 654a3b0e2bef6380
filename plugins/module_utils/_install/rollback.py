# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback: which paths of a store leave their build, and which earlier one they return to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from .._builds.build import Build, starts_by_links
from .._builds.exact_build import is_named, require_exact, short_name
from .._errors import StoreError
from .._http.options import UrlOptions
from .._os.paths import checked_path, link_target
from .._os.target_root import RUNNING, TargetRoot
from .._platform.facts import platform_here
from .._platform.host import HostPlatform
from .._readable import message, readable
from .._store import link
from .._store.history import Left, PathHistory
from .._store.holdings import Holdings, damage_warnings, holdings, recorded, require_known
from .._store.inspect import require_unchanged
from .._store.receipt import Receipt, Settings
from .._store.store import Store, stores_of
from . import apply
from .spec import InstallSpec

ANY = "any"  # explicit, since it leaves any build

_NO_NETWORK = UrlOptions()
_LONGEST_REASON = 300  # characters


class WayBack(NamedTuple):
    """`specs` are for the paths that roll back; `others` are the rest, with their build or None."""

    specs: list[InstallSpec]
    others: list[tuple[str, Build | None]]


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The result of `build_rollback`, and `warnings`. Raises a `StandaloneError` when there is none."""
    require_from_build(params["from_build"])
    paths = [checked_path(path, "paths") for path in params["paths"] or ()]
    stores = stores_of(params["paths"], params["stores"])
    system = TargetRoot.of(params["root"])
    asked = {
        "from_build": params["from_build"],
        "reason": params["reason"],
        "paths": paths,
        "system": system,
        "url": UrlOptions.from_params({"lock_timeout": params["lock_timeout"]}),
    }
    try:
        ways = [Store(store, system).settled(partial(way_back, store, **asked)) for store in stores]
        results = [apply.run(spec, check_mode=check_mode) for way in ways for spec in way.specs]
        warnings = [warning for store in stores for warning in damage_warnings(store, system)]
    except OSError as error:
        from .._os.errors import read_failure

        raise StoreError(read_failure(error, ", ".join(stores))) from error
    for result in results:
        warnings += [*result.pop("warnings", ()), *_about_links(result, system)]
    others = [other for way in ways for other in way.others]
    return {
        "changed": any(result["changed"] for result in results),
        "results": results,
        "others": [{"path": path, "build": short_name(build) if build else None} for path, build in others],
        "diff": [result["diff"] for result in results],
        "warnings": list(dict.fromkeys(warnings)),
    }


def _about_links(result: Mapping[str, Any], system: TargetRoot) -> list[str]:
    """A warning about links of others that served for the build before and no longer do."""
    if not (result["previous"] and result["build"]):
        return []
    before, after = (Build.from_dict(result[key]) for key in ("previous", "build"))
    served, serve = (starts_by_links(one.version.minor, int(one.release)) for one in (before, after))
    path, name = result["path"], after.interpreter
    links = [*_links_to(f"{path}/bin/", system)] if served and not serve else []
    return links and [
        readable(
            f"{short_name(after)} at {path} is an older release: environments that are made through the links "
            f"{', '.join(links)} do not start. Let these links point to {path}/libexec/{name}."
        )
    ]


def _links_to(directory: str, system: TargetRoot) -> Iterator[str]:
    for where in ("/usr/local/bin", "/usr/bin", "/etc/alternatives"):
        place = system.followed(where)
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            target = link_target(os.path.join(place, name)) or ""
            if target.startswith(f"{directory}python") and not target.endswith("-config"):
                yield f"{where}/{name}"


def require_from_build(from_build: str) -> None:
    """Raise `InvalidName` for a `from_build` that is not `ANY` and that more than one build may match."""
    if from_build != ANY:
        require_exact(from_build)


def way_back(
    store_directory: str,
    *,
    from_build: str,
    reason: str = "",
    paths: Collection[str] = (),
    system: TargetRoot = RUNNING,
    url: UrlOptions = _NO_NETWORK,
) -> WayBack:
    """What to do with each path of the store, or with each of `paths`; changes nothing.

    A path whose build `from_build` names, and each if that is `ANY`, returns to the newest earlier build in the store
    that `from_build` does not also name, and that the path was not rolled back from before: a second run does not undo
    the first. A provisional build is replaced by the one before it.

    `reason` is recorded. Of `url` only `lock_timeout` counts.

    Raises `StoreError` where the earlier build is missing, cannot run here, changed, or is hidden by damage.
    """
    system.require()
    store = Store(store_directory, system)
    here = None if system.is_image else platform_here()
    known = holdings(store)
    paths = paths if system.is_image else recorded(known, paths)

    def is_left(receipt: Receipt) -> bool:
        return from_build == ANY or is_named(receipt.asset.build, from_build)

    require_known(store, known, paths, "go back", but=lambda receipt: not is_left(receipt))
    specs: list[InstallSpec] = []
    others: list[tuple[str, Build | None]] = []
    for root in known.roots:
        if paths and root.path not in paths:
            continue
        linked = link.entry_behind(root.path, store) or ""
        if paths:
            _require_readable(root.path, linked, known)
        receipt = known.stored.get(linked)
        if receipt and is_left(receipt):
            earlier = _earlier(store, root, receipt, known, from_build, here)
            specs.append(_spec(store, root, earlier, reason, url, here))
        else:
            others.append((root.path, receipt.asset.build if receipt else None))
    return WayBack(specs, others)


def _earlier(
    store: Store, root: PathHistory, now: Receipt, known: Holdings, from_build: str, here: HostPlatform | None
) -> Receipt:
    objections: list[str] = []
    accepted = root.active_fallback(link.entry_behind(root.path, store))
    left = {one.build: one for one in root.left}
    for entry in dict.fromkeys([*([accepted] if accepted else []), *(use.entry for use in root.uses)]):
        _require_readable(root.path, entry, known)
        receipt = known.stored.get(entry)
        if receipt is None or receipt.asset.sha256 == now.asset.sha256 or is_named(receipt.asset.build, from_build):
            continue
        objection = _taken_back(left.get(receipt.asset.build.name)) or (
            here.why_not(receipt.asset.build) if here else None
        )
        if objection is None:
            require_unchanged(store, root.path, entry, known.stored)
            return receipt
        objections.append(objection)
    raise StoreError(
        f"Cannot go back at {root.path}: the store has no build of this path before {now.asset.build.name}. "
        f"{' '.join([*objections, 'Install'])} the one that is wanted by its exact name."
    )


def _require_readable(path: str, entry: str, known: Holdings) -> None:
    damage = next((damage for damage in known.damage if damage.entry == entry), None)
    if damage:
        otherwise = "" if damage.is_newer else " Or install the build that is wanted by its exact name."
        raise StoreError(f"Cannot go back at {path}: {damage.found} {damage.remedy}{otherwise}")


def _taken_back(left: Left | None) -> str | None:
    if left is None:
        return None
    why = f": {left.reason.rstrip('.')}" if left.reason else ""
    return f"It was taken back from {left.build} on {left.since[:10]}{why}."


def _spec(
    store: Store, root: PathHistory, earlier: Receipt, reason: str, url: UrlOptions, here: HostPlatform | None
) -> InstallSpec:
    return InstallSpec(
        state="present",
        path=root.path,
        store=store.path,
        settings=Settings(
            root.path, earlier.settings.externally_managed, capabilities=earlier.settings.capabilities or ()
        ),
        url=url,
        asset=earlier.asset,
        keep=root.keep,
        allow_minor_change=True,
        platform=here,
        verify="none",  # the build that is left
        leaving=message(reason)[:_LONGEST_REASON],
        system=store.system,
    )
