# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.extract import unpacked_size
from tests.support.tar_maker import member, zst

CONTENT = member("python/x", b"x" * 5000)
SKIPPABLE = b"\x51\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
UNSIZED = b"\x28\xb5\x2f\xfd\x00\x00\x01\x00\x00"


@pytest.mark.parametrize(
    ("archive", "size_bytes"),
    [
        (gzip.compress(CONTENT, mtime=0), len(CONTENT)),
        (gzip.compress(b"x" * 100_000, mtime=0) + gzip.compress(b"", mtime=0), None),
        (b"\x1f\x8b\x08", None),
        (zst(CONTENT, end=b""), len(CONTENT)),
        (zst(CONTENT, end=b"") + SKIPPABLE + zst(CONTENT, end=b""), 2 * len(CONTENT)),
        (zst(CONTENT) + UNSIZED, None),
        (zst(CONTENT)[:-1], None),
        (b"<html>", None),
        (b"", None),
    ],
    ids=["gz", "two gz", "gz begun", "zst", "two zst", "zst without size", "zst cut off", "html", "empty"],
)
def test_the_unpacked_size_as_the_archive_says_it(tmp_path, archive, size_bytes) -> None:
    (tmp_path / "a").write_bytes(archive)
    assert unpacked_size(str(tmp_path / "a")) == size_bytes
