# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipt: what a store entry is, written into it as its last file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._builds import Asset
from ._fields import Fields
from ._json_file import content_of
from ._manifest import RECEIPT
from ._urls import shown_url

FORMAT = 1


@dataclass(frozen=True)
class Settings:
    """What a build was fixed up for. Builds that differ in this cannot serve one another's path.

    `owner` and `group` are names or numbers as the user gave them; None means whoever ran the installation.
    """

    prefix: str
    externally_managed: bool = True
    owner: str | None = None
    group: str | None = None

    def served_by(self, other: Settings) -> bool:
        """Whether a build made for `other` may be used: owner and group count only where they are asked for."""
        return (
            self.prefix == other.prefix
            and self.externally_managed == other.externally_managed
            and self.owner in (None, other.owner)
            and self.group in (None, other.group)
        )


@dataclass(frozen=True)
class Receipt:
    """An installed build.

    `executables` are the programs that it really has, relative to the build (`bin/pip3`); `size_bytes` and `files`
    count its files without bytecode; `installed_at` is UTC in ISO 8601.
    """

    asset: Asset
    settings: Settings
    executables: tuple[str, ...]
    files: int
    size_bytes: int
    installed_at: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            # Everyone may read it, and the address of a house's own server can hold a secret.
            "asset": {**self.asset.as_dict(), "url": shown_url(self.asset.url)},
            "prefix": self.settings.prefix,
            "externally_managed": self.settings.externally_managed,
            "owner": self.settings.owner,
            "group": self.settings.group,
            "executables": list(self.executables),
            "files": self.files,
            "size_bytes": self.size_bytes,
            "installed_at": self.installed_at,
        }

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], where: str = "The receipt") -> Receipt:
        """Raises `StoreError` naming the field inside `where` when something is missing or of another type."""
        fields = Fields(mapping, where)
        settings = Settings(
            prefix=fields.text("prefix"),
            externally_managed=fields.flag("externally_managed"),
            owner=fields.optional_text("owner"),
            group=fields.optional_text("group"),
        )
        return cls(
            asset=Asset.from_dict(fields.object("asset"), where=f"{where}: asset"),
            settings=settings,
            executables=fields.texts("executables"),
            files=fields.number("files"),
            size_bytes=fields.number("size_bytes"),
            installed_at=fields.text("installed_at"),
        )


def read(entry_directory: str) -> Receipt | None:
    """The receipt of a store entry; None when it has none. Raises `StoreError` when it is damaged."""
    file = os.path.join(entry_directory, RECEIPT)
    try:
        content = content_of(file)
    except FileNotFoundError:
        return None
    return Receipt.from_dict(content, where=file)


def write(directory: str, receipt: Receipt) -> None:
    """Written in place, since it happens in staging; `mark_newest` follows."""
    file = os.path.join(directory, RECEIPT)
    with open(file, "w", encoding="utf-8") as stream:
        json.dump(receipt.as_dict(), stream, indent=2)
        stream.write("\n")
    os.chmod(file, 0o644)


def mark_newest(directory: str) -> None:
    """Makes the receipt the newest thing in the build: what is newer than it later is suspicious to the probe."""
    os.utime(os.path.join(directory, RECEIPT))
