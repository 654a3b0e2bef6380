# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which index answers: the first address that can be read, else a copy of it, else the catalogue that comes with us."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable

from .._http.errors import FetchError
from .address import Address, default_addresses
from .freshness import IndexTooOld, require_fresh
from .reader import IndexOptions, IndexReader, OpenIndex


def open_index(options: IndexOptions, warn: Callable[[str], None]) -> OpenIndex:
    """Raises `IndexUnavailable` when no address can be read and no substitute is right.

    The last copy stands in for whatever was fetched before. The bundled catalogue stands in for the default index, and
    for one that the user names while its server cannot be reached. A wrong address, or a document that is no index, is
    the user's to mend, and no reason to look elsewhere. A warning names each substitute. An index whose newest
    release is older than the options allow is no answer, and nothing stands in for it but the next address.
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
    said = " ".join(map(str, failures))
    if any(isinstance(failure, IndexTooOld) for failure in failures):
        raise IndexTooOld(said)
    copy = _youngest_copy(reader, addresses)
    if copy is not None:
        address, found = copy
        warn(f"{said} The copy of {found.name} from {_ago(found.entry.age_s())} is used.")
        return _fresh(found, address, options, warn)
    if options.index and not all(_is_unreachable(failure) for failure in failures):
        raise failures[0] if len(failures) == 1 else IndexUnavailable(said)
    address = Address.parse("bundled")
    bundled = reader.current(address)
    warn(
        f"{said} The catalogue that comes with the collection is used; its newest release is "
        f"{bundled.catalog.newest_release()}."
    )
    return _fresh(bundled, address, options, warn)


def _fresh(found: OpenIndex, address: Address, options: IndexOptions, warn: Callable[[str], None]) -> OpenIndex:
    """The same index, open. Raises `IndexTooOld`, and closes it then."""
    try:
        require_fresh(found, address, options.max_release_age_s, warn)
    except IndexTooOld:
        found.catalog.close()
        raise
    except sqlite3.DatabaseError:  # damaged; the next process makes it again
        found.catalog.close()
        found.entry.discard()
        raise
    return found


def _is_unreachable(failure: IndexUnavailable) -> bool:
    return isinstance(failure, FetchError) and failure.is_unreachable


def _youngest_copy(reader: IndexReader, addresses: Sequence[Address]) -> tuple[Address, OpenIndex] | None:
    copies = [(address, copy) for address in addresses if (copy := reader.last_copy(address))]
    return min(copies, key=lambda one: one[1].entry.age_s(), default=None)


def _ago(age_s: float) -> str:
    """In one unit, so that the workers of one run say the same."""
    for unit, length_s in (("day", 24 * 60 * 60), ("hour", 60 * 60), ("minute", 60)):
        count = int(age_s // length_s)
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "a moment ago"
