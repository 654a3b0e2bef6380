# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provenance bundles: the attestations of an archive, in a file beside it (docs/development/builds.md 7). Stored, and
not verified here.

Such a file contains one bundle, or several on separate lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from .._errors import DownloadError
from .._http.errors import TransferFailure
from .._http.options import UrlOptions
from .._http.urls import shown_url, split_url
from .._os.flock import Limit
from .source import opened

BUNDLE_SUFFIX = ".sigstore.json"

_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle"
_MAX_BYTES = 16 * 1024**2  # a bundle names every file of a release, and is far below a megabyte


def url_of_bundle(archive_url: str) -> str:
    """The address of the bundle beside an archive; text that is no address stays as it is."""
    parts = split_url(archive_url)
    return parts._replace(path=parts.path + BUNDLE_SUFFIX).geturl() if parts else archive_url


def bundle_beside(archive_urls: Sequence[str], options: UrlOptions) -> bytes | None:
    """The bundle beside the archive, from the first of its URLs that has one; None when none has.

    Raises `DownloadError` when that cannot be determined now, and when the file is no bundle.
    """
    for url in map(url_of_bundle, archive_urls):
        try:
            with opened(url, options) as body:
                content = _whole(body.chunks, Limit(options.index_timeout, "index_timeout"))
        except TransferFailure as failure:
            if failure.may_pass:
                raise DownloadError(f"{shown_url(url)}: {failure}.") from failure
            continue  # a server without one answers in many ways, such as 404 and 403
        if not _are_bundles(content):
            raise DownloadError(f"{shown_url(url)} is no Sigstore bundle. Ask the owner of that copy.")
        return content
    return None


def _whole(chunks: Iterable[bytes | memoryview], limit: Limit) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > _MAX_BYTES:
            break  # it is no JSON then, since it is incomplete
        if limit.left_s <= 0:
            raise TransferFailure(
                f"{len(content)} bytes came in {limit.seconds:g} s, the limit of {limit.option}", may_pass=True
            )
    return bytes(content)


def _are_bundles(content: bytes) -> bool:
    lines = [line for line in content.splitlines() if line.strip()]
    return _is_bundle(content) or (bool(lines) and all(map(_is_bundle, lines)))


def _is_bundle(content: bytes) -> bool:
    try:
        media_type = json.loads(content).get("mediaType")
    except (ValueError, AttributeError, RecursionError):
        return False
    return isinstance(media_type, str) and media_type.startswith(_MEDIA_TYPE)
