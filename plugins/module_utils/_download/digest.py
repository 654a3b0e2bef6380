# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest of an archive: of a whole file, or of the part file of a download that a later run resumes."""

from __future__ import annotations

import hashlib
import io
import os
import stat

from .._errors import DigestMismatch, DownloadError, StoreError
from .._os.regular_file import add_all
from .source import LONGEST_SHOWN, MAX_BYTES, open_without_waiting

HEAD_BYTES = 512
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")


def verify_file(path: str, sha256: str) -> int:
    """Verify that the file at `path` has the digest `sha256`, and return its size in bytes.

    Raises `DigestMismatch` when the digest is another, `DownloadError` when the file cannot be read.
    """
    hasher = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0, opener=open_without_waiting) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                raise ValueError(f"it is no file of at most {LONGEST_SHOWN}")
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


def mismatch(where: str, *, expected: str, found: str, size_bytes: int, head: bytes) -> DigestMismatch:
    """The error for bytes that are not the pinned ones. `where` is a path or a URL without secrets.

    `head` are the first bytes: a web page gets its own message, since it has another remedy.
    """
    advice = (
        "What came looks like a web page (a proxy or login page?): open that address from this host and see."
        if _looks_like_html(head)
        else "It is another file than the pinned one, or a damaged copy: compare with `checksum` or the index, and "
        "ask the owner of that copy."
    )
    return DigestMismatch(
        f"The digest of {where} is not the expected one, so nothing was unpacked. Expected sha256 {expected.lower()}, "
        f"found {found} in {size_bytes} bytes. {advice}"
    )


def _looks_like_html(head: bytes) -> bool:
    start = head[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_HTML_STARTS) or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start)


class PartFile:
    """The file at `path`, open for appending, readable by its owner only. Existing content is hashed first.

    Errors of the disk are an `OSError` with the file's name; anything but a file is a `StoreError`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = self._opened()
        self._hasher = hashlib.sha256()
        try:
            self.size_bytes = add_all(self._file, self._hasher)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file, and remove it when it is empty."""
        self._file.close()
        if not self.size_bytes:
            self.remove()

    @property
    def sha256(self) -> str:
        """The digest so far."""
        return self._hasher.hexdigest()

    @property
    def head(self) -> bytes:
        """The first bytes of the file."""
        return os.pread(self._file.fileno(), HEAD_BYTES, 0)

    def append(self, chunk: bytes | memoryview) -> None:
        """Append bytes; on an error remove the file, whose end is then unknown, and raise `OSError`."""
        self._hasher.update(chunk)
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self.remove()
            error.filename = self.path
            raise
        self.size_bytes += len(chunk)

    def start_over(self) -> None:
        """Continue in a new file: readers of the old one must not see other bytes at the same offset."""
        self._file.close()
        self.remove()
        self._file = self._opened()
        self._hasher = hashlib.sha256()
        self.size_bytes = 0

    def _opened(self) -> io.FileIO:
        # O_NONBLOCK: do not wait for the other end of a named pipe of that name.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        file = io.FileIO(os.open(self.path, flags, 0o600), "r+b")
        try:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StoreError(f"{self.path} is no regular file, so nothing can be downloaded there. Move it away.")
            os.fchmod(file.fileno(), 0o600)
        except BaseException:
            file.close()
            raise
        return file

    def remove(self) -> None:
        """Remove the file, if it exists."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:  # already removed
            pass
