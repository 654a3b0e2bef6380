# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attestations that were checked already, kept in the user's cache: one worker asks and checks, the others wait.

That spares each host's worker the check, and GitHub requests, of which it answers few an hour. An attestation stays
true, so only good verdicts are kept; what they depend on is in their name: the digest, the policy, the trusted root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset

from .._index.cache import cache_directory, held
from .attestations import Places
from .verify import Policy, require_attested, require_library


def require_provenance(
    asset: Asset, policy: Policy, places: Places, environ: Mapping[str, str], warn: Callable[[str], None]
) -> None:
    """Raises `ProvenanceError`, `NoBundle` or `FetchError` unless the archive was built as the policy says."""
    key = hashlib.sha256(f"{asset.sha256} {policy.fingerprint()}".encode()).hexdigest()
    verdict = f"{key} {asset.file_name}\n".encode()
    directory = cache_directory(environ, "attested", warn=warn)
    # The file of a verdict is empty while there is none.
    with held(directory and os.path.join(directory, key), places.options.lock_timeout) as descriptor:
        if descriptor is not None and os.pread(descriptor, len(verdict) + 1, 0) == verdict:
            return
        require_library()
        require_attested(asset, places.bundles_of(asset), policy, warn)
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, verdict, 0)
