# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve the declared entries to pinned assets and run the module with them, once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import CREDENTIALS, MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import options_for
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction, own_results
from ansible_collections.standalone.python.plugins.plugin_utils._defaults import default_max_age_s
from ansible_collections.standalone.python.plugins.plugin_utils._index.clock import Clock
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.declared import MirrorEntry, resolve_declared
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.public_attestations import public_bundles
from ansible_collections.standalone.python.plugins.plugin_utils._module_result import require_mirror_answer
from ansible_collections.standalone.python.plugins.plugin_utils._options import URL_FILES, age_seconds, with_local_files

MODULE = "standalone.python.mirror"
_CONTROLLER_ONLY = ("builds", "index", "index_max_age", "index_timeout", "min_age")


class ActionModule(CollectionAction):
    """`standalone.python.mirror` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated_params()
        arguments = {name: value for name, value in params.items() if name not in _CONTROLLER_ONLY}
        if params["state"] == "present":
            arguments["assets"] = self._assets(params, task_vars)
        spec = MirrorSpec.from_params(with_local_files(arguments))  # reports impossible options before anything is sent
        clock = Clock.read(_console.warn)
        for asset in spec.assets.values():
            clock.require_released(asset.build)
        self._fetches = not spec.is_absent
        arguments = _without_what_nobody_asks_for(arguments, spec)
        result = self._module_result(arguments, task_vars)
        is_asked = spec.bundles and not spec.mirrors and not self._task.check_mode
        if is_asked and not result.get("failed"):
            result = self._with_public_bundles(result, spec, arguments, task_vars)
        return own_results(result)

    def _module_result(self, arguments: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        result = self._own_module(MODULE, given, MIRROR_ARGUMENTS, task_vars)
        require_mirror_answer(result)
        return result

    def _with_public_bundles(
        self, result: dict[str, Any], spec: MirrorSpec, arguments: Mapping[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        """The result, with the bundles that only GitHub has; a second run of the module stores them."""
        told = result.get("without_bundle") or ()
        lacking = [asset for place, asset in spec.assets.items() if place in told]  # ignores whatever else a host names
        found = public_bundles(lacking, spec.url, _console.warn)
        if not found:
            return result
        added = self._module_result({**arguments, "attestations": found}, task_vars)
        if added.get("failed"):
            return added
        bundles = sorted([*(result.get("bundles") or ()), *(added.get("bundles") or ())])
        diff = {**(result.get("diff") or {}), "after": (added.get("diff") or {}).get("after")}
        without = added.get("without_bundle") or []
        return {**result, "changed": True, "bundles": bundles, "without_bundle": without, "diff": diff}

    def _validated_params(self) -> dict[str, Any]:
        # A path on the host stays as it is: the controller's home and variables do not apply to it.
        as_text = {name: {**MIRROR_ARGUMENTS[name], "type": "str"} for name in URL_FILES}
        _unused, params = self.validate_argument_spec(
            {**MIRROR_ARGUMENTS, **as_text}, required_if=[("state", "present", ("builds", "assets"), True)]
        )
        params["path"] = params.pop("dest", None) or params["path"]
        if params["path"].startswith("~"):
            params["path"] = self._remote_expand_user(params["path"])
        return dict(params)

    def _assets(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> list[dict[str, Any]]:
        """The assets that the task pins itself, and those that the index has for the other entries."""
        declared = [
            MirrorEntry.from_params(entry, f"builds[{number}]") for number, entry in enumerate(params["builds"] or ())
        ]
        assets: list[dict[str, Any]] = list(params["assets"] or ())
        if declared:
            found = resolve_declared(
                declared,
                index=_index_options(params, self._max_age_s(params, task_vars)),
                warn=_console.warn,
                min_age_s=age_seconds(params["min_age"], "min_age"),
            )
            assets += [asset.as_dict() for asset in found]
        if not assets:
            raise InvalidName("Neither builds nor assets declare anything to hold. To remove a mirror: state: absent.")
        return assets

    def _max_age_s(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> int:
        given = params["index_max_age"]
        return default_max_age_s(task_vars, self._templar) if given is None else age_seconds(given, "index_max_age")


def _without_what_nobody_asks_for(arguments: Mapping[str, Any], spec: MirrorSpec) -> dict[str, Any]:
    """The module's arguments without a login that no server of this spec needs."""
    uses = [options_for(asset.url, spec.mirrors, spec.url) for asset in spec.assets.values()]
    unused = () if spec.url in uses else CREDENTIALS
    unused = ("mirror", *unused) if spec.is_absent else unused
    return {option: value for option, value in arguments.items() if option not in unused}


def _index_options(params: Mapping[str, Any], max_age_s: int) -> IndexOptions:
    """The index of the mirror, which only the task itself names.

    The defaults of hosts, and uv's, mostly name a mirror such as this one: a mirror that reads its own index never sees
    a new release.
    """
    url = UrlOptions.from_params(with_local_files(params))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    if params["index"]:
        return IndexOptions(tuple(params["index"]), url, max_release_age_s=max_age_s, environ=environ)
    return IndexOptions(None, url.without_credentials(), max_release_age_s=max_age_s, environ=environ)
