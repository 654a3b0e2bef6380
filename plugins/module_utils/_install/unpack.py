# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an asset to its unpacked content in staging: an archive, fetched or given, verified before its members."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from .._archive.early_inflate import early_inflate
from .._archive.extract import count_files, extract, unpacked_size
from .._builds.build import Asset
from .._download.digest import verify_file
from .._errors import ArchiveNeeded, NoSource
from .._os import disk_space
from .._os.sync import early_writeback
from .._store.store import Store, make_directory
from .fixups import Stage
from .report import Timings
from .spec import InstallSpec

# If the controller can send the archive, a host behind a closed firewall must not wait long for each address.
_CONNECT_TIMEOUT_S = 5
_RETRIES = 3
_OWN_FILES = 6  # receipt, manifest, history and the new link, each once more while it is written


def unpacked(spec: InstallSpec, asset: Asset, store: Store, timings: Timings) -> Stage:
    """The content of the spec's own archive, or of the one that is fetched for `asset`.

    Raises `ArchiveNeeded` when there is none and the controller has to send it.
    """
    if spec.archive:
        with timings.measure("verify_s"):
            verify_file(spec.archive, spec.digest_of_archive(asset))
        return _extracted(spec.archive, store.new_stage(), timings, with_bytecode=spec.compile_bytecode)
    if spec.delivery == "push" or asset != spec.asset:  # its address is then from a receipt, which proves nothing
        name = asset.build.name
        message = f"The archive of {name} is needed, and is to come from the controller."
        raise ArchiveNeeded(message, asset.sha256, name)
    make_directory(store.staging)
    part = os.path.join(store.staging, part_name(asset))
    with early_inflate(part) as early:
        _fetch(part, spec, asset, store, timings)
        stage = _extracted(
            part, store.new_stage(), timings, early.of_verified(part), with_bytecode=spec.compile_bytecode
        )
    os.unlink(part)
    return stage


def part_name(asset: Asset) -> str:
    """The name in staging of an unfinished download, which the next run resumes."""
    return f"{asset.sha256}.part"


def _fetch(part: str, spec: InstallSpec, asset: Asset, store: Store, timings: Timings) -> None:
    from .._download.download import fetch  # imported here: a run that has the archive needs neither
    from .._download.mirrors import addresses_of, options_for

    urls = addresses_of(asset, spec.mirrors)
    options = options_for(asset.url, spec.mirrors, spec.url)
    is_last_resort = spec.delivery != "auto"
    with timings.measure("download_s"):
        try:
            fetch(
                urls,
                sha256=asset.sha256,
                part_path=part,
                options=options if is_last_resort else replace(options, connect_timeout=_CONNECT_TIMEOUT_S),
                retries=_RETRIES if is_last_resort else 0,
                on_length=lambda length: disk_space.require_for_archive(store.directory, length),
            )
        except NoSource as error:
            if is_last_resort or error.is_hopeless:
                raise
            raise ArchiveNeeded(str(error), asset.sha256, asset.build.name) from error


def _extracted(
    archive: str, directory: str, timings: Timings, chunks: Iterator[bytes] | None = None, *, with_bytecode: bool
) -> Stage:
    with timings.measure("extract_s"):
        size = unpacked_size(archive)
        if size is not None:
            disk_space.require_for_build(directory, size)
        if disk_space.has_few_inodes(directory):  # counting inflates the archive once more
            files = count_files(archive, with_bytecode=with_bytecode)
            disk_space.require_inodes(directory, files + _OWN_FILES)
        with early_writeback(directory), _without_garbage_collection():
            return Stage(directory, dict(extract(archive, directory, chunks=chunks).entries))


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Suspend collection: thousands of members make no cycles, and collecting costs 3 % of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
