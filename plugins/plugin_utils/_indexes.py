# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which index answers: the first address that can be read, else a copy of it, else the catalogue that comes with us."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable

from ._addresses import Address, default_addresses
from ._fetch_errors import FetchError
from ._index_reader import IndexOptions, IndexReader, OpenIndex


def open_index(options: IndexOptions, warn: Callable[[str], None]) -> OpenIndex:
    """Raises `IndexUnavailable` when no address can be read and no substitute is right.

    The last copy stands in for whatever was fetched before. The bundled catalogue stands in for the default index, and
    for one that the user names while its server cannot be reached. A wrong address, or a document that is no index, is
    the user's to mend, and no reason to look elsewhere. Each substitute is told by a warning.
    """
    texts = options.index or default_addresses(options.environ)
    addresses = [Address.parse(text) for text in texts]
    reader = IndexReader(options, warn)
    failures: list[IndexUnavailable] = []
    for address in addresses:
        try:
            return reader.current(address)
        except IndexUnavailable as error:
            failures.append(error)
    said = " ".join(map(str, failures))
    copy = _youngest_copy(reader, addresses)
    if copy is not None:
        warn(f"{said} The copy of {copy.name} from {_ago(copy.entry.age_s())} is used.")
        return copy
    if options.index and not all(_is_unreachable(failure) for failure in failures):
        raise failures[0] if len(failures) == 1 else IndexUnavailable(said)
    bundled = reader.current(Address.parse("bundled"))
    warn(
        f"{said} The catalogue that comes with the collection is used; its newest release is "
        f"{bundled.catalog.newest_release()}."
    )
    return bundled


def _is_unreachable(failure: IndexUnavailable) -> bool:
    return isinstance(failure, FetchError) and failure.is_unreachable


def _youngest_copy(reader: IndexReader, addresses: Sequence[Address]) -> OpenIndex | None:
    copies = [copy for address in addresses if (copy := reader.last_copy(address))]
    return min(copies, key=lambda copy: copy.entry.age_s(), default=None)


def _ago(age_s: float) -> str:
    """In one unit, so that the workers of one run say the same."""
    for unit, length_s in (("day", 24 * 60 * 60), ("hour", 60 * 60), ("minute", 60)):
        count = int(age_s // length_s)
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "a moment ago"
