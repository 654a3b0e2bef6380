# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of both lookups, read once: what narrows a name, and which index is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.request import Request
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._builds.wanted import Wanted
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

from ._index.reader import IndexOptions
from ._min_age import age_seconds


def wanted_of(name: str, options: Mapping[str, Any], target: str | None) -> Wanted:
    """Raises `InvalidName` for what is no name, or no target."""
    return Wanted(
        request=Request.parse(name),
        flavor=options.get("flavor"),
        build_options=options.get("build_options"),
        target=str(Target.parse(target)) if target else None,
        prerelease=bool(options.get("prerelease")),
    )


def index_of(options: Mapping[str, Any]) -> IndexOptions:
    """Credentials are for an index of the user's own. Raises `InvalidName` for an age that is none."""
    index = tuple(options.get("index") or ())
    url_options = UrlOptions.from_params(options)
    return IndexOptions(
        index or None,
        url_options if index else url_options.without_credentials(),
        max_release_age_s=age_seconds(options.get("index_max_age"), "index_max_age"),
    )
