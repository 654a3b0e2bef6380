# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a fleet: one pinned archive for each declared name and target, as a file that people review.

    format: 1
    builds:
      '3.12':
        x86_64-unknown-linux-gnu:
          version: 3.12.13
          release: '20260807'
          openssl: 3.5.7
          sqlite: 3.53.1
          url: https://github.com/.../cpython-3.12.13%2B20260807-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz
          sha256: 506191be3ee7bd190a8834dcdc1b3bc70aab50608deccc711935aa007239cabd
          size: 34163738

It is YAML, so that each value is a separate line in a diff. It is sorted, so that the same builds give the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256, SHA256_OF_NOTHING, Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._download.source import MAX_BYTES
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url, split_url
from ansible_collections.standalone.python.plugins.module_utils._json import UPGRADE, Fields

from .._documents import strict_yaml
from .._index.entry import IndexEntry

FORMAT = 1
LIBRARIES = ("openssl", "sqlite")
_HEADER = (
    "# What each name stands for. Made by `ansible-playbook standalone.python.lock`; run it again to update.\n---\n"
)


class InvalidLock(StandaloneError):
    """A lock cannot be read, or contradicts itself."""


class DamagedLock(InvalidLock):
    """Something in a lock is missing, impossible or contradicts the rest."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found} Take the lock from before it was edited or merged, or make it again.")


@dataclass(frozen=True)
class LockedBuild:
    """One entry of a lock.

    `size_bytes` is the archive's size, None when no server reported it. `libraries` has the versions of those among
    `LIBRARIES` that are known to be in the build; they are for readers, and nothing is decided by them.
    """

    asset: Asset
    size_bytes: int | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The entry as it is written to the file."""
        known = {library: self.libraries[library] for library in LIBRARIES if library in self.libraries}
        return {
            "version": str(self.asset.build.version),
            "release": self.asset.build.release,
            **known,
            "url": shown_url(self.asset.url),  # many people read a lock, and a login or a token has separate options
            "sha256": self.asset.sha256,
            "size": self.size_bytes,
        }

    @classmethod
    def from_dict(cls, mapping: Any, where: str) -> LockedBuild:
        """Parse an entry, named `where` in messages. The file name decides the kind of build. Raises `InvalidLock`."""
        fields = Fields(mapping, where, DamagedLock)
        url, sha256 = fields.line("url"), fields.text("sha256")
        if SHA256.fullmatch(sha256) is None:
            raise fields.damaged("sha256", "64 hexadecimal digits in lower case")
        if sha256 == SHA256_OF_NOTHING:
            raise DamagedLock(f"{where} is damaged: sha256 is the digest of an empty file, which no archive is.")
        parts = split_url(url)
        if parts is None or parts.scheme not in ("http", "https", "file") or url != url.strip():
            raise fields.damaged("url", "the http(s) or file URL of an archive")
        try:
            listed = IndexEntry.from_url(shown_url(url), bytes.fromhex(sha256))  # as it is written again
        except InvalidName as problem:
            raise DamagedLock(f"{where} is damaged: {problem}") from None
        for key, of_file in (("version", str(listed.build.version)), ("release", listed.build.release)):
            if fields.text(key) != of_file:
                raise DamagedLock(
                    f"{where} contradicts itself: {key} is {fields.text(key)}, but the file that url names is of "
                    f"{of_file}."
                )
        libraries = {library: fields.text(library) for library in LIBRARIES if mapping.get(library) is not None}
        asset = Asset(build=listed.build, url=url, sha256=sha256, file_name=listed.file_name)
        return cls(asset, _size(fields, where), libraries)


