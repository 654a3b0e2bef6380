# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an asset to a published store entry: fetch, verify, unpack, fix up, check, publish.

Nothing refers to the build before the last step, so an error in any step leaves the path unchanged.

What only an installation needs is imported in the functions: half of the module's code.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._builds.build import Asset, Prepared
from .._errors import ArchiveError, ArchiveNeeded, DigestMismatch, NoSource, StoreError
from .._os.attributes import LACKS_SETFCAP, set_capabilities
from .._os.paths import Entry
from .._os.timestamps import SourceDate
from .._store import manifest, ownership
from .._store import receipt as _receipts
from .._store.receipt import Receipt
from .._store.store import Store, make_directory, part_name
from . import apply
from .apply import Check
from .report import Published, Timings
from .spec import InstallSpec

if TYPE_CHECKING:
    from .._archive.members import CopyMembers
    from .bytecode import Given
    from .fixups import Stage
    from .health import Checked


def run(spec: InstallSpec, *, check_mode: bool = False) -> dict[str, Any]:
    """Do as `apply.run`, with builds that are fetched and unpacked."""
    return apply.run(spec, publish, require_publishable, check_mode=check_mode)


def require_publishable(spec: InstallSpec, asset: Asset, directory: str) -> None:
    """Raise what `publish` raises before it unpacks anything in the directory: for capabilities that this process
    cannot give, and an archive of this host that is missing, another, cannot be decompressed, or does not fit.
    """
    from .._archive import zstd
    from .._download.digest import verify_file
    from .._download.download import require_files
    from .._download.mirrors import addresses_of

    capabilities = spec.settings.capabilities
    if capabilities and not _may_give_capabilities():
        raise StoreError(
            f"Cannot give the interpreter the capabilities {', '.join(capabilities)}: {LACKS_SETFCAP} out "
            "`capabilities`."
        )
    if spec.archive:
        verify_file(spec.archive, spec.digest_of_archive(asset))
    if (spec.archive or asset.file_name).endswith(".zst"):
        zstd.require_reader(spec.archive or asset.file_name)
    if spec.archive:
        _require_room(spec.archive, directory, spec)
    elif spec.delivery == "pull" and asset == spec.asset:
        copies = addresses_of(asset.copy, spec.mirrors) if asset.copy else ()
        require_files((*copies, *addresses_of(asset.published, spec.mirrors)))


