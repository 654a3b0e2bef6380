# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mirror records about its files: digest, size and time of each, so that none has to be read again."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .._errors import StoreError
from .._json import UPGRADE, Fields, NewerFormat, content_of, rendered
from .._os.atomic import replace_file

STATE_DIRECTORY = ".mirror"
_RECEIPT = "receipt.json"
_FORMAT = 1
_PLACE = re.compile(r"[0-9]{8}/[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True)
class CopyOrigin:
    """What a prepared copy was made from: the digests of the archive and of its members, and the level."""

    archive_sha256: str
    members_sha256: str
    level: int


@dataclass(frozen=True)
class Held:
    """A file of the mirror, at the path `place` below it (`TAG/NAME`).

    `size_bytes` and `mtime_ns` are from the time of its verification; both None for a file that was about to be
    written. `origin` is that of a prepared copy, None for any other file.
    """

    place: str
    sha256: str
    size_bytes: int | None = None
    mtime_ns: int | None = None
    origin: CopyOrigin | None = None

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON."""
        return {
            "place": self.place,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "mtime_ns": self.mtime_ns,
            **({"origin": asdict(self.origin)} if self.origin else {}),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Held:
        """Read a record. Raises `StoreError`, also for a path outside a mirror, which could be removed one day."""
        fields.require_only("place", "sha256", "size_bytes", "mtime_ns", "origin")
        place = fields.matching("place", _PLACE, "the path of a file in a mirror")
        size_bytes = fields.optional(fields.count, "size_bytes")
        mtime_ns = fields.optional(fields.number, "mtime_ns")  # negative before 1970
        if (size_bytes is None) != (mtime_ns is None):
            raise fields.damaged("mtime_ns", "there if size_bytes is, and only then")
        origin = fields.optional(fields.within, "origin")
        return cls(place, fields.digest("sha256"), size_bytes, mtime_ns, _origin(origin) if origin else None)


def _origin(fields: Fields) -> CopyOrigin:
    fields.require_only("archive_sha256", "members_sha256", "level")
    return CopyOrigin(fields.digest("archive_sha256"), fields.digest("members_sha256"), fields.number("level"))


@dataclass(frozen=True)
class MirrorReceipt:
    """The mirror's files by path. `damage` says why the receipt cannot be used, and counts as empty; None otherwise.

    With damage, each file is read once more, and nothing is removed.
    """

    files: Mapping[str, Held]
    damage: str | None = None


def read(mirror: str) -> MirrorReceipt | None:
    """The mirror's receipt; None when there is no mirror. Raises `StoreError` for that of a later version."""
    try:
        return MirrorReceipt(_files(content_of(_file(mirror)), _file(mirror)))
    except FileNotFoundError:
        return None
    except NewerFormat as error:
        raise StoreError(f"Cannot change the mirror {mirror}: {error} {UPGRADE}") from None
    except StoreError as error:
        return MirrorReceipt({}, str(error))


def _files(content: Any, where: str) -> dict[str, Held]:
    fields = Fields(content, where)
    fields.require_format(_FORMAT)
    fields.require_only("format", "files")
    held = list(map(Held.from_fields, fields.items("files")))
    files = {one.place: one for one in held}
    if len(files) != len(held):
        raise StoreError(f"{where} is damaged: it names a file twice.")
    return files


def write(mirror: str, files: Mapping[str, Held]) -> None:
    """Replace the mirror's receipt in one step."""
    content = {"format": _FORMAT, "files": [files[place].as_dict() for place in sorted(files)]}
    file = _file(mirror)
    replace_file(file, rendered(content, indent=1), fresh=f"{file}.new")


def is_as_recorded(held: Held, status: os.stat_result) -> bool:
    """Whether a file has the recorded size and time."""
    return (held.size_bytes, held.mtime_ns) == (status.st_size, status.st_mtime_ns)


def releases_of(places: Iterable[str]) -> set[str]:
    """The releases of files."""
    return {place.partition("/")[0] for place in places}


def remove_state(mirror: str) -> None:
    """Remove the mirror's own directory, the receipt last, so that a killed removal is continued."""
    directory, receipt = os.path.join(mirror, STATE_DIRECTORY), _file(mirror)
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        if path != receipt:
            os.unlink(path)
    with contextlib.suppress(FileNotFoundError):  # a run was killed before it wrote it, or just after this line
        os.unlink(receipt)
    os.rmdir(directory)


def _file(mirror: str) -> str:
    return os.path.join(mirror, STATE_DIRECTORY, _RECEIPT)
