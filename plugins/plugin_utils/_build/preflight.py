# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse what the probe shows to be impossible, so that check mode does not promise it.

Nor is anything said about a path or store that the host cannot look at: it would seem to be absent.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import REMOVE, SWITCH, Plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._os import disk_space
from ansible_collections.standalone.python.plugins.module_utils._os.errors import BECOME

from .._probe.probe import NearestExisting, Probe


def preflight(spec: InstallSpec, decided: Plan, probe: Probe, archive_bytes: int | None = None) -> None:
    """Raise `StoreError` when the host cannot see path or store, or could not write there what is to change.

    `archive_bytes` is the size of the archive that will be unpacked, None when it is unknown.
    """
    if decided.changes:
        for option, path, nearest in _written(spec, decided, probe):
            _require_usable(option, path, nearest, adds=decided.step != REMOVE, is_root=probe.user_id == 0)
        _require_executable(spec, decided, probe.nearest_to_store)
        _require_capable(spec, decided, probe.nearest_to_store)
    _require_seen("path", spec.path, probe.nearest_to_path)
    _require_seen("store", spec.store, probe.nearest_to_store)
    if decided.changes and decided.needs_asset and archive_bytes is not None and probe.free_bytes is not None:
        disk_space.require_for_archive(spec.store, archive_bytes, free_bytes=probe.free_bytes)


def fips_fault(spec: InstallSpec, decided: Plan, probe: Probe) -> str | None:
    """Why a build that the plan brings to the path is not FIPS-validated on this host; None on others."""
    if not probe.is_fips or spec.state == "absent" or not (decided.needs_asset or decided.step == SWITCH):
        return None
    return (
        "this host is in FIPS mode (/proc/sys/crypto/fips_enabled), and a build brings its own OpenSSL, which does not "
        "use the validated module of the host"
    )


def _require_executable(spec: InstallSpec, decided: Plan, nearest: NearestExisting) -> None:
    """Refuse a store in which the interpreter could not start for its health check."""
    if not decided.needs_asset or spec.system.is_image or not spec.health_imports:
        return
    if nearest.mount and "noexec" in nearest.mount.options:
        raise StoreError(
            f"store is {spec.store}, but {nearest.mount} is mounted noexec, so no interpreter can start there. "
            "Remount it with exec, or set `store` to a directory on another file system."
        )


def _require_capable(spec: InstallSpec, decided: Plan, nearest: NearestExisting) -> None:
    """Refuse a store in which the kernel would ignore the capabilities of the interpreter."""
    capabilities = spec.settings.capabilities
    if capabilities and decided.needs_asset and nearest.mount and "nosuid" in nearest.mount.options:
        raise StoreError(
            f"Cannot give the interpreter at {spec.path} the capabilities {', '.join(capabilities)}: {nearest.mount} "
            "is mounted with nosuid. Remount it, choose a path and a store on another one, or leave out `capabilities`."
        )


def _require_usable(option: str, path: str, nearest: NearestExisting, *, adds: bool, is_root: bool) -> None:
    if not nearest.is_directory:
        raise StoreError(
            f"{option} is {path}, but {nearest.path} is not a directory. Move it away, or choose another {option}."
        )
    if not nearest.is_writable:
        why_not = _why_not_writable(nearest, is_root=is_root)
        raise StoreError(f"{option} is {path}, but {why_not}, or choose another {option}.")
    if nearest.in_build and adds:
        raise StoreError(
            f"{option} is {path}, but {nearest.path} is part of the build or store {nearest.in_build}: what is in a "
            "build goes with it when it is upgraded or repaired, and what is in a store counts as one of its builds. "
            f"Choose another {option}, beside it and not inside."
        )


def _why_not_writable(nearest: NearestExisting, *, is_root: bool) -> str:
    """The cause, and the beginning of what to do."""
    if nearest.mount and "ro" in nearest.mount.options:
        return f"{nearest.mount} is mounted read-only. Remount it"
    if is_root:
        return (
            f"root may not write to {nearest.path}. Remove an immutable flag (chattr -ia {nearest.path}), allow it "
            "in the access policy or at the server of that file system"
        )
    return f"this user may not write to {nearest.path}. {BECOME}"


def _require_seen(option: str, path: str, nearest: NearestExisting) -> None:
    if nearest.hides is not None:
        remedy = (
            f"{BECOME}, or choose another {option}."
            if nearest.hides == "Permission denied"
            else f"See to the file system below {nearest.path}, then run again."
        )
        raise StoreError(f"Cannot look at the {option} {path}, below {nearest.path}: {nearest.hides}. {remedy}")


def _written(spec: InstallSpec, decided: Plan, probe: Probe) -> Iterator[tuple[str, str, NearestExisting]]:
    """The directories to write to: the store for every change, that of the path if its link changes."""
    if decided.entry or decided.needs_asset or (decided.step == REMOVE and probe.path_kind == "link"):
        yield "path", spec.path, probe.nearest_to_path
    yield "store", spec.store, probe.nearest_to_store
