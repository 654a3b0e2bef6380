# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The asset that a task names itself: by `asset`, by its archive, or by a lock. No index is read then."""

from __future__ import annotations

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import (AssetName)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import (FLAVORS, Asset, Build)
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._platform.host import (HostPlatform)
from ansible_collections.standalone.python.plugins.module_utils._builds.request import (Wanted)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import (Asset)
from ansible_collections.standalone.python.plugins.module_utils._errors import UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._install.spec import (Order)
from .._lock.lock import (Lock)


def asset_of_archive(wanted: Wanted, sha256: str, platform: HostPlatform | None) -> Asset:
    """The asset, without a URL. Raises `InvalidName` when the name does not say version and release.

    `platform` may be None where the target is named.
    """
    request = wanted.request
    if request.version is None or request.release is None:
        raise InvalidName(
            f"name is {request.text!r}, which does not tell what the archive is. With `archive`, write version and "
            "release, such as 3.13.5+20250723, or the full name of an asset that has both."
        )
    stem = request.file_name if request.is_full_name and request.file_name else _described(wanted, platform)
    asset_name = AssetName.from_stem(stem.partition(".tar.")[0])
    return Asset.from_build(Build.from_asset_name(asset_name), url="", sha256=sha256)


def _described(wanted: Wanted, platform: HostPlatform | None) -> str:
    """The name, without `.tar.*`, that such a build is published under."""
    request = wanted.request
    target = wanted.target or request.target or (platform.targets(wanted.cpu_level)[0] if platform else "")
    flavor = wanted.flavor or request.flavor or ("full" if request.debug else FLAVORS[0])
    named = ["freethreaded"] * request.free_threaded + ["debug"] * request.debug
    given = (wanted.build_options or request.build_options or "").split("+")
    options = "+".join(dict.fromkeys(filter(None, named + given)))
    stem = f"cpython-{request.version}+{request.release}-{target}"
    return "-".join(part for part in (stem, options, flavor) if part)


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
