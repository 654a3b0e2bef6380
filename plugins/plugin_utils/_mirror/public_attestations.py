# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundles that GitHub has for public archives, which a mirror stores beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

from .._provenance.attestations import NoAttestation, Places
from .._provenance.verify import Policy

_FIRST_ATTESTED = "20250205"  # docs/development/builds.md 7: no earlier release has one for every file


def public_bundles(assets: Iterable[Asset], options: UrlOptions, warn: Callable[[str], None]) -> dict[str, str]:
    """The content of bundle files by the digest of their archives, for those of the assets that have one.

    A mirror works without bundles, so a missing one is a warning. When GitHub is unreachable, the remaining bundles are
    left to the next run.
    """
    found: dict[str, str] = {}
    places = Places(Policy.repository, options=options)
    for asset in assets:
        if asset.build.release < _FIRST_ATTESTED or not public_file(asset.url):
            continue
        try:
            found[asset.sha256] = "".join(_line(bundle.content) for bundle in places.bundles_of(asset))
        except NoAttestation as error:
            warn(str(error))
        except (ValueError, RecursionError):
            warn(f"The attestation that GitHub has of {asset.file_name} is not JSON, so the mirror goes without it.")
        except StandaloneError as error:
            warn(f"{error} The mirror goes without further bundles until its next run.")
            break
    return found


def _line(content: str) -> str:
    return json.dumps(json.loads(content), separators=(",", ":")) + "\n"
