# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed: the paths and builds of a store, from histories and receipts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from .._errors import StoreError
from .._os.paths import kind_of
from .._os.processes import running_entries
from .._os.target_root import RUNNING, TargetRoot
from .._platform.facts import platform_here
from . import history, link
from .history import PathHistory
from .holdings import Holdings, all_damage, damage_warnings, holdings
from .inspect import inspect
from .receipt import Damage, Receipt
from .store import Store, stores_of
from .usage import command_of, describe_environments, installed_in

_FIPS_FILE = "/proc/sys/crypto/fips_enabled"
_BLOCK_BYTES = 512  # what st_blocks counts (POSIX)


def run(params: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `build_info`, and `warnings`. Raises a `StandaloneError` when there is none."""
    stores = stores_of(params["paths"] or (), params["stores"] or ())
    system = TargetRoot.of(params["root"])
    try:
        found = [describe(store, verify=params["verify"], system=system) for store in stores]
        warnings = [warning for store in stores for warning in damage_warnings(store, system)]
    except OSError as error:
        from .._os.errors import read_failure

        raise StoreError(read_failure(error, ", ".join(stores))) from error
    lists = {key: [item for one in found for item in one[key]] for key in ("paths", "builds", "damaged")}
    pids = sorted({process["pid"] for build in lists["builds"] for process in build["processes"]})
    places = params["environments"] or ()
    environments = (
        describe_environments(places, pids, stores, system) if places else {"environments": [], "unsearched": []}
    )
    fips = None if system.is_image else _is_fips()
    return {"changed": False, **lists, **environments, "fips": fips, "warnings": warnings}


def _is_fips() -> bool | None:
    """Whether the kernel is in FIPS mode."""
    try:
        with open(_FIPS_FILE, "rb") as stream:
            return stream.read(1) == b"1"
    except OSError:
        return None if os.path.exists(_FIPS_FILE) else False


def describe(store_directory: str, *, verify: str, system: TargetRoot = RUNNING) -> dict[str, list[dict[str, Any]]]:
    """`paths`, `builds` and `damaged` of one store, each as in the RETURN of `build_info`; empty without a store.

    `verify` is none, quick or full.
    """
    system.require()
    store = Store(store_directory, system)
    return store.settled(lambda: _describe(store, verify))


def _describe(store: Store, verify: str) -> dict[str, list[dict[str, Any]]]:
    known = holdings(store)
    damaged = all_damage(store, known)
    linked = {path: link.entry_if_readable(path, store) for path in _paths(known, damaged)}
    running = running_entries(store.directory)
    here = None if store.system.is_image else platform_here()
    builds = []
    for entry, receipt in sorted(known.stored.items()):
        build = _describe_build(store, entry, receipt, verify)
        build["paths"] = sorted(path for path, used in linked.items() if used == entry)
        build["pids"] = list(running.get(entry, ()))
        build["processes"] = [{"pid": pid, "command": command_of(pid)} for pid in build["pids"]]
        build["does_not_run"] = here.why_not(receipt.asset.build) if here else None
        builds.append(build)
    paths = [
        _describe_path(known.root_of(path) or history.rebuilt(path, used, known.stored), used, store, known)
        for path, used in linked.items()
    ]
    return {"paths": paths, "builds": builds, "damaged": [damage.as_dict() for damage in damaged]}


def _paths(known: Holdings, damaged: Iterable[Damage]) -> list[str]:
    paths = {root.path for root in known.roots}.union(damage.path for damage in damaged if damage.path)
    return sorted(paths, key=history.file_name)


def _describe_build(store: Store, entry: str, receipt: Receipt, verify: str) -> dict[str, Any]:
    directory = store.entry_path(entry)
    drift = None if verify == "none" else inspect(directory, receipt, full=verify == "full", system=store.system)
    return {
        **receipt.asset.as_dict(),
        "entry": entry,
        "store": store.path,
        "prefix": receipt.settings.prefix,
        "owner": receipt.settings.owner,
        "group": receipt.settings.group,
        "externally_managed": receipt.settings.externally_managed,
        "capabilities": list(receipt.settings.capabilities or ()),
        "installed_at": receipt.installed_at,
        "components": {**receipt.measured(), **installed_in(directory)},  # pip may have upgraded itself
        "executables": list(receipt.executables),
        "files": receipt.files,
        "size_bytes": receipt.size_bytes,
        "disk_bytes": _disk_bytes(directory),
        "intact": None if drift is None else not drift,
        "drift": None if drift is None else drift.as_dict(),
    }


def _describe_path(root: PathHistory, linked: str | None, store: Store, known: Holdings) -> dict[str, Any]:
    receipt = known.stored.get(linked or "")
    build = receipt.asset.build if receipt else None
    return {
        "path": root.path,
        "store": store.path,
        "entry": linked,
        "build": build.as_dict() if build else None,
        "executable": f"{root.path}/{build.program}" if build else None,
        "keep": root.keep,
        "fallback": root.active_fallback(linked),
        "left": [one.as_dict() for one in root.left if build is None or one.build != build.name],
        "history": [
            {"entry": use.entry, "since": use.since, "stored": kind_of(store.entry_path(use.entry)) == "directory"}
            for use in root.uses
        ],
    }


def _disk_bytes(directory: str) -> int:
    """The allocated bytes, without what vanishes meanwhile."""
    blocks, waiting = os.lstat(directory).st_blocks, [directory]
    while waiting:
        for item in _listed(waiting.pop()):
            with suppress(FileNotFoundError):
                blocks += item.stat(follow_symlinks=False).st_blocks
            if item.is_dir(follow_symlinks=False):
                waiting.append(item.path)
    return blocks * _BLOCK_BYTES


def _listed(directory: str) -> list[os.DirEntry[str]]:
    """The content of a directory, as far as it can be read; of a link none."""
    if os.path.islink(directory):
        return []
    try:
        with os.scandir(directory) as found:
            return list(found)
    except OSError:
        return []
