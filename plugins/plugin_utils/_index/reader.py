# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index that a run uses: from the cache while that is current, else read by one worker for all.

The first address that can be read counts, then a cached copy, then the bundled catalogue.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable, StoreError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._os.errors import advice

from .._documents import read_document
from .._http.errors import FetchError
from .._http.fetch import Validators, fetch
from .address import Address, default_addresses
from .cache import CacheEntry, OpenIndex, cache_directory
from .catalog import Catalog, Origin
from .formats import Reading, read_bundled, read_index
from .freshness import IndexTooOld, ago, require_fresh

_OTHERS = "Correct `index`, or set it to another address, to a file on the controller, or to bundled."
_UNKNOWN_SHOWN = 3


@dataclass(frozen=True)
class IndexOptions:
    """Where to look for an index, and how.

    `index` is None when the user names none. A fetched index counts as current for `max_age_s` seconds. An index whose
    newest release is older than `max_release_age_s` seconds is refused; 0 refuses none. With `only_current`, an index
    that cannot be read has no substitute. `environ` is the controller's environment, with uv's variables and our own.
    """

    index: tuple[str, ...] | None = None
    url_options: UrlOptions = field(default_factory=UrlOptions)
    max_age_s: float = 60 * 60
    max_release_age_s: int = 0
    only_current: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


class IndexReader:
    """Open one address after the other, with the same options. `warn` gets a message."""

    def __init__(self, options: IndexOptions, warn: Callable[[str], None]) -> None:
        self._options = options
        self._warn = warn
        self._directory = cache_directory(options.environ, warn=warn)

    def current(self, address: Address) -> OpenIndex:
        """The current index. Raises `IndexUnavailable`; a `FetchError` also shows whether the server was reached."""
        found = self._kept_and_current(address)
        if found is not None:
            return found
        entry = self._entry(address)
        with ExitStack() as stack:
            self._lock(entry, address, stack)
            found = self._kept_and_current(address)  # another worker may have been faster
            if found is not None:
                return found
            failure = entry.recent_failure()
            if failure is not None:
                raise failure
            try:
                return OpenIndex(str(address), self._renewed(address, entry), entry)
            except FetchError as error:
                if error.is_unreachable:  # only such a failure costs the next worker a wait
                    entry.note_failure(error)
                raise

    def _lock(self, entry: CacheEntry, address: Address, stack: ExitStack) -> None:
        """Hold the entry's lock; another worker that holds it too long counts as a server that does not answer."""
        try:
            stack.enter_context(entry.locked(self._options.url_options.lock_timeout))
        except StoreError as error:
            raise FetchError(f"The index {address} could not be read. {error}", "later") from None

    def last_copy(self, address: Address) -> OpenIndex | None:
        """The last fetched copy, however old; None when there is none, and for files, which need no copy."""
        entry = self._entry(address)
        catalog = entry.open() if address.kind == "http" else None
        return None if catalog is None else OpenIndex(str(address), catalog, entry)

    def _entry(self, address: Address) -> CacheEntry:
        return CacheEntry(self._directory, address)

    def _kept_and_current(self, address: Address) -> OpenIndex | None:
        entry = self._entry(address)
        catalog = entry.open()
        if catalog is None:
            return None
        if address.kind == "http":
            is_current = 0 <= entry.age_s() < self._options.max_age_s
        else:
            is_current = catalog.origin.signature == _signature(address.location)
        if is_current:
            return OpenIndex(str(address), catalog, entry)
        catalog.close()
        return None

    def _renewed(self, address: Address, entry: CacheEntry) -> Catalog:
        where = f"The index {address}"
        if address.kind != "http":
            signature = _signature(address.location)
            content = _file_content(address.location, where)
            reading = read_bundled(content) if address.kind == "bundled" else self._read(content, address, where)
            return self._kept(reading, Origin(signature=signature), entry)
        kept = entry.open()
        validators = kept.origin.validators if kept else Validators()
        document = fetch(address.location, options=self._options.url_options, validators=validators)
        if document is not None:
            if kept is not None:
                kept.close()
            return self._kept(self._read(document.body, address, where), Origin(document.validators), entry)
        if kept is None:
            raise IndexUnavailable(
                f"{where} could not be read: the server answers 304 without having been asked to. {_OTHERS}"
            )
        entry.confirm()
        return kept

    def _read(self, content: bytes, address: Address, where: str) -> Reading:
        try:
            reading = read_index(content, where=where, directory=address.directory)
        except IndexUnavailable as error:
            raise IndexUnavailable(f"{error} {_OTHERS}") from error
        local = next((one for one in reading.listed if one.own_url and one.own_url.startswith("file:")), None)
        if local and address.kind == "http":  # a server must not choose which local files are read
            raise IndexUnavailable(
                f"{where} names a file of this machine, {shown_url(local.url)}, which an index from a server must not. "
                "Use another index, or a copy of this one in a file."
            )
        if reading.unknown:
            count, first = len(reading.unknown), ", ".join(reading.unknown[:_UNKNOWN_SHOWN])
            self._warn(f"{where} lists {count} files that are no builds known here; they are left out. First: {first}.")
        return reading

    def _kept(self, reading: Reading, origin: Origin, entry: CacheEntry) -> Catalog:
        try:
            if self._directory:
                return entry.replace(reading.listed, origin)
        except (OSError, sqlite3.Error) as error:
            cause = advice(error, str(self._directory)) if isinstance(error, OSError) else f"{error}."
            self._warn(
                f"Cannot keep the index in {self._directory}: {cause} Until then every host's worker reads it again. "
                "Another directory is set by ANSIBLE_STANDALONE_PYTHON_CACHE."
            )
        return Catalog.create(":memory:", reading.listed, origin)


