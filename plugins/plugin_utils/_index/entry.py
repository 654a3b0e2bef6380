# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One asset as an index lists it, parsed from its file name and never from the index's other fields.

The versions index has had rows whose `platform` and `variant` were wrong (docs/development/builds.md 2.1); the name
says what was built.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import (
    AssetName,
    day_of,
    is_asset_name,
)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build, Prepared
from ansible_collections.standalone.python.plugins.module_utils._builds.legacy_name import ManualName
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url, public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.urls import file_name_of, with_escaped_plus

# Built on 2026-03-23 and tagged with the wrong year: as a number it would sort among the releases of 2025.
MISDATED_RELEASE = "20250323"


class IndexEntry(NamedTuple):
    """An asset in an index. `sha256` is 32 raw bytes, or None when the index has no digest for it.

    `own_url` is None for a file of a public release, whose URL follows from the other fields. `prepared` are the
    digests of a prepared copy, its own and that of the members, each 32 raw bytes; None without a copy.
    """

    build: Build
    file_name: str
    own_url: str | None
    sha256: bytes | None
    prepared: bytes | None = None

    @classmethod
    def from_url(cls, url: str, sha256: bytes | None, prepared: bytes | None = None) -> IndexEntry:
        """Parse an entry from its URL. Raises `InvalidName` when its file name is not a build's or lacks a release."""
        public = public_file(url)
        directory, file_name = public or (
            urlsplit(url).path.rpartition("/")[0].rpartition("/")[2],
            file_name_of(url),
        )
        # Names from before 2022 lack their release; the name of their directory has it.
        build = _build(file_name, directory if day_of(directory) else None)
        own_url = None if public and directory == build.release else with_escaped_plus(url)
        return cls(build=build, file_name=file_name, own_url=own_url, sha256=sha256, prepared=prepared)

    @property
    def copy(self) -> Prepared | None:
        """The prepared copy; None when there is none."""
        return Prepared(self.prepared[:32].hex(), self.prepared[32:].hex()) if self.prepared else None

    @property
    def url(self) -> str:
        """The URL of the asset."""
        return self.own_url or github_url(self.build.release, self.file_name)


def _build(file_name: str, directory_release: str | None) -> Build:
    if is_asset_name(file_name):
        return Build.from_asset_name(AssetName.parse(file_name), release=directory_release)
    manual = ManualName.parse(file_name)
    if manual is None:  # raised without a search for the nearest name, since an index can hold hundreds of such names
        raise InvalidName(f"{file_name} is not the name of a build.")
    stem, _unused, compression = manual.file_name.rpartition(".tar.")
    return Build(
        name=stem,
        version=manual.version,
        release=manual.release,
        target=manual.target,
        flavor="full" if compression == "zst" else "install_only",
        build_options=manual.build_options or "",
    )
