# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the controller gets the asset of a build from, and how it makes sure who built it.

A task can name its asset by `asset`, by its archive, or by a lock: no index is read for it.
"""

from __future__ import annotations

import os

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import FLAVORS, Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform

from .. import _console
from .._lock.lock import Lock
from .._provenance.attestations import BundleSources
from .._provenance.verified import require_provenance
from .._resolve.resolve import resolve, resolve_installed
from .decision import Decision
from .options import BuildOptions


def resolved(decision: Decision, options: BuildOptions) -> Decision:
    """The decision with the asset that the index offers.

    When the index offers none, an installed build that satisfies the spec stays, with a warning. Raises what `resolve`
    raises.
    """
    try:
        asset = _offered(decision.spec, options)
    except NoMatch as error:
        kept = decision.with_spec(decision.spec._replace(state="present"))
        receipt = decision.state.receipt
        if receipt is None or kept.plan.needs_asset or options.sha256:
            raise
        _console.warn(f"{error} {receipt.asset.build.name} stays at {decision.spec.path}.")
        return kept
    return decision.with_spec(decision.spec._replace(asset=asset))  # the store or the path may have it already


def nothing_named(spec: InstallSpec) -> InvalidName:
    """The error for a task whose name is empty."""
    return InvalidName(
        f"Cannot install a build at {spec.path}: its name is empty. Give a name, such as 3.13, or an asset."
    )


def _offered(spec: InstallSpec, options: BuildOptions) -> Asset:
    if spec.request is None:
        raise nothing_named(spec)
    return resolve(
        spec.request,
        platform=spec.platform,
        index=options.index(spec),
        min_age_s=options.min_age_s,
        exclude=options.exclude,
        sha256=options.sha256,
        warn=_console.warn,
    )


def trusted(described: Asset, spec: InstallSpec, options: BuildOptions) -> Asset:
    """The asset of task, lock or index for a build that the host describes; the host's own data fetches nothing.

    Raises what `resolve_installed` raises, and what `require_verified` raises for an asset of the index.
    """
    if spec.asset and spec.asset.is_same_as(described):
        return spec.asset
    asset = resolve_installed(described, spec.path, index=options.index(spec), warn=_console.warn)
    require_verified(asset, spec, options)
    return asset


def require_verified(asset: Asset, spec: InstallSpec, options: BuildOptions) -> None:
    """Check the provenance of a build if the task asks for that. Raises what `require_provenance` raises."""
    if not options.is_verified:
        return
    policy = options.policy
    sources = BundleSources(
        repository=policy.repository,
        archive=options.controller.files.find(options.archive, "archive") if options.archive else None,
        mirrors=options.mirrors,
        options=spec.url,
    )
    require_provenance(asset, policy, sources, os.environ, _console.warn)


def asset_of_archive(request: BuildRequest, sha256: str, platform: HostPlatform | None) -> Asset:
    """The asset of the task's own archive, without a URL. `sha256` is in lower case.

    `platform` may be None when the request names the target. Raises `InvalidName` when the name lacks version or
    release.
    """
    name = request.name
    if name.version is None or name.release is None:
        raise InvalidName(
            f"name is {name.text!r}, which does not say what the archive is. With `archive`, write version and "
            "release, such as 3.13.5+20250723, or the full name of an asset that has both."
        )
    stem = name.file_name if name.is_full_name and name.file_name else _described(request, platform)
    asset_name = AssetName.from_stem(stem.partition(".tar.")[0])
    return Asset.from_build(Build.from_asset_name(asset_name), url="", sha256=sha256)


def _described(request: BuildRequest, platform: HostPlatform | None) -> str:
    """The name under which such a build is published, without `.tar.*`."""
    name = request.name
    target = request.target or name.target or (platform.targets(request.cpu_level)[0] if platform else "")
    flavor = request.flavor or name.flavor or ("full" if name.debug else FLAVORS[0])
    named = ["freethreaded"] * name.free_threaded + ["debug"] * name.debug
    given = (request.build_options or name.build_options or "").split("+")
    options = "+".join(dict.fromkeys(filter(None, named + given)))
    stem = f"cpython-{name.version}+{name.release}-{target}"
    return "-".join(part for part in (stem, options, flavor) if part)


def pinned(spec: InstallSpec, *, lock: Lock | None, checksum: str | None, platform: HostPlatform | None) -> InstallSpec:
    """The spec narrowed to the pinned asset; the spec unchanged when the task leaves the choice to an index.

    `platform` is None when only the task can name it, as for an image without a shell. Raises `UnsupportedHost` for a
    build that the platform cannot run, and what the lock raises for a name or a target that it does not have.
    """
    asset = _asset(spec, lock, checksum, platform)
    if asset is None:
        return spec
    objection = platform.objection_to(asset.build) if platform else None
    if objection:
        raise UnsupportedHost(objection)
    return spec._replace(asset=asset, request=None)


def _asset(spec: InstallSpec, lock: Lock | None, checksum: str | None, platform: HostPlatform | None) -> Asset | None:
    if spec.request is None:
        return spec.asset
    if lock:
        named = spec.request.named_target
        native = platform.targets(spec.request.cpu_level) if platform else ()
        return lock.asset(spec.request, (named,) if named else native)
    if spec.archive and checksum:
        return asset_of_archive(spec.request, checksum, platform)
    return spec.asset
