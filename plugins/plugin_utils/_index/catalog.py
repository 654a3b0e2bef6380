# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An index as an SQLite database: written once, then queried by every host's worker.

A database never changes once it has its final name; a newer index is a new file. So readers open it as immutable, take
no lock, and never see a partial one.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import OPTIONS_PATTERN
from ansible_collections.standalone.python.plugins.module_utils._builds.target import LEGACY_PATTERN, TRIPLE_PATTERN
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import github_url
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

from .._http.fetch import Validators
from .entry import IndexEntry

_TABLES = """
CREATE TABLE origin (etag TEXT, last_modified TEXT, signature TEXT, key TEXT);
CREATE TABLE asset (
    target TEXT, free_threaded INTEGER, debug INTEGER,
    major INTEGER, minor INTEGER, micro INTEGER, pre TEXT, pre_number INTEGER,
    release INTEGER, flavor TEXT, build_options TEXT,
    file_name TEXT, own_url TEXT, sha256 BLOB, prepared BLOB
);
"""
_INDEXES = """
CREATE INDEX by_variant ON asset (target, free_threaded, debug, major, minor, micro, pre, pre_number);
CREATE INDEX by_release ON asset (release);
"""
# Stored as the file's user_version. It changes with the tables and with the rules for names: a database of another
# version is created again, although its document has not changed.
_FORMAT = zlib.crc32(f"{_TABLES}{_INDEXES}{TRIPLE_PATTERN}{LEGACY_PATTERN}{OPTIONS_PATTERN}".encode()) & 0x7FFFFFFF

_PRE_RELEASES = ("", "a", "b", "rc")
_LISTED = (
    "major, minor, micro, pre, pre_number, release, target, flavor, build_options, file_name, own_url, sha256, prepared"
)


class Origin(NamedTuple):
    """The document that the index was made from. `signature` is that of a local file, None for a fetched one.

    `key` identifies its address in the cache, without the secrets that an address can hold.
    """

    validators: Validators = Validators()
    signature: str | None = None
    key: str = ""


class Variant(NamedTuple):
    """The two properties of a build that a name always decides, with or without a mark for them."""

    free_threaded: bool
    debug: bool

    def __str__(self) -> str:
        """The variant in words, such as `free-threaded debug builds`; "" for the usual one."""
        words = [word for word, has in (("free-threaded", self.free_threaded), ("debug", self.debug)) if has]
        return " ".join([*words, "builds"]) if words else ""