def _may_give_capabilities() -> bool:
    """Whether this process has cap_setfcap, 31 in linux/capability.h; true where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
            effective = next(line.split()[1] for line in lines if line.startswith("CapEff:"))
        return bool(int(effective, 16) >> 31 & 1)
    except (OSError, StopIteration, ValueError, IndexError):
        return True


def _require_room(archive: str, directory: str, spec: InstallSpec) -> None:
    """Raise `StoreError` when the directory has no space or inodes for what is in the archive."""
    from .._archive.extract import count_files, unpacked_size
    from .._os import disk_space

    size = unpacked_size(archive)
    if size is not None:
        disk_space.require_for_build(directory, size)
    if disk_space.has_few_inodes(directory):  # counting inflates the archive once more
        files = count_files(archive, with_bytecode=spec.compile_bytecode)
        disk_space.require_inodes(directory, files + _OWN_FILES)


def publish(
    spec: InstallSpec, asset: Asset, store: Store, timings: Timings, check_content: Check | None = None
) -> Published:
    """Make a store entry of `asset`.

    `check_content` gets the entries of the unpacked build before anything in it is changed, and refuses it by raising.
    """
    # An impossible owner or group should fail before the download.
    ownership.require_permitted(spec.settings, spec.system)
    stage = unpacked(spec, asset, store, timings)
    if check_content:
        check_content(stage.entries)
    _fix_up(spec, stage, timings)
    checked = _try_out(spec, asset, stage, timings)
    with timings.measure("publish_s"):
        return Published(_finish(spec, asset, stage, store, checked.components), checked.health, stage.warning)


def _fix_up(spec: InstallSpec, stage: Stage, timings: Timings) -> None:
    from . import bytecode, fixups

    with timings.measure("fixup_s"):
        fixups.apply(
            stage,
            spec.path,
            externally_managed=spec.settings.externally_managed,
            for_any_system=spec.system.is_image,
        )
        bytecode.make_directories(stage.directory, _sources(stage))


def _try_out(spec: InstallSpec, asset: Asset, stage: Stage, timings: Timings) -> Checked:
    from . import bytecode, fixups
    from . import health as _health

    interpreter = fixups.interpreter(stage, for_any_system=spec.system.is_image)
    with io.FileIO(stage.full(interpreter)) as program:
        set_capabilities(program, spec.settings.capabilities or ())
    with timings.measure("health_s"):
        checked = _health.check(
            stage.full(interpreter),
            spec.health_imports,
            str(asset.build.version),
            spec.system,
            as_user=_health.NOBODY if spec.settings.capabilities and not spec.system.is_image else None,
        )
    with timings.measure("bytecode_s"):
        if spec.compile_bytecode:
            sources = _sources(stage)
            bytecode.complete(stage.directory, interpreter, spec.path, sources, stage.given, spec.system)
    return checked


def _finish(spec: InstallSpec, asset: Asset, stage: Stage, store: Store, components: Mapping[str, str]) -> str:
    """Write manifest, receipt, labels and owner, then rename. The receipt is the last file."""
    from .._os import selinux
    from . import fixups, measured

    source_date = SourceDate.of(asset.build.release, spec.system)
    manifest_sha256 = _write_manifest(stage)
    files = [entry for entry in stage.entries.values() if entry.kind == "file"]
    receipt = Receipt(
        asset=asset.published,
        settings=spec.settings,
        executables=fixups.executables(stage),
        files=len(files),
        size_bytes=sum(entry.size_bytes for entry in files),
        installed_at=str(source_date),
        manifest_sha256=manifest_sha256,
        components={**measured.in_files(stage.directory, stage.entries), **components},
    )
    _receipts.write(stage.directory, receipt)
    if not spec.system.is_image:  # an image's labels follow from its own policy
        selinux.relabel(stage.directory, store.entry_path(store.free_name(asset.build.name)))
    # Then it may belong to another user, so nothing in it is accessed by its path any more except to date it.
    with io.FileIO(stage.full(fixups.interpreter(stage, for_any_system=spec.system.is_image))) as program:
        ownership.apply(stage.directory, spec.settings.owner, spec.settings.group, spec.system)
        set_capabilities(program, spec.settings.capabilities or ())  # a new owner took them away
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


def _sources(stage: Stage) -> dict[str, str]:
    """The digests of the Python sources, by path."""
    return {
        path: entry.sha256 or ""
        for path, entry in stage.entries.items()
        if entry.kind == "file" and path.endswith(".py")
    }


# If the controller can send the archive, a host behind a closed firewall must not wait long for each address.
_CONNECT_TIMEOUT_S = 5
_RETRIES = 3
_OWN_FILES = 12  # receipt, manifest, history, the new link and others, each once more while it is written


def unpacked(spec: InstallSpec, asset: Asset, store: Store, timings: Timings) -> Stage:
    """The content of the spec's own archive, or of the fetched one; of the published one where a copy cannot be used.

    Raises `ArchiveNeeded` when the controller has to send it.
    """
    if spec.archive:
        return _of_given(spec, asset, store, timings)
    if spec.delivery == "push" or asset != spec.asset:  # its address is then from a receipt, which proves nothing
        raise _needed(asset, "The archive of", "is needed, and is to come from the controller.")
    make_directory(store.staging)
    problem = None
    if asset.copy and _can_read_copies():
        try:
            return _fetched(spec, asset.copy, asset, store, timings)
        except (ArchiveError, DigestMismatch, NoSource) as error:
            if isinstance(error, NoSource) and error.may_pass:
                raise
            reason = error.reason if isinstance(error, ArchiveError) else str(error)
            problem = f"The published archive of {asset.build.name} was used instead of its prepared copy: {reason}"
    stage = _fetched(spec, asset, asset.published, store, timings)
    stage.warning = problem
    return stage


def _needed(asset: Asset, what: str, why: str) -> ArchiveNeeded:
    return ArchiveNeeded(f"{what} {asset.build.name} {why}", asset.sha256, asset.build.name)


def _can_read_copies() -> bool:
    from .._archive import zstd

    return zstd.can_read()


def _of_given(spec: InstallSpec, asset: Asset, store: Store, timings: Timings) -> Stage:
    """The content of the spec's own archive; a useless copy is asked for as it was published."""
    archive, sha256 = spec.archive or "", spec.digest_of_archive(asset)
    is_copy = asset.prepared is not None and sha256 == asset.prepared.sha256
    if sha256 != asset.sha256 and not _can_read_copies():
        raise _needed(asset, "The archive of", "is needed as it was published.")
    with timings.measure("verify_s"):
        verified = _verified(archive, sha256, store)
    try:
        return _extracted(spec, verified, store.new_stage(), timings, copy=asset.prepared if is_copy else None)
    except ArchiveError as error:
        if is_copy:
            raise _needed(asset, "The prepared copy of", f"cannot be used: {error.reason}.") from error
        raise
    finally:
        if verified != archive:
            os.unlink(verified)


