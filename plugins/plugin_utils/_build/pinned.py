# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says itself about the asset: by naming it, by its archive, or by a lock. No index is asked then."""

from __future__ import annotations

from ansible_collections.standalone.python.plugins.module_utils._builds.build import (Asset)
from ansible_collections.standalone.python.plugins.module_utils._errors import UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._install.spec import (Order)
from ansible_collections.standalone.python.plugins.module_utils._platform.host import (HostPlatform)

from .archive_asset import (asset_of_archive)
from .._lock.lock import (Lock)


def pinned(order: Order, *, lock: Lock | None, checksum: str | None, platform: HostPlatform | None) -> Order:
    """The order for that asset and no other; the order as it is where the task leaves the choice to an index.

    `platform` is None where only the task can tell it, as for an image without a shell. Raises `UnsupportedHost` for a
    build that the platform cannot run, and what the lock raises for a name or a target that it does not have.
    """
    asset = _asset(order, lock, checksum, platform)
    if asset is None:
        return order
    objection = platform.objection_to(asset.build) if platform else None
    if objection:
        raise UnsupportedHost(objection)
    return order.pinned_to(asset)


def _asset(order: Order, lock: Lock | None, checksum: str | None, platform: HostPlatform | None) -> Asset | None:
    if order.wanted is None:
        return order.asset
    if lock:
        named = order.wanted.named_target
        native = platform.targets(order.wanted.cpu_level) if platform else ()
        return lock.asset(order.wanted, (named,) if named else native)
    if order.archive and checksum:
        return asset_of_archive(order.wanted, checksum, platform)
    return order.asset
