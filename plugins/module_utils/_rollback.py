# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back: which paths of a store leave the build that they have, and for which earlier one. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection

from . import _links
from ._builds import Build
from ._errors import InvalidName, StoreError
from ._holdings import Holdings, holdings
from ._known import require_known
from ._order import KEPT, Order
from ._platform_here import platform_here
from ._platforms import HostPlatform
from ._receipts import Receipt, Settings
from ._roots import Root
from ._store import Store
from ._system import RUNNING, System
from ._url_options import UrlOptions
from ._way_back import require_unchanged

# What a build can be named by to leave it: nothing vague, so that doing it twice is the same as doing it once.
_EXACT = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?(?:\+\d{8})?|\d{8}|cpython-.+")

ANY = "any"  # in so many words, since it leaves whatever is there

_NO_NETWORK = UrlOptions()


def require_exact(leave: str | None) -> None:
    """Raises `InvalidName` for a `leave` that more than one build may answer to. `ANY` and None are any build."""
    if leave not in (None, ANY) and not _EXACT.fullmatch(leave):
        raise InvalidName(
            f"{leave!r} does not say which build to leave. Write its whole version, 3.13.6, its release, 20250807, "
            "both, 3.13.6+20250807, or its full name."
        )


def orders(
    store_directory: str,
    *,
    leave: str | None = None,
    paths: Collection[str] = (),
    system: System = RUNNING,
    url: UrlOptions = _NO_NETWORK,
) -> list[Order]:
    """For each path that goes back, the order for its newest earlier build that the store still has.

    A build on trial is left for the one before the trial.

    `leave` names the build to leave by its version, its release, both joined by `+`, or its full name. None is any
    build. Without `paths`, all of the store count. Of `url` only the wait for a lock counts.

    Raises `StoreError` where a path has no build to go back to that this host can run, or where that one changed, and
    where damage hides which it is.
    """
    system.require()
    store = Store(store_directory, system)
    here = None if system.is_image else platform_here()
    known = holdings(store)

    def is_left(receipt: Receipt) -> bool:
        return leave in (None, ANY, *_names(receipt.asset.build))

    require_known(store, known, paths, "go back", but=lambda receipt: not is_left(receipt))
    found = []
    for root in known.roots:
        receipt = known.stored.get(_links.entry_behind(root.path, store) or "")
        if receipt and (not paths or root.path in paths) and is_left(receipt):
            found.append(_order(store, root, _earlier(store, root, receipt, known, here), url, here))
    return found


def _names(build: Build) -> tuple[str, ...]:
    return build.name, str(build.version), build.release, f"{build.version}+{build.release}"


def _earlier(store: Store, root: Root, now: Receipt, known: Holdings, here: HostPlatform | None) -> Receipt:
    objections: list[str] = []
    accepted = root.goes_back_to(_links.entry_behind(root.path, store))
    for entry in (*([accepted] if accepted else []), *(use.entry for use in root.uses)):
        _require_readable(root.path, entry, known)
        receipt = known.stored.get(entry)
        if receipt is None or receipt.asset.sha256 == now.asset.sha256:
            continue
        objection = here.why_not(receipt.asset.build) if here else None
        if objection is None:
            require_unchanged(store, root.path, entry, known.stored)
            return receipt
        objections.append(objection)
    raise StoreError(
        f"{root.path} has {now.asset.build.name}, and no earlier build of this path is in the store to go back to. "
        f"{' '.join([*objections, 'Install'])} the one that is wanted by its exact name."
    )


def _require_readable(path: str, entry: str, known: Holdings) -> None:
    """Raises `StoreError` for a build that would be passed over because nobody can read its receipt."""
    damage = next((damage for damage in known.damage if damage.entry == entry), None)
    if damage:
        raise StoreError(
            f"Cannot go back at {path}: {damage.found} {damage.remedy} Or install the build that is wanted by its "
            "exact name."
        )


def _order(store: Store, root: Root, earlier: Receipt, url: UrlOptions, here: HostPlatform | None) -> Order:
    return Order(
        state="present",
        path=root.path,
        store=store.path,
        settings=Settings(root.path, earlier.settings.externally_managed),
        url=url,
        asset=earlier.asset,
        delivery=KEPT,
        keep=root.keep,
        allow_minor_change=True,
        platform=here,
        system=store.system,
    )
