# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache of verified attestations for the user: one worker fetches and verifies, the others wait.

This saves each host's worker the verification, and requests to GitHub, which answers few an hour. An attestation stays
valid, so only good verdicts are cached. Their name has what they depend on: the digest, the policy, the trusted root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset

from .._index.cache import cache_directory, held
from .attestations import BundleSources
from .verify import Policy, require_attested, require_library


def require_provenance(
    asset: Asset, policy: Policy, sources: BundleSources, environ: Mapping[str, str], warn: Callable[[str], None]
) -> None:
    """Raise `ProvenanceError`, `NoBundle` or `FetchError` unless the archive was built as the policy requires."""
    key = hashlib.sha256(f"{asset.sha256} {policy.fingerprint()}".encode()).hexdigest()
    verdict = f"{key} {asset.file_name}\n".encode()
    directory = cache_directory(environ, "attested", warn=warn)
    # The file of a verdict is empty until there is one.
    with held(directory and os.path.join(directory, key), sources.options.lock_timeout) as descriptor:
        if descriptor is not None and os.pread(descriptor, len(verdict) + 1, 0) == verdict:
            return
        require_library()
        require_attested(asset, sources.bundles_of(asset), policy, warn)
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, verdict, 0)
