# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of `mirror` on one host: declared entries to pinned assets, one module run, and one for public bundles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import CREDENTIALS
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import options_for
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec

from .. import _console
from .._host import Controller, Host
from .._index.clock import Clock
from .._index.reader import IndexOptions
from .._module_result import require_mirror_answer
from .._options import age_seconds, empty_as_unset
from .._resolve.exclusion import parse_exclude
from .declared import MirrorEntry, public_bundles, resolve_declared

# What Ansible checks beside the types of the options.
CONSTRAINTS: dict[str, Any] = {"required_if": [("state", "present", ("builds", "assets"), True)]}

_CONTROLLER_ONLY = ("builds", "index", "index_max_age", "index_timeout", "min_age", "exclude")


class MirrorTask:
    """The mirror that the validated options `params` declare, made on `host`."""

    def __init__(self, params: Mapping[str, Any], controller: Controller, host: Host) -> None:
        self._controller = controller
        self._host = host
        path = str(params.get("dest") or params["path"])
        self._params = {**empty_as_unset(params), "path": host.expand_paths([path])[path]}
        self._params.pop("dest", None)

    def run(self) -> dict[str, Any]:
        """The task's result. Raises a `StandaloneError` when there is none."""
        arguments = {name: value for name, value in self._params.items() if name not in _CONTROLLER_ONLY}
        if self._params["state"] == "present":
            arguments["assets"] = self._assets()
        # before anything is sent, since it reports impossible options
        spec = MirrorSpec.from_params(self._controller.files.located_in(arguments))
        clock = Clock.read(_console.warn)
        for asset in spec.assets.values():
            clock.require_released(asset.build)
        arguments = _without_what_nobody_asks_for(arguments, spec)
        result = self._module_result(arguments, spec)
        found = self._public_bundles(result, spec)
        if not found:
            return result
        return _added(result, self._module_result({**arguments, "attestations": found}, spec))

    def _assets(self) -> list[dict[str, Any]]:
        """The assets that the task pins itself, and those that the index has for the other entries."""
        params = self._params
        declared = [
            MirrorEntry.from_params(entry, f"builds[{number}]") for number, entry in enumerate(params["builds"] or ())
        ]
        assets: list[dict[str, Any]] = list(params["assets"] or ())
        if declared:
            found = resolve_declared(
                declared,
                index=self._index(),
                warn=_console.warn,
                min_age_s=age_seconds(params["min_age"], "min_age"),
                exclude=(
                    self._controller.default_exclude()
                    if params["exclude"] is None
                    else parse_exclude(params["exclude"])
                ),
            )
            assets += [asset.as_dict() for asset in found]
        if not assets:
            raise InvalidName(
                f"Cannot make the mirror {params['path']}: builds and assets are empty. Declare what it should hold, "
                "or remove it with state: absent."
            )
        return assets

    def _index(self) -> IndexOptions:
        """The index of the mirror, which only the task itself names.

        The defaults of hosts, and uv's, mostly name a mirror such as this one: a mirror that reads its own index never
        sees a new release.
        """
        params = self._params
        files, given, max_age = self._controller.files, params["index"], params["index_max_age"]
        url = UrlOptions.from_params(files.located_in(params))
        return IndexOptions(
            tuple(map(files.located_index, given)) if given else None,
            url if given else url.without_credentials(),
            max_release_age_s=(
                self._controller.default_max_age_s() if max_age is None else age_seconds(max_age, "index_max_age")
            ),
            environ={name: value for name, value in os.environ.items() if not name.startswith("UV_")},
        )

    def _module_result(self, arguments: Mapping[str, Any], spec: MirrorSpec) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        result = self._host.run_module("mirror", given, fetches=not spec.is_absent)
        require_mirror_answer(result)
        return result

    def _public_bundles(self, result: Mapping[str, Any], spec: MirrorSpec) -> dict[str, str]:
        """The bundles that the mirror lacks and only GitHub has, by the digests of their assets."""
        if not spec.bundles or spec.mirrors or self._controller.check_mode or result.get("failed"):
            return {}
        reported = result.get("without_bundle") or ()
        lacking = [asset for path, asset in spec.assets.items() if path in reported]  # ignores all else a host names
        return public_bundles(lacking, spec.url, _console.warn)


def _added(result: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a first module run with that of a second one, which only stored bundles."""
    if added.get("failed"):
        return dict(added)
    return {
        **result,
        "changed": True,
        "bundles": sorted([*(result.get("bundles") or ()), *(added.get("bundles") or ())]),
        "without_bundle": added.get("without_bundle") or [],
        "diff": {**(result.get("diff") or {}), "after": (added.get("diff") or {}).get("after")},
    }


def _without_what_nobody_asks_for(arguments: Mapping[str, Any], spec: MirrorSpec) -> dict[str, Any]:
    """The module's arguments without a login that no server of this spec needs."""
    uses = [options_for(asset.url, spec.mirrors, spec.url) for asset in spec.assets.values()]
    unused = () if spec.url in uses else CREDENTIALS
    unused = ("mirror", *unused) if spec.is_absent else unused
    return {option: value for option, value in arguments.items() if option not in unused}
