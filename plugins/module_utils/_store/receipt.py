# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipt: what a store entry is, written into the entry as its last file.

While metadata of a store is damaged, nobody knows which builds may be removed, so nothing is pruned.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .._builds.asset_name import AssetName, archive_extension, is_asset_name
from .._builds.build import Asset, Build
from .._errors import InvalidName, StoreError
from .._json import UPGRADE, Fields, NewerFormat, content_of, rendered
from .._os.attributes import checked_capabilities
from .manifest import RECEIPT

FORMAT = 1
_KEYS = (
    "format",
    "asset",
    "prefix",
    "externally_managed",
    "owner",
    "group",
    "executables",
    "files",
    "size_bytes",
    "installed_at",
    "manifest_sha256",
    "capabilities",
    "components",
)
COMPONENT = re.compile(r"[a-z][a-z0-9-]{1,31}")
COMPONENT_VERSION = re.compile(r"[0-9][0-9A-Za-z.+~_-]{0,63}")
_MOST_COMPONENTS = 64
MEASURED = "measured"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Settings(NamedTuple):
    """The settings that a build was prepared for. Builds that differ in them cannot serve each other's path.

    `owner` and `group` are names or numbers as the user gave them; None means the user who ran the installation.
    `capabilities` are those of the interpreter, as `attributes.checked_capabilities` returns them; None means those of
    the build at the path.
    """

    prefix: str
    externally_managed: bool = True
    owner: str | None = None
    group: str | None = None
    capabilities: tuple[str, ...] | None = None

    def served_by(self, other: Settings) -> bool:
        """Whether a build made for `other` may be used: owner and group count only if they are asked for."""
        return (
            self.prefix == other.prefix
            and self.externally_managed == other.externally_managed
            and self.owner in (None, other.owner)
            and self.group in (None, other.group)
            and self.capabilities in (None, other.capabilities or ())
        )


class Receipt(NamedTuple):
    """An installed build.

    `executables` are the programs that it really has, relative to the build (`bin/pip3`); `size_bytes` and `files`
    count its files without bytecode; `installed_at` is UTC in ISO 8601. `manifest_sha256` is the digest of the manifest
    beside it; None when it was not recorded. `components` is component -> version, as measured when it was installed;
    empty when nothing was.
    """

    asset: Asset
    settings: Settings
    executables: tuple[str, ...]
    files: int
    size_bytes: int
    installed_at: str
    manifest_sha256: str | None = None
    components: Mapping[str, str] = _NOTHING

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON."""
        from .._http.urls import shown_url

        return {
            "format": FORMAT,
            # Everyone may read the receipt, and the address of an in-house server can contain a secret.
            "asset": {**self.asset.as_dict(), "url": shown_url(self.asset.url)},
            "prefix": self.settings.prefix,
            "externally_managed": self.settings.externally_managed,
            "owner": self.settings.owner,
            "group": self.settings.group,
            "executables": list(self.executables),
            "files": self.files,
            "size_bytes": self.size_bytes,
            "installed_at": self.installed_at,
            **({"capabilities": list(self.settings.capabilities)} if self.settings.capabilities else {}),
            **({"manifest_sha256": self.manifest_sha256} if self.manifest_sha256 else {}),
            **({"components": self.measured()} if self.components else {}),
        }

    def measured(self) -> dict[str, dict[str, str]]:
        """The components as results have them."""
        return {name: {"version": self.components[name], "source": MEASURED} for name in sorted(self.components)}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], where: str = "The receipt") -> Receipt:
        """Read JSON. Raises `StoreError`, naming the missing, impossible or contradictory field inside `where`."""
        fields = Fields(mapping, where)
        fields.require_format(FORMAT)
        fields.require_only(*_KEYS)
        settings = Settings(
            prefix=_prefix(fields),
            externally_managed=fields.flag("externally_managed"),
            owner=fields.optional(fields.line, "owner"),
            group=fields.optional(fields.line, "group"),
            capabilities=_capabilities(fields),
        )
        asset = Asset.from_dict(fields.object("asset"), where=f"{where}: asset")
        _require_own_name(asset.build, f"{where}: asset")
        return cls(
            asset=asset,
            settings=settings,
            executables=_executables(fields),
            files=fields.count("files"),
            size_bytes=fields.count("size_bytes"),
            installed_at=fields.line("installed_at"),
            manifest_sha256=fields.optional(fields.digest, "manifest_sha256"),
            components={name: found["version"] for name, found in components_in(fields).items()},
        )

    def require_entry(self, entry: str, where: str) -> None:
        """Raise `StoreError` when the receipt is another entry's, as after a move."""
        name = self.asset.build.name
        stem, _dot, number = entry.rpartition(".")
        if entry != name and not (stem == name and number.isdecimal()):
            raise StoreError(f"{where} is damaged: it is the receipt of {name}, and is in {entry}.")


def _capabilities(fields: Fields) -> tuple[str, ...] | None:
    if "capabilities" not in fields:
        return None
    texts = fields.texts("capabilities")
    try:
        if texts == checked_capabilities(texts):
            return texts
    except InvalidName:
        pass
    raise fields.damaged("capabilities", "those of a file")