class LockFile(NamedTuple):
    """The content of a lock. `builds` is name -> target -> build, with names as `RequestedName` renders them."""

    builds: Mapping[str, Mapping[str, LockedBuild]]

    @classmethod
    def parse(cls, text: str, where: str) -> LockFile:
        """Parse a lock, named `where` in messages. Raises `InvalidLock` that names the position in it."""
        document = Fields(_yaml(text, where), where, DamagedLock)
        found = document.number("format")
        if found != FORMAT:
            raise InvalidLock(
                f"{where} is of format {found}, and this version of the collection reads format {FORMAT}. "
                f"{UPGRADE if found > FORMAT else 'Make the lock again.'}"
            )
        builds: dict[str, dict[str, LockedBuild]] = {}
        for name, targets in document.object("builds").items():
            if not isinstance(name, str):
                raise DamagedLock(f"{where} is damaged: the name {name} is there without quotes, as a number.")
            if not isinstance(targets, Mapping):
                raise DamagedLock(f"{where}: {name} is damaged: an object was expected there.")
            builds[name] = {target: _build(entry, name, target, where) for target, entry in targets.items()}
        _require_agreement(builds, where)
        return cls(builds)

    def all_builds(self) -> Iterator[LockedBuild]:
        """Every build, in the given order of names and targets."""
        for by_target in self.builds.values():
            yield from by_target.values()

    def render(self) -> str:
        """The content of the file; `parse` returns the same value from it."""
        import yaml

        builds = {
            name: {target: self.builds[name][target].as_dict() for target in sorted(self.builds[name])}
            for name in sorted(self.builds, key=_by_number)
        }
        body: str = yaml.safe_dump({"format": FORMAT, "builds": builds}, sort_keys=False, width=2**16)
        return _HEADER + body


def _build(entry: Any, name: str, target: Any, where: str) -> LockedBuild:
    """The build of an entry. Raises `InvalidLock` unless it has that name and target."""
    here = f"{where}: {name}: {target}"
    locked = LockedBuild.from_dict(entry, here)
    build = locked.asset.build
    try:
        is_meant = (
            RequestedName.parse(name).answered_by(build, prerelease=True) and str(Target.parse(str(target))) == target
        )
    except InvalidName as problem:
        raise DamagedLock(f"{here} is damaged: {problem}") from None
    if not is_meant or build.target != target:
        raise DamagedLock(f"{here} contradicts itself: it holds {build.name}, which is another build.")
    return locked


def _require_agreement(builds: Mapping[str, Mapping[str, LockedBuild]], where: str) -> None:
    """Raise `InvalidLock` when two entries contradict each other about one file, or two files have one digest."""
    by_file: dict[tuple[str, str], LockedBuild] = {}
    by_digest: dict[str, LockedBuild] = {}
    for locked in LockFile(builds).all_builds():
        asset = locked.asset
        same_file = by_file.setdefault((asset.build.release, asset.file_name), locked)
        same_digest = by_digest.setdefault(asset.sha256, locked)
        if same_file.asset.sha256 != asset.sha256:
            said = f"it has two digests for {asset.file_name}, {same_file.asset.sha256} and {asset.sha256}"
        elif same_digest.asset.file_name != asset.file_name:
            said = f"it has one digest for {same_digest.asset.file_name} and {asset.file_name}"
        elif None not in (locked.size_bytes, same_file.size_bytes) and locked.size_bytes != same_file.size_bytes:
            said = f"it has two sizes for {asset.file_name}, {same_file.size_bytes} and {locked.size_bytes}"
        else:
            continue
        raise DamagedLock(f"{where} contradicts itself: {said}.")


def _size(fields: Fields, where: str) -> int | None:
    size = fields.optional(fields.number, "size")
    if size is not None and not 0 < size <= MAX_BYTES:
        raise DamagedLock(f"{where} is damaged: size is {size}, and no archive is of {size} bytes.")
    return size


def _yaml(text: str, where: str) -> Any:
    import yaml

    try:
        return strict_yaml(text)
    except yaml.MarkedYAMLError as error:
        position = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        reason = f": {error.note}" if error.note else ""
        raise InvalidLock(f"{where} is damaged{position}, perhaps by a merge{reason}. Make it again.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InvalidLock(f"{where} is no YAML. Make it again.") from None


def _by_number(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts 3.9 before 3.13."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]
