# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file
from ansible_collections.standalone.python.plugins.module_utils._errors import DigestMismatch, DownloadError

CONTENT = b"content" * 500_000  # more than is read at a time


@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "short", "long"])
@pytest.mark.parametrize("in_capitals", [False, True])
def test_the_size_of_a_right_file(content: bytes, in_capitals: bool, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert verify_file(str(tmp_path / "file"), digest.upper() if in_capitals else digest) == len(content)


@pytest.mark.parametrize(
    ("content", "is_page"),
    [
        pytest.param(CONTENT, False, id="long"),
        (b"", False),
        (b"\x1f\x8b\x08<html>", False),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", False),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML>", True),
        (b"<html lang=en>", True),
        (b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>", True),
        (b"<!-- proxy --><HTML>", True),
    ],
)
def test_a_wrong_file(content: bytes, is_page: bool, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(DigestMismatch) as caught:
        verify_file(str(file), "AB" * 32)
    advice = (
        "What came looks like a web page (a proxy or login page?): open that address from this host and see."
        if is_page
        else "It is another file than the pinned one, or a damaged copy: compare with `checksum` or the index, and ask "
        "the owner of that copy."
    )
    assert str(caught.value) == (
        f"The digest of {file} is not the expected one, so nothing was unpacked. Expected sha256 {'ab' * 32}, found "
        f"{hashlib.sha256(content).hexdigest()} in {len(content)} bytes. {advice}"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", "embedded null byte"),
        *((name, "it is no file of at most 1 GiB") for name in ("fifo", "zero", "sparse")),
    ],
)
def test_no_file(name: str, words: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "sparse").touch()
    os.truncate(tmp_path / "sparse", 2**40)
    path = f"{tmp_path}/{name}"
    with pytest.raises(DownloadError) as caught:
        verify_file(path, "ab" * 32)
    shown = path.replace("\0", "\\x00")
    assert str(caught.value) == (
        f"The archive {shown} cannot be read on this host: {words}. Put it there, or correct `archive`."
    )