def _prefix(fields: Fields) -> str:
    prefix = fields.line("prefix")
    if not os.path.isabs(prefix) or os.path.normpath(prefix) != prefix:
        raise fields.damaged("prefix", "the absolute path of a build")
    return prefix


def _executables(fields: Fields) -> tuple[str, ...]:
    programs = fields.texts("executables")
    for program in programs:
        is_inside = program == os.path.normpath(program) and not program.startswith(("/", ".."))
        if not is_inside or not program.isprintable():
            raise fields.damaged("executables", "programs in the build")
    return programs


def components_in(fields: Fields, sources: Collection[str] = (MEASURED,)) -> dict[str, dict[str, str]]:
    """Component -> `version` and `source`, one of `sources`; empty without `components`. Raises what `fields` does."""
    found = fields.optional(fields.object, "components") or {}
    for name in found:
        said = fields.within("components").within(name)
        is_sound = COMPONENT_VERSION.fullmatch(said.text("version")) and said.text("source") in sources
        if not is_sound or not COMPONENT.fullmatch(str(name)) or len(found) > _MOST_COMPONENTS:
            raise fields.damaged("components", "the version and source of each")
    return {name: {key: found[name][key] for key in ("version", "source")} for name in sorted(found)}


def _require_own_name(build: Build, where: str) -> None:
    if not is_asset_name(build.name + archive_extension(build.name)):
        return  # the name of an in-house build, which has no such parts
    named = AssetName.from_stem(build.name)
    same = (named.version, named.release or build.release, str(named.target))
    if same != (build.version, build.release, build.target):
        raise StoreError(f"{where} is damaged: version, release and target are not those in the name {build.name}.")


def read(entry_directory: str) -> Receipt | None:
    """The receipt in a build; None when it has none. Raises `StoreError` when it is damaged."""
    file = os.path.join(entry_directory, RECEIPT)
    try:
        content = content_of(file)
    except FileNotFoundError:
        return None
    return Receipt.from_dict(content, where=file)


def write(directory: str, receipt: Receipt) -> None:
    """Write the receipt in place, since the build is still in staging; `mark_newest` follows."""
    file = os.path.join(directory, RECEIPT)
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(rendered(receipt.as_dict()))
    os.chmod(file, 0o644)


def mark_newest(directory: str) -> None:
    """Make the receipt the newest file of the build: any file that is newer later is suspicious to the probe."""
    os.utime(os.path.join(directory, RECEIPT))


class Damage(NamedTuple):
    """Damage in one file. `found` names the file and the problem, `remedy` says how to rebuild it; both are messages.

    `path` is the path whose history the file should contain; None for other files and when the file's name hides it.
    `entry` is the build whose receipt it should be; None for other files.
    """

    file: str
    found: str
    remedy: str
    path: str | None = None
    entry: str | None = None

    def __str__(self) -> str:
        return f"{self.found} Nothing is pruned from the store meanwhile. {self.remedy}"

    @property
    def is_newer(self) -> bool:
        """Whether the file is not damaged, but of a later version of the collection."""
        return self.remedy == UPGRADE

    def as_dict(self) -> dict[str, str]:
        """The damage in results."""
        return {"file": self.file, "problem": self.found, "remedy": self.remedy}

    @classmethod
    def of_root(cls, file: str, found: str | StoreError, path: str | None) -> Damage:
        """The damage of a history file."""
        remedy = (
            f"Run standalone.python.build for {path}: it writes the file again, from the link and the receipts of its "
            "builds."
            if path
            else "Remove it: the builds stay, and the next run for its path writes the history again, from the link "
            "and the receipts of its builds."
        )
        return cls(file, str(found), _remedy(found, remedy), path)

    @classmethod
    def of_receipt(cls, file: str, found: StoreError) -> Damage:
        """The damage of a receipt, without which its build is unknown."""
        directory = os.path.dirname(file)
        remedy = (
            f"Run standalone.python.build for the path that uses {directory}: it installs the build again. Then remove "
            "that directory, once no link names it."
        )
        return cls(file, str(found), _remedy(found, remedy), entry=os.path.basename(directory))

    @classmethod
    def of_link(cls, path: str, error: OSError) -> Damage:
        """The damage of a link that cannot be read, as on a file system whose server is gone."""
        return cls(
            path,
            f"{path} cannot be read: {error.strerror}.",
            "Mount its file system again, let this user search the directories above it, or remove it with "
            "state: absent.",
            path,
        )

    @classmethod
    def of_manifest(cls, file: str) -> Damage:
        """The damage of a manifest that does not belong to the receipt."""
        return cls(
            file,
            f"{file} is damaged: it is not the manifest that the build was published with.",
            "Run standalone.python.build for its path: it installs the build again.",
        )


def _remedy(found: str | StoreError, remedy: str) -> str:
    return UPGRADE if isinstance(found, NewerFormat) else remedy
