# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a task that the controller acts on, and what the module gets of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import ASTRAL_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HOST_PLATFORM
from ansible_collections.standalone.python.plugins.module_utils._store.store import default_store

from .._host import Controller
from .._index.reader import IndexOptions
from .._lock.lock import Lock
from .._options import age_seconds, empty_as_unset, parse_checksum, require_plain_in_root
from .._provenance.verify import Policy, is_to_be_verified
from .._resolve.exclusion import Exclusion, parse_exclude

_CONTROLLER_ONLY = (
    "index",
    "index_max_age",
    "index_timeout",
    "lock",
    "min_age",
    "exclude",
    "checksum",
    "remote_src",
    "fips",
    "verify_provenance",
    "provenance",
)
_NOT_WITH_LOCK = ("asset", "archive", "index", "index_max_age", "min_age", "exclude", "checksum")

_Expand = Callable[[Collection[str]], dict[str, str]]  # as `expand_paths` of a host

# What Ansible checks beside the types of the options.
CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [("name", "asset"), ("archive", "asset"), *(("lock", option) for option in _NOT_WITH_LOCK)],
    "required_if": [("state", state, ("name", "asset"), True) for state in ("present", "latest")],
    "required_by": {"archive": ("name", "checksum")},
}


def parsed_params(params: Mapping[str, Any], expand_paths: _Expand) -> dict[str, Any]:
    """The task's validated options with paths for the host, ages in seconds, parsed exclusions and a bare digest.

    Raises `InvalidName` for an age, an exclusion or a digest that is none.
    """
    parsed = {**empty_as_unset(params), "path": params.get("dest") or params["path"]}
    parsed.pop("dest", None)
    require_plain_in_root({"path": parsed["path"], "store": parsed["store"]}, parsed["root"])
    on_host = [option for option in (("root",) if parsed["root"] else ("path", "store")) if parsed[option]]
    expanded = expand_paths([parsed[option] for option in on_host])
    parsed |= {option: expanded[parsed[option]] for option in on_host}
    parsed["min_age"] = age_seconds(parsed["min_age"], "min_age")
    if parsed["index_max_age"] is not None:  # 0 outranks a default
        parsed["index_max_age"] = age_seconds(parsed["index_max_age"], "index_max_age")
    if parsed["exclude"] is not None:  # an empty list outranks a default
        parsed["exclude"] = parse_exclude(parsed["exclude"])
    parsed["checksum"] = parse_checksum(parsed["checksum"]) if parsed["checksum"] else None
    return parsed


@dataclass(frozen=True)
class BuildOptions:
    """The controller's part of a task. `params` are all options, as `parsed_params` returns them.

    `lock` is the task's lock file; None without one, and for a task that asks for no build.
    """

    params: Mapping[str, Any]
    controller: Controller
    is_verified: bool
    lock: Lock | None
    _verified_sha256: set[str] = field(default_factory=set, init=False, repr=False)

    @classmethod
    def from_params(cls, params: Mapping[str, Any], spec: InstallSpec, controller: Controller) -> BuildOptions:
        """Raises `InvalidName` for options that contradict each other, and what `Lock.read` raises."""
        is_verified = is_to_be_verified(params["verify_provenance"], params["provenance"])
        reads_lock = spec.request is not None and params["lock"]
        lock = Lock.read(controller.files.find(params["lock"], "lock")) if reads_lock else None
        return cls(params, controller, is_verified, lock)

    @property
    def sha256(self) -> str | None:
        """The digest that the build must have; None when the task gives none."""
        checksum: str | None = self.params["checksum"]
        return checksum

    @property
    def min_age_s(self) -> int:
        """The least age of a release in seconds."""
        return int(self.params["min_age"])

    @property
    def exclude(self) -> tuple[Exclusion, ...]:
        """The builds that are not chosen: those of the task, or the default ones. Raises `InvalidName`."""
        given: tuple[Exclusion, ...] | None = self.params["exclude"]
        return self.controller.default_exclude() if given is None else given

    @property
    def archive(self) -> str | None:
        """The task's archive on the controller, as the task names it; None without one and for one on the host."""
        return None if self.params["remote_src"] else self.params["archive"]

    def checked_archive(self, asset: Asset) -> str:
        """The path of that archive on the controller. Raises `DigestMismatch` unless it has the asset's digest."""
        from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file

        path = self.controller.files.find(str(self.archive), "archive")
        if asset.sha256 not in self._verified_sha256:
            verify_file(path, asset.sha256)
            self._verified_sha256.add(asset.sha256)
        return path

    @property
    def policy(self) -> Policy:
        """The builder that an attestation must name. Raises `InvalidName` for an invalid policy."""
        return Policy.from_params(self.params["provenance"])

    @cached_property
    def mirrors(self) -> list[str]:
        """The mirrors in order: the task's, the default ones or those of uv."""
        given: list[str] = self.params["mirror"] or self.controller.default_addresses("mirror")
        return given or list(mirrors_from_environment(os.environ))

    def index(self, spec: InstallSpec) -> IndexOptions:
        """The index of the task. When the user names none, the credentials are for a mirror."""
        index = self.params["index"] or self.controller.default_addresses("index")
        index = [self.controller.files.located_index(address) for address in index]
        max_age_s: int | None = self.params["index_max_age"]
        return IndexOptions(
            tuple(index) or None,
            spec.url if index else spec.url.without_credentials(),
            max_release_age_s=self.controller.default_max_age_s() if max_age_s is None else max_age_s,
        )

    def module_arguments(self, spec: InstallSpec) -> dict[str, Any]:
        """The module's arguments for `spec`, without an archive that is on the controller."""
        arguments = {option: value for option, value in self.params.items() if option not in _CONTROLLER_ONLY}
        arguments.update(state=spec.state, path=spec.path, mirror=self.mirrors)
        if self.params["store"] or default_store(spec.path) != spec.store:
            arguments["store"] = spec.store
        if spec.asset:
            arguments["asset"] = spec.asset.as_dict()
        if spec.platform:
            arguments[HOST_PLATFORM] = spec.platform.as_dict()
        if spec.request is None:
            arguments.pop("name")
            arguments["allow_minor_change"] = spec.allow_minor_change or spec.spans_minors  # as the name allowed it
        if self.archive:
            del arguments["archive"]
            arguments["delivery"] = "push"
        return {option: value for option, value in arguments.items() if value is not None}


def mirrors_from_environment(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The mirror in uv's own variables, or none. The one for Python precedes the one for all of Astral."""
    for_python = environ.get("UV_PYTHON_INSTALL_MIRROR")
    if for_python:
        return (for_python,)
    for_astral = environ.get("UV_ASTRAL_MIRROR_URL")
    if for_astral:
        return (for_astral.rstrip("/") + ASTRAL_DIRECTORY,)
    return ()