class Catalog:
    """An open index. Close it after use: `with closing(catalog)`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = self._rows("SELECT etag, last_modified, signature, key FROM origin")
        # Without one, its pages did not reach the disk before a power failure.
        if len(rows) != 1 or not all(isinstance(mark, (str, type(None))) for mark in rows[0]):
            raise sqlite3.DatabaseError("no origin")
        etag, last_modified, signature, key = rows[0]
        self.origin = Origin(Validators(etag, last_modified), signature, key)

    @classmethod
    def open(cls, path: str) -> Catalog:
        """Open a database. Raises `sqlite3.Error` when the file is missing, damaged or of another format."""
        connection = sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)
        try:
            _require_format(connection)
            return cls(connection)
        except sqlite3.Error:
            connection.close()
            raise

    @classmethod
    def create(cls, path: str, listed: Iterable[IndexEntry], origin: Origin) -> Catalog:
        """Create a database at `path`, a file that does not exist yet, or `:memory:`. Raises `sqlite3.Error`."""
        connection = sqlite3.connect(path)
        try:
            _fill(connection, listed, origin)
            return cls(connection)
        except sqlite3.Error:
            connection.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def targets(self) -> tuple[str, ...]:
        """Every target that the index has assets for, sorted."""
        return tuple(_text(target) for (target,) in self._rows("SELECT DISTINCT target FROM asset ORDER BY target"))

    def newest_release(self, not_after: str = "99999999") -> str | None:
        """The newest release up to the tag `not_after`; None when there is none."""
        ((release,),) = self._rows("SELECT max(release) FROM asset WHERE release <= ?", int(not_after))
        return None if release is None else _release_text(release)

    def has_release(self, release: str) -> bool:
        """Whether the index has an asset of the release, a tag."""
        return bool(self._rows("SELECT 1 FROM asset WHERE release = ? LIMIT 1", int(release)))

    def versions(self, targets: Sequence[str], variant: Variant) -> tuple[Version, ...]:
        """The versions that exist for any of these targets, newest first."""
        found = {
            _version(*row)
            for target in targets
            for row in self._rows(
                "SELECT DISTINCT major, minor, micro, pre, pre_number FROM asset"
                " WHERE target = ? AND free_threaded = ? AND debug = ?",
                target,
                variant.free_threaded,
                variant.debug,
            )
        }
        return tuple(sorted(found, reverse=True))

    def assets(self, version: Version, target: str, variant: Variant) -> tuple[IndexEntry, ...]:
        """Every asset of one version for one target, unordered."""
        rows = self._rows(
            f"SELECT {_LISTED} FROM asset WHERE target = ? AND free_threaded = ? AND debug = ?"  # noqa: S608  (ours)
            " AND major = ? AND minor = ? AND micro = ? AND pre = ? AND pre_number = ?",
            target,
            variant.free_threaded,
            variant.debug,
            *_version_columns(version),
        )
        return tuple(_from_row(*row) for row in rows)

    def _rows(self, query: str, *values: object) -> list[Any]:
        """The rows of a query. Raises `sqlite3.DatabaseError`, also for invalid text."""
        try:
            return self._connection.execute(query, values).fetchall()
        except (ValueError, OverflowError) as error:
            raise sqlite3.DatabaseError(str(error)) from None


def _fill(connection: sqlite3.Connection, listed: Iterable[IndexEntry], origin: Origin) -> None:
    # A crash can only damage a file that does not have its final name yet, so neither journal nor sync is needed.
    connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
    marks = origin.validators
    about = (marks.etag, marks.last_modified, origin.signature, origin.key)
    connection.execute("INSERT INTO origin VALUES (?, ?, ?, ?)", about)
    connection.executemany(
        f"INSERT INTO asset ({_LISTED}, free_threaded, debug) VALUES ({', '.join('?' * 15)})",  # noqa: S608  (ours)
        map(_as_row, listed),
    )
    connection.executescript(f"{_INDEXES} PRAGMA user_version = {_FORMAT};")
    connection.commit()


def _require_format(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found != _FORMAT:
        raise sqlite3.DatabaseError(f"format {found} instead of {_FORMAT}")


def _as_row(listed: IndexEntry) -> tuple[object, ...]:
    build = listed.build
    return (
        *_version_columns(build.version),
        int(build.release),
        build.target,
        build.flavor,
        build.build_options,
        listed.file_name,
        listed.own_url,
        listed.sha256,
        listed.prepared,
        build.is_free_threaded,
        build.is_debug,
    )


def _from_row(*row: Any) -> IndexEntry:
    """The entry of a row. Raises `sqlite3.DatabaseError` for a row that contradicts its file name."""
    release, _target, _flavor, _build_options, file_name, own_url, sha256, prepared = row[5:]
    try:
        listed = IndexEntry.from_url(own_url or github_url(_release_text(release), file_name), sha256, prepared)
        agrees = _as_row(listed)[: len(row)] == row and len(sha256 or bytes(32)) == 32
        agrees = agrees and len(prepared or bytes(64)) == 64
    except (InvalidName, TypeError, ValueError, AttributeError):
        agrees = False
    if not agrees:
        raise sqlite3.DatabaseError("a row contradicts its file name")
    return listed


def _version_columns(version: Version) -> tuple[int, int, int, str, int]:
    """The columns of a version. A final version ends with '' and 0, so that SQL compares without NULL."""
    return (version.major, version.minor, version.micro, *(version.pre or ("", 0)))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise sqlite3.DatabaseError("a text is none")
    return value


def _version(major: int, minor: int, micro: int, pre: str, pre_number: int) -> Version:
    """The version of the columns. Raises `sqlite3.DatabaseError` for an impossible one."""
    if not all(isinstance(number, int) for number in (major, minor, micro, pre_number)) or pre not in _PRE_RELEASES:
        raise sqlite3.DatabaseError("a version is none")
    return Version(major, minor, micro, (pre, pre_number) if pre else None)


def _release_text(release: Any) -> str:
    if not isinstance(release, int):
        raise sqlite3.DatabaseError("a release is none")
    return f"{release:08d}"