def _verified(archive: str, sha256: str, store: Store) -> str:
    """The archive; as root a copy of one that another user could exchange before it is unpacked."""
    from urllib.parse import quote

    from .._download.digest import verify_file
    from .._download.download import fetch
    from .._http.options import UrlOptions

    verify_file(archive, sha256)
    if os.geteuid() or _is_of_root(archive):
        return archive
    make_directory(store.staging)
    part = os.path.join(store.staging, part_name(sha256))
    fetch([f"file://{quote(archive)}"], sha256=sha256, part_path=part, options=UrlOptions())
    return part


def _is_of_root(file: str) -> bool:
    from .._os.permissions import require_way_of_root

    with suppress(StoreError):
        require_way_of_root(file)
        status = os.stat(file)
        return status.st_uid == 0 and not status.st_mode & 0o022
    return False


def _fetched(spec: InstallSpec, source: Asset, asset: Asset, store: Store, timings: Timings) -> Stage:
    """The content of the published archive of the asset, or its prepared copy."""
    from .._archive.early import early_decompress

    part = os.path.join(store.staging, part_name(source.sha256))
    with early_decompress(part) as early:
        _fetch(part, spec, source, asset, store, timings)
        copy = asset.prepared if source is not asset and asset.prepared else None
        stage = _extracted(spec, part, store.new_stage(), timings, early.of_verified(part), copy=copy)
    os.unlink(part)
    return stage


def _fetch(part: str, spec: InstallSpec, source: Asset, asset: Asset, store: Store, timings: Timings) -> None:
    from .._download.download import fetch
    from .._download.mirrors import addresses_of, options_for
    from .._os import disk_space

    urls = addresses_of(source, spec.mirrors)
    options = options_for(asset.url, spec.mirrors, spec.url)
    is_last_resort = spec.delivery != "auto"
    with timings.measure("download_s"):
        try:
            fetch(
                urls,
                sha256=source.sha256,
                part_path=part,
                options=options if is_last_resort else replace(options, connect_timeout=_CONNECT_TIMEOUT_S),
                retries=_RETRIES if is_last_resort else 0,
                on_length=lambda length: disk_space.require_for_archive(store.directory, length),
            )
        except NoSource as error:
            another_try = source.sha256 != asset.sha256 and not error.may_pass
            if is_last_resort or error.is_hopeless or another_try:
                raise
            raise ArchiveNeeded(error.without_push, asset.sha256, asset.build.name) from error


def _extracted(
    spec: InstallSpec,
    archive: str,
    directory: str,
    timings: Timings,
    chunks: Iterator[bytes] | None = None,
    *,
    copy: Prepared | None = None,
) -> Stage:
    """The content of a file with the right digest; `copy` are those of a prepared copy."""
    from .._archive.extract import extract
    from .._os.threads import early_writeback
    from .fixups import Stage

    with timings.measure("extract_s"):
        _require_room(archive, directory, spec)
        members = _members_of(copy, spec) if copy else None
        with early_writeback(directory), _without_garbage_collection():
            entries = dict(extract(archive, directory, chunks=chunks, members=members).entries)
        return Stage(directory, entries, _given(members, entries) if members else None)


def _members_of(copy: Prepared, spec: InstallSpec) -> CopyMembers:
    from .._archive.members import CopyMembers

    # In an image bytecode is checked by the hash of its source.
    return CopyMembers(copy.members_sha256, with_bytecode=spec.compile_bytecode and not spec.system.is_image)


def _given(members: CopyMembers, entries: Mapping[str, Entry]) -> Given | None:
    from .bytecode import Given

    sources = (path.partition("/")[2] for path in members.compiled)
    digests = {path: entries[path].sha256 or "" for path in sources}
    return Given(digests, members.magic, members.tag) if digests else None


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
