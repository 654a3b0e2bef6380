# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the controller gets the asset of a build from, and how it makes sure who built it."""

from __future__ import annotations

import os

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec

from .. import _console
from .._provenance.attestations import Places
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
        kept = decision.with_spec(decision.spec.content())
        receipt = decision.state.receipt
        if receipt is None or kept.plan.needs_asset or options.sha256:
            raise
        _console.warn(f"{error} {receipt.asset.build.name} stays at {decision.spec.path}.")
        return kept
    return decision.with_spec(decision.spec.resolved(asset))  # the store or the path may have it already


def _offered(spec: InstallSpec, options: BuildOptions) -> Asset:
    if spec.request is None:
        raise InvalidName("Neither a name nor an asset says what is wanted.")
    return resolve(
        spec.request,
        platform=spec.platform,
        index=options.index(spec),
        min_age_s=options.min_age_s,
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
    places = Places(
        repository=policy.repository,
        archive=options.controller.find_file(options.archive) if options.archive else None,
        mirrors=options.mirrors,
        options=spec.url,
    )
    require_provenance(asset, policy, places, os.environ, _console.warn)
