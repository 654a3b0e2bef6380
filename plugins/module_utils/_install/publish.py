# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an asset to a published store entry: unpack, fix up, check, publish.

Nothing refers to the build before the last step, so an error in any step leaves the path unchanged.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import NamedTuple

from .._builds.build import Asset
from .._os import selinux
from .._os.attributes import set_capabilities
from .._os.timestamps import SourceDate
from .._store import manifest, ownership
from .._store import receipt as _receipts
from .._store.receipt import Receipt
from .._store.store import Store
from . import bytecode, fixups
from . import health as _health
from .fixups import Stage
from .health import Health
from .report import Timings
from .spec import InstallSpec
from .unpack import unpacked

Check = Callable[[Stage], None]


class Published(NamedTuple):
    """A store entry; `health` is None when it was there before."""

    entry: str
    health: Health | None = None


def publish(
    spec: InstallSpec, asset: Asset, store: Store, timings: Timings, check_content: Check | None = None
) -> Published:
    """Make a store entry of `asset`.

    `check_content` gets the unpacked build before anything in it is changed, and may refuse it by raising.
    """
    # An unknown owner or group should fail before the download.
    ownership.ids(spec.settings.owner, spec.settings.group, spec.system)
    stage = unpacked(spec, asset, store, timings)
    if check_content:
        check_content(stage)
    _fix_up(spec, stage, timings)
    health = _try_out(spec, asset, stage, timings)
    with timings.measure("publish_s"):
        return Published(_finish(spec, asset, stage, store), health)


def _fix_up(spec: InstallSpec, stage: Stage, timings: Timings) -> None:
    with timings.measure("fixup_s"):
        fixups.apply(
            stage,
            spec.path,
            externally_managed=spec.settings.externally_managed,
            for_any_system=spec.system.is_image,
        )
        bytecode.make_directories(stage.directory, _sources(stage))


def _try_out(spec: InstallSpec, asset: Asset, stage: Stage, timings: Timings) -> Health:
    interpreter = fixups.interpreter(stage, for_any_system=spec.system.is_image)
    set_capabilities(stage.full(interpreter), spec.settings.capabilities or ())
    with timings.measure("health_s"):
        health = _health.check(
            stage.full(interpreter),
            spec.health_imports,
            str(asset.build.version),
            spec.system,
            as_user=_health.NOBODY if spec.settings.capabilities and not spec.system.is_image else None,
        )
    with timings.measure("bytecode_s"):
        if spec.compile_bytecode:
            bytecode.compile_all(stage.directory, interpreter, spec.path, _sources(stage), spec.system)
    return health


def _finish(spec: InstallSpec, asset: Asset, stage: Stage, store: Store) -> str:
    """Write manifest, receipt, labels and owner, then rename. The receipt is the last file written into the build."""
    source_date = SourceDate.of(asset.build.release, spec.system)
    manifest_sha256 = _write_manifest(stage)
    files = [entry for entry in stage.entries.values() if entry.kind == "file"]
    receipt = Receipt(
        asset=asset,
        settings=spec.settings,
        executables=fixups.executables(stage),
        files=len(files),
        size_bytes=sum(entry.size_bytes for entry in files),
        installed_at=str(source_date),
        manifest_sha256=manifest_sha256,
    )
    _receipts.write(stage.directory, receipt)
    if not spec.system.is_image:  # an image's labels follow from its own policy
        selinux.relabel(stage.directory, store.entry_path(store.free_name(asset.build.name)))
    # Then it may belong to another user, so nothing in it is accessed by its path any more except to date it.
    ownership.apply(stage.directory, spec.settings.owner, spec.settings.group, spec.system)
    interpreter = fixups.interpreter(stage, for_any_system=spec.system.is_image)
    set_capabilities(stage.full(interpreter), spec.settings.capabilities or ())  # a new owner took them away
    if spec.system.is_image:
        source_date.date_build(stage.directory, last=manifest.RECEIPT)
    else:
        _receipts.mark_newest(stage.directory)
    return store.publish(stage.directory, asset.build.name)


def _write_manifest(stage: Stage) -> str:
    file, content = stage.full(manifest.MANIFEST), manifest.render(stage.entries).encode()
    with open(file, "wb") as stream:
        stream.write(content)
    os.chmod(file, 0o644)
    return hashlib.sha256(content).hexdigest()


def _sources(stage: Stage) -> list[str]:
    return [path for path, entry in stage.entries.items() if entry.kind == "file" and path.endswith(".py")]