def _signature(path: str) -> str:
    """A text that changes whenever the file does; "" when there is no file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # the latter for an impossible path
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _file_content(path: str, where: str) -> bytes:
    try:
        return read_document(path)
    except OSError as error:
        raise IndexUnavailable(f"{where} could not be read: {error.strerror}. {_OTHERS}") from error


def open_index(options: IndexOptions, warn: Callable[[str], None]) -> OpenIndex:
    """Open the first index that can be read, or a substitute.

    The last copy replaces an index that was fetched before. The bundled catalogue replaces the default index, and one
    that the user names while its server cannot be reached. A wrong address, or a document that is not an index, is for
    the user to fix and gets no substitute, nor does any index with `only_current`. A warning names each substitute. An
    index whose newest release is older than the options allow is replaced by the next address only. Raises
    `IndexUnavailable` when no address can be read and no substitute applies.
    """
    texts = options.index or default_addresses(options.environ)
    addresses = [Address.parse(text) for text in texts]
    reader = IndexReader(options, warn)
    failures: list[IndexUnavailable] = []
    for address in addresses:
        try:
            return _fresh(reader.current(address), address, options, warn)
        except IndexUnavailable as error:
            failures.append(error)
    if options.only_current:
        raise _refusal(failures)
    if any(isinstance(failure, IndexTooOld) for failure in failures):
        raise IndexTooOld(_said(failures))
    copy = _youngest_copy(reader, addresses)
    if copy is not None:
        address, found = copy
        warn(f"{_said(failures)} The copy of {found.name} from {ago(found.entry.age_s())} is used.")
        return _fresh(found, address, options, warn)
    if options.index and not all(_is_unreachable(failure) for failure in failures):
        raise _refusal(failures)
    return _bundled_instead(reader, failures, options, warn)


def _refusal(failures: Sequence[IndexUnavailable]) -> IndexUnavailable:
    """The error for the user, with what helps where no failure says it."""
    is_said = not any(isinstance(failure, FetchError) for failure in failures)
    return IndexUnavailable(_said(failures) if is_said else f"{_said(failures)} {_OTHERS}")


def _said(failures: Sequence[IndexUnavailable]) -> str:
    return " ".join(map(str, failures))


def _bundled_instead(
    reader: IndexReader, failures: Sequence[IndexUnavailable], options: IndexOptions, warn: Callable[[str], None]
) -> OpenIndex:
    address = Address.parse("bundled")
    bundled = reader.current(address)
    warn(
        f"{_said(failures)} The catalogue that comes with the collection is used; its newest release is "
        f"{bundled.catalog.newest_release()}."
    )
    return _fresh(bundled, address, options, warn)


def _fresh(found: OpenIndex, address: Address, options: IndexOptions, warn: Callable[[str], None]) -> OpenIndex:
    """The same index if it is fresh enough; else closes it and raises `IndexTooOld`."""
    try:
        require_fresh(found, address, options.max_release_age_s, warn)
    except IndexTooOld:
        found.catalog.close()
        raise
    except sqlite3.DatabaseError:  # damaged; the next process creates it again
        found.catalog.close()
        found.entry.discard()
        raise
    return found


def _is_unreachable(failure: IndexUnavailable) -> bool:
    return isinstance(failure, FetchError) and failure.is_unreachable


def _youngest_copy(reader: IndexReader, addresses: Sequence[Address]) -> tuple[Address, OpenIndex] | None:
    copies = [(address, copy) for address in addresses if (copy := reader.last_copy(address))]
    return min(copies, key=lambda one: one[1].entry.age_s(), default=None)
