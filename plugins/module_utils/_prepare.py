# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an asset to a published store entry: fetch, unpack, fix up, try out, publish.

Nothing refers to the build before the last step, so an error at any of them leaves the path as it was.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from . import _bytecode, _fixups, _health, _manifest, _ownership, _receipts, _selinux, _space
from ._archive import extract, unpacked_size
from ._builds import Asset
from ._digest import verify_file
from ._errors import StoreError
from ._fixups import Stage
from ._order import Order
from ._receipts import Receipt
from ._store import Store, make_directory
from ._timings import Timings

Check = Callable[[Stage], None]


def publish(order: Order, asset: Asset, store: Store, timings: Timings, check_content: Check | None = None) -> str:
    """Makes a store entry of `asset` and returns its name.

    `check_content` sees the unpacked build before anything in it is changed, and may refuse it by raising.
    """
    archive = order.archive or _fetch(order, asset, store, timings)
    if order.archive:
        with timings.measure("verify_s"):
            verify_file(order.archive, asset.sha256)
    directory = store.new_stage()
    stage = _unpack(archive, directory, timings)
    if check_content:
        check_content(stage)
    _fix_up(order, stage, timings)
    _try_out(order, asset, stage, timings)
    with timings.measure("publish_s"):
        entry = _finish(order, asset, stage, store)
    if not order.archive:
        os.unlink(archive)
    return entry


def part_name(asset: Asset) -> str:
    """The name in staging of a download under way, which the next run takes up again."""
    return f"{asset.sha256}.part"


def _fetch(order: Order, asset: Asset, store: Store, timings: Timings) -> str:
    from ._download import fetch
    from ._mirrors import candidate_urls

    if not asset.url:
        raise StoreError(
            f"{asset.build.name} was installed from a local archive, and there is no address to fetch it from again. "
            "Give `archive` and `checksum` as when it was installed."
        )
    make_directory(store.staging)
    part = os.path.join(store.staging, part_name(asset))
    with timings.measure("download_s"):
        fetch(
            candidate_urls(asset.url, order.mirrors),
            sha256=asset.sha256,
            part_path=part,
            options=order.url,
            on_length=lambda length: _space.require_for_archive(store.directory, length),
        )
    return part


def _unpack(archive: str, directory: str, timings: Timings) -> Stage:
    with timings.measure("extract_s"):
        size = unpacked_size(archive)
        if size is not None:
            _space.require_for_build(directory, size)
        return Stage(directory, dict(extract(archive, directory).entries))


def _fix_up(order: Order, stage: Stage, timings: Timings) -> None:
    with timings.measure("fixup_s"):
        _fixups.apply(stage, order.path, externally_managed=order.settings.externally_managed)
        _bytecode.make_folders(stage.directory, _sources(stage))


def _try_out(order: Order, asset: Asset, stage: Stage, timings: Timings) -> None:
    interpreter = _fixups.interpreter(stage)
    with timings.measure("health_s"):
        if order.health_imports:
            _health.check(stage.full(interpreter), order.health_imports, str(asset.build.version))
    with timings.measure("bytecode_s"):
        if order.compile_bytecode:
            _bytecode.compile_all(stage.directory, interpreter, order.path, _sources(stage))


def _finish(order: Order, asset: Asset, stage: Stage, store: Store) -> str:
    """Owner, labels, manifest and receipt, then the rename. The receipt is the last thing written into the build."""
    _write_manifest(stage)
    files = [entry for entry in stage.entries.values() if entry.kind == "file"]
    receipt = Receipt(
        asset=asset,
        settings=order.settings,
        executables=_fixups.executables(stage),
        files=len(files),
        size_bytes=sum(entry.size_bytes for entry in files),
        installed_at=now(),
    )
    _receipts.write(stage.directory, receipt)
    _ownership.apply(stage.directory, order.settings.owner, order.settings.group)
    _selinux.relabel(stage.directory, store.entry_path(store.free_name(asset.build.name)))
    _receipts.mark_newest(stage.directory)
    return store.publish(stage.directory, asset.build.name)


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _write_manifest(stage: Stage) -> None:
    file = stage.full(_manifest.MANIFEST)
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(_manifest.render(stage.entries))
    os.chmod(file, 0o644)


def _sources(stage: Stage) -> list[str]:
    return [path for path, entry in stage.entries.items() if entry.kind == "file" and path.endswith(".py")]
