# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where archives are downloaded from: uv's prefix rule, so that a mirror made for uv works here unchanged.

A mirror contains `TAG/NAME` below its base, and its base replaces the GitHub prefix. The controller decides
which mirrors a task has (`plugin_utils/_build/options.py`); `download.py` tries them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._builds.build import Asset
from .._errors import DownloadError, InvalidName, StoreError
from .._http.options import UrlOptions
from .._http.urls import escaped_plus, shown_url, split_url, with_escaped_plus

GITHUB_BASE = "https://github.com/astral-sh/python-build-standalone/releases/download"
ASTRAL_HOST = "https://releases.astral.sh"
ASTRAL_DIRECTORY = "/github/python-build-standalone/releases/download"
_ASTRAL_BASE = ASTRAL_HOST + ASTRAL_DIRECTORY

# Every public base of the same files. The project moved from indygreg to astral-sh in December 2024.
_PUBLIC_BASES = (
    GITHUB_BASE,
    "https://github.com/indygreg/python-build-standalone/releases/download",
    _ASTRAL_BASE,
)


def github_url(release: str, file_name: str) -> str:
    """The public address of a file, which indexes use and mirrors map."""
    return f"{GITHUB_BASE}/{release}/{escaped_plus(file_name)}"  # of tens of thousands, so no URL is taken apart


def public_file(url: str) -> tuple[str, str] | None:
    """The release and the file name, with a literal `+`, of a public address of a release's file; else None."""
    tail = _tail(url, _PUBLIC_BASES)
    if tail is None:
        return None
    release, _slash, file_name = tail.replace("%2B", "+").partition("/")
    return release, file_name


def candidate_urls(asset_url: str, mirrors: Sequence[str]) -> tuple[str, ...]:
    """The addresses to try for an asset, in order.

    Without a mirror: Astral's, then GitHub; an asset that is not one of the public ones has only its own address. With
    mirrors: those alone, in the order given, and no public address after them. Empty mirrors count as not given.

    Raises `DownloadError` when a mirror is given for an asset that it cannot contain, `InvalidName` when a mirror or an
    asset's address is no URL.
    """
    if split_url(asset_url) is None:
        raise InvalidName("The address of the asset is a malformed URL. Correct it in the asset or in the index.")
    bases = tuple(base.rstrip("/") for base in mirrors if base)
    if not bases:
        tail = _tail(asset_url, _PUBLIC_BASES)
        return (with_escaped_plus(asset_url),) if tail is None else _below((_ASTRAL_BASE, GITHUB_BASE), tail)
    for base in bases:
        parts = split_url(base)
        if parts is None or parts.scheme not in ("http", "https", "file"):
            raise InvalidName(f"The mirror {shown_url(base)} is no http://, https:// or file:// URL. Correct it.")
    # The lookup may already have mapped the address by the same option.
    tail = _tail(asset_url, (*_PUBLIC_BASES, *bases))
    if tail is None:
        raise DownloadError(
            f"The mirror {shown_url(bases[0])} cannot stand in for {shown_url(asset_url)}: a mirror replaces "
            f"{GITHUB_BASE}, which this URL lacks. Leave out mirror and its default, or use an index with GitHub URLs."
        )
    return _below(bases, tail)


def addresses_of(asset: Asset, mirrors: Sequence[str]) -> tuple[str, ...]:
    """`candidate_urls` of an asset. Raises `StoreError` for one that came from a local file."""
    if not asset.url:
        raise StoreError(
            f"{asset.build.name} was installed from a local archive, and there is no address to fetch it from again. "
            "Give `archive` and `checksum` as when it was installed."
        )
    return candidate_urls(asset.url, mirrors)


def options_for(asset_url: str, mirrors: Sequence[str], options: UrlOptions) -> UrlOptions:
    """The options for an asset: credentials are for a mirror, or for the server that the asset itself names.

    None are sent to the public ones.
    """
    is_public = not any(mirrors) and public_file(asset_url) is not None
    return options.without_credentials() if is_public else options


def _below(bases: Sequence[str], tail: str) -> tuple[str, ...]:
    return tuple(with_escaped_plus(f"{base}/{tail}") for base in bases)


def _tail(url: str, bases: Sequence[str]) -> str | None:
    """The rest of the URL after the first base that it begins with, without the slash; None below none of them."""
    return next((url[len(base) + 1 :] for base in bases if url.startswith(base + "/")), None)
