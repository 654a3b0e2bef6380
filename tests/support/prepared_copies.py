# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared copies of fake builds, and copies that somebody changed."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._archive.decompress import open_chunks
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Prepared, copy_of
from ansible_collections.standalone.python.plugins.module_utils._prepare.compress import compressor
from ansible_collections.standalone.python.plugins.module_utils._prepare.copy import Level, make

from .fake_builds import FakeBuild


class TarFile(NamedTuple):
    """A member of a tar, with the content of a file."""

    info: tarfile.TarInfo
    content: bytes


def prepare(build: FakeBuild) -> Prepared:
    """Make the copy beside the archive of a build."""
    with tempfile.TemporaryDirectory() as scratch:
        return make(str(build.archive), str(place_of(build)), scratch, Level(compressor(), 1), most_workers=2)


def place_of(build: FakeBuild) -> Path:
    return Path(copy_of(str(build.archive)))


def asset_with_copy(build: FakeBuild, prepared: Prepared) -> dict[str, Any]:
    return {**build.asset(), "prepared": prepared._asdict()}


def members_of(archive: Path) -> list[TarFile]:
    return list(_members_in(unpacked(archive)))


def unpacked(archive: Path) -> bytes:
    with open_chunks(str(archive)) as chunks:
        return b"".join(chunks)


def change(build: FakeBuild, prepared: Prepared, how: Callable[[list[TarFile]], list[TarFile]]) -> Prepared:
    """Pack the copy of a build again with other members; the digests are those that a false index would give."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info, content in how(members_of(place_of(build))):
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with place_of(build).open("wb") as target:
        compressor()([buffer.getvalue()], len(buffer.getvalue()), target, 1)
    return prepared._replace(sha256=hashlib.sha256(place_of(build).read_bytes()).hexdigest())


def _members_in(tar_bytes: bytes) -> Iterator[TarFile]:
    with tarfile.open(fileobj=io.BytesIO(tar_bytes)) as tar:
        for info in tar:
            stream = tar.extractfile(info) if info.isreg() else None
            yield TarFile(info, stream.read() if stream else b"")
