# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import DigestMismatch
from tests.support.downloads import CONTENT, Downloads


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("c+1.tar.gz", "c%2B1.tar.gz"),
        ("c+1.tar.gz", "c+1.tar.gz"),
        ("a b%.tar.gz", "a%20b%25.tar.gz"),
    ],
)
@pytest.mark.parametrize("start", ["file://", "file://localhost", "file:"])
def test_the_file_is_copied_from_this_host(start: str, name: str, written: str, downloads: Downloads) -> None:
    (downloads.mirror / name).write_bytes(CONTENT)
    downloads.part.write_bytes(CONTENT[:1000] + b"stale")
    fetched = downloads.get(f"{start}{downloads.mirror}/{written}")
    assert downloads.part.read_bytes() == CONTENT
    assert (fetched.size_bytes, fetched.resumed_bytes) == (len(CONTENT), 0)


def test_another_file_is_removed_and_no_other_url_is_asked(downloads: Downloads) -> None:
    with pytest.raises(DigestMismatch, match=f"The digest of file://{downloads.mirror}/other is not the expected one"):
        downloads.get(f"file://{downloads.mirror}/other", f"file://{downloads.mirror}/file")
    assert not downloads.part.exists()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file://{mirror}/none", "there is no file {mirror}/none on this host"),
        ("file://{mirror}/no%2Bne", "there is no file {mirror}/no+ne on this host"),
        ("file://{mirror}", "{mirror} on this host cannot be read (Is a directory)"),
        ("file://{mirror}/file/x", "{mirror}/file/x on this host cannot be read (Not a directory)"),
        ("file://{mirror}/pipe", "{mirror}/pipe on this host is no regular file"),
        ("file://{mirror}/%00", "the path in it holds a character that no file name has"),
        ("file://mirror/file", "a file:// URL names a file of this host: write file:///path, with three slashes"),
    ],
)
def test_a_url_that_names_nothing_readable(url: str, reason: str, downloads: Downloads) -> None:
    os.mkfifo(downloads.mirror / "pipe")
    url = url.format(mirror=downloads.mirror)
    assert downloads.reasons(url) == f"{url}: {reason.format(mirror=downloads.mirror)}."


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="only Linux has a file that always fails to be read")
def test_a_disk_that_fails_is_reported(downloads: Downloads) -> None:
    url = "file:///proc/self/mem"
    assert downloads.reasons(url) == f"{url}: /proc/self/mem on this host cannot be read (Input/output error)."


def test_a_missing_file_gives_way_to_the_next_url(downloads: Downloads) -> None:
    fetched = downloads.get(f"file://{downloads.mirror}/none", f"file://{downloads.mirror}/file")
    assert fetched.url == f"file://{downloads.mirror}/file"
