# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an archive is looked for: uv's prefix rule, so that a mirror made for uv serves us unchanged.

A mirror holds `TAG/NAME` below its base, and its base takes the place of the GitHub prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ._errors import DownloadError, InvalidName
from ._urls import shown_url, with_escaped_plus

GITHUB_BASE = "https://github.com/astral-sh/python-build-standalone/releases/download"
ASTRAL_HOST = "https://releases.astral.sh"
_ASTRAL_FOLDER = "/github/python-build-standalone/releases/download"

# Every public base of the same files. The project moved from indygreg to astral-sh in December 2024.
_PUBLIC_BASES = (
    GITHUB_BASE,
    "https://github.com/indygreg/python-build-standalone/releases/download",
    ASTRAL_HOST + _ASTRAL_FOLDER,
)


def github_url(release: str, file_name: str) -> str:
    """The public address of a file, by which indexes name it and which mirrors map."""
    return with_escaped_plus(f"{GITHUB_BASE}/{release}/{file_name}")


def public_file(url: str) -> tuple[str, str] | None:
    """The release and the file name, with a literal `+`, when the URL is a public address of a release's file."""
    tail = _public_tail(url)
    if tail is None:
        return None
    release, _slash, file_name = tail.replace("%2B", "+").partition("/")
    return release, file_name


def candidate_urls(asset_url: str, mirrors: Sequence[str]) -> tuple[str, ...]:
    """The addresses to try for an asset, in order.

    Without a mirror: Astral's, then GitHub; an asset that is not of the public ones has its own address only. With
    mirrors: those alone, in the order given, and no public address after them. Empty mirrors count as not given.

    Raises `DownloadError` when a mirror is given for an asset that it cannot hold, `InvalidName` for a mirror that
    is no URL.
    """
    bases = tuple(base.rstrip("/") for base in mirrors if base)
    if bases:
        return tuple(_mapped(asset_url, base) for base in bases)
    tail = _public_tail(asset_url)
    if tail is None:
        return (with_escaped_plus(asset_url),)
    return tuple(with_escaped_plus(f"{base}/{tail}") for base in (ASTRAL_HOST + _ASTRAL_FOLDER, GITHUB_BASE))


def mirrors_from_environment(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The mirror that uv's own variables name, or nothing. The one for Python outranks the one for all of Astral."""
    for_python = environ.get("UV_PYTHON_INSTALL_MIRROR")
    if for_python:
        return (for_python,)
    for_astral = environ.get("UV_ASTRAL_MIRROR_URL")
    if for_astral:
        return (for_astral.rstrip("/") + _ASTRAL_FOLDER,)
    return ()


def _mapped(asset_url: str, base: str) -> str:
    if urlsplit(base).scheme not in ("http", "https", "file"):
        raise InvalidName(f"The mirror {shown_url(base)} is no http://, https:// or file:// URL.")
    tail = _public_tail(asset_url)
    if tail is not None:
        return with_escaped_plus(f"{base}/{tail}")
    if asset_url.startswith(base + "/"):
        return with_escaped_plus(asset_url)
    raise DownloadError(
        f"The mirror {shown_url(base)} cannot stand in for {shown_url(asset_url)}: a mirror replaces "
        f"{GITHUB_BASE}, and this URL does not begin with that. Leave out mirror, or use an index with GitHub URLs."
    )


def _public_tail(url: str) -> str | None:
    for base in _PUBLIC_BASES:
        if url.startswith(base + "/"):
            return url[len(base) + 1 :]
    return None
