# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest of an archive: how it is computed, and the error for one that differs from the pinned digest."""

from __future__ import annotations

import hashlib
import io

from .._errors import DigestMismatch, DownloadError

HEAD_BYTES = 512
_READ_BYTES = 1024 * 1024
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")


def verify_file(path: str, sha256: str) -> int:
    """Verify that the file at `path` has the digest `sha256`, and return its size in bytes.

    Raises `DigestMismatch` when the digest is another, `DownloadError` when the file cannot be read.
    """
    hasher = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0) as stream:
            size_bytes = add_all(stream, hasher)
            if hasher.hexdigest() == sha256.lower():
                return size_bytes
            stream.seek(0)
            head = stream.read(HEAD_BYTES)
    except (OSError, ValueError) as error:  # the latter for an impossible path
        words = error.strerror if isinstance(error, OSError) else error
        raise DownloadError(
            f"The archive {path} cannot be read on this host: {words}. Put it there, or correct `archive`."
        ) from error
    raise mismatch(path, expected=sha256, found=hasher.hexdigest(), size_bytes=size_bytes, head=head)


def sha256_of(path: str) -> str:
    """The SHA-256 digest of a file, in hexadecimal. Raises `OSError`."""
    hasher = hashlib.sha256()
    with open(path, "rb", buffering=0) as stream:
        add_all(stream, hasher)
    return hasher.hexdigest()


def add_all(stream: io.FileIO, hasher: hashlib._Hash) -> int:
    """Feed everything from the stream's position on to `hasher`, and return the number of bytes."""
    buffer = bytearray(_READ_BYTES)
    view = memoryview(buffer)
    total_bytes = 0
    while count := stream.readinto(buffer):
        hasher.update(view[:count])
        total_bytes += count
    return total_bytes


def mismatch(where: str, *, expected: str, found: str, size_bytes: int, head: bytes) -> DigestMismatch:
    """The error for bytes that are not the pinned ones. `where` is a path or a URL without secrets.

    `head` are the first bytes: a web page gets its own message, since it has another remedy.
    """
    advice = (
        "What came looks like a web page (a proxy or login page?): open that address from this host and see."
        if _looks_like_html(head)
        else "It is another file than the pinned one, or a damaged copy: compare with `checksum` or the index, and "
        "ask whoever keeps that copy."
    )
    return DigestMismatch(
        f"The digest of {where} is not the expected one, so nothing was unpacked. Expected sha256 {expected.lower()}, "
        f"found {found} in {size_bytes} bytes. {advice}"
    )


def _looks_like_html(head: bytes) -> bool:
    start = head[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_HTML_STARTS) or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start)
