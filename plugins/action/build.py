# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run before the module and mostly instead of it: probe the host with one shell command, decide, choose the build.

The module runs only when the host must be changed or inspected more closely, and then once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import (
    candidate_urls,
    mirrors_from_environment,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    InvalidName,
    NoMatch,
    StoreError,
    UnsupportedHost,
)
from ansible_collections.standalone.python.plugins.module_utils._install import report
from ansible_collections.standalone.python.plugins.module_utils._install.plan import (
    INSPECT,
    NOTHING,
    SWITCH,
    Plan,
    plan,
)
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HOST_PLATFORM
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction, own_results
from ansible_collections.standalone.python.plugins.plugin_utils._build.delivery import Delivery
from ansible_collections.standalone.python.plugins.plugin_utils._build.image import described, exported_epoch
from ansible_collections.standalone.python.plugins.plugin_utils._build.pinned import pinned
from ansible_collections.standalone.python.plugins.plugin_utils._build.preflight import preflight
from ansible_collections.standalone.python.plugins.plugin_utils._build.progress import sending
from ansible_collections.standalone.python.plugins.plugin_utils._defaults import default_max_age_s, default_of
from ansible_collections.standalone.python.plugins.plugin_utils._index.clock import Clock
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._lock.lock import Lock
from ansible_collections.standalone.python.plugins.plugin_utils._module_result import require_build_answer
from ansible_collections.standalone.python.plugins.plugin_utils._options import (
    URL_FILES,
    age_seconds,
    parse_checksum,
    with_local_files,
)
from ansible_collections.standalone.python.plugins.plugin_utils._probe import probe as _probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.answer import printed
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import Probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.state import state_of
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import Places
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verified import require_provenance
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import Policy, is_to_be_verified
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve, resolve_installed

MODULE = "standalone.python.build"
COMMAND_NOT_FOUND = 127  # a shell's status where there is no interpreter
_HOST_PATHS = ("archive", *URL_FILES)
_MANY_HOSTS = 20  # with this many hosts, a recompressed archive saves more time than recompressing takes
_CONTROLLER_ONLY = (
    "index",
    "index_max_age",
    "index_timeout",
    "lock",
    "min_age",
    "checksum",
    "remote_src",
    "verify_provenance",
    "provenance",
)
_NOT_WITH_LOCK = ("asset", "archive", "index", "index_max_age", "min_age", "checksum")


class ActionModule(CollectionAction):
    """`standalone.python.build` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated_params()
        spec = InstallSpec.from_params(with_local_files(params))
        is_verified = is_to_be_verified(params["verify_provenance"], params["provenance"])
        lock = self._lock(params) if spec.request else None
        probe = described(self._probe(spec), spec)
        if probe.answer:
            probe.answer.warn_of_malformed(_console.warn, f"{task_vars.get('inventory_hostname')} to the probe")
        spec = spec.on_platform(probe.platform)
        state = state_of(probe, spec.path, spec.store)
        if spec.state != "absent":
            spec = pinned(spec, lock=lock, checksum=params["checksum"], platform=probe.platform)
        decided = plan(spec, state)
        if decided.needs_asset and spec.asset is None:
            spec, decided = self._with_resolved_asset(spec, params, probe, state, task_vars)
        if decided.needs_asset and spec.asset:
            Clock.read(_console.warn).require_released(spec.asset.build)
        trusted = partial(self._trusted, spec, params, task_vars)
        asset = spec.asset if decided.needs_asset else None
        if is_verified and decided.step == SWITCH:
            asset = trusted(state.stored[decided.entry or ""].asset)
        self._require_provenance(asset, spec, params, task_vars)
        to_send = None if params["remote_src"] else spec.archive
        own = cache(partial(self._checked_archive, to_send)) if to_send else None
        local = own(spec.asset) if own and spec.asset and decided.needs_asset else None
        preflight(spec, decided, probe, archive_bytes=os.path.getsize(local) if local else None)
        arguments = self._arguments(spec, params, task_vars)
        if decided.needs_asset and spec.asset and spec.asset.url and not spec.archive:
            candidate_urls(spec.asset.url, arguments["mirror"])  # raises for an address that the host could not use
        if self._is_settled(decided):
            return report.report(report.outcome_of(decided, spec, state), spec, state)
        delivery = Delivery(
            spec,
            state,
            arguments,
            trusted,
            own,
            reads_zstd="zstd" in probe.tools,
            is_for_many=len(task_vars.get("ansible_play_hosts", ())) >= _MANY_HOSTS,
        )
        with exported_epoch(self._task, spec.system):
            result = self._carried_out(delivery, decided, probe, task_vars)
        require_build_answer(result, spec)
        if self._task.check_mode and decided.step == INSPECT and result.get("changed") and state.receipt:
            trusted(state.receipt.asset)  # raises where the repair would
        if not result.get("failed"):
            self._warn_of_untried(result.get("health"), spec)
        return own_results(result)

    def _validated_params(self) -> dict[str, Any]:
        # A path on the host stays as it is: the controller's home and variables do not apply to it.
        as_text = {name: {**BUILD_ARGUMENTS[name], "type": "str"} for name in _HOST_PATHS}
        _unused, params = self.validate_argument_spec(
            {**BUILD_ARGUMENTS, **as_text},
            mutually_exclusive=[
                ("name", "asset"),
                ("archive", "asset"),
                *(("lock", option) for option in _NOT_WITH_LOCK),
            ],
            required_if=[("state", state, ("name", "asset"), True) for state in ("present", "latest")],
            required_by={"archive": ("name", "checksum")},
        )
        params["path"] = params.pop("dest", None) or params["path"]
        # In an image nobody is logged in, so `~` has no meaning.
        for option in ("root",) if params["root"] else ("path", "store"):
            if (params[option] or "").startswith("~"):
                params[option] = self._remote_expand_user(params[option])
        params["min_age"] = age_seconds(params["min_age"], "min_age")
        if params["index_max_age"] is not None:  # 0 outranks a default
            params["index_max_age"] = age_seconds(params["index_max_age"], "index_max_age")
        params["checksum"] = parse_checksum(params["checksum"]) if params["checksum"] else None
        return dict(params)

    def _probe(self, spec: InstallSpec) -> Probe:
        command = _probe.build_command(
            spec.path,
            spec.store,
            verify=spec.verify,
            will_remove=spec.state == "absent",
            root=spec.system.root,
        )
        answer = self._low_level_execute_command(command)
        return _probe.parse(answer["stdout"], rc=answer["rc"], stderr=answer["stderr"])

    def _lock(self, params: Mapping[str, Any]) -> Lock | None:
        return Lock.read(str(self._find_needle("files", params["lock"]))) if params["lock"] else None

    def _with_resolved_asset(
        self, spec: InstallSpec, params: Mapping[str, Any], probe: Probe, state: State, task_vars: dict[str, Any]
    ) -> tuple[InstallSpec, Plan]:
        """The spec with the asset that the index offers.

        When the index offers none, an installed build that satisfies the spec stays, with a warning.
        """
        try:
            resolved = spec.resolved(self._resolve(spec, params, probe, task_vars))
        except NoMatch as error:
            decided = plan(spec.content(), state)
            if state.receipt is None or decided.needs_asset or params["checksum"]:
                raise
            _console.warn(f"{error} {state.receipt.asset.build.name} stays at {spec.path}.")
            return spec.content(), decided
        return resolved, plan(resolved, state)  # now that the asset is known: the store or the path may have it already

    def _resolve(self, spec: InstallSpec, params: Mapping[str, Any], probe: Probe, task_vars: dict[str, Any]) -> Asset:
        if spec.request is None:
            raise InvalidName("Neither a name nor an asset says what is wanted.")
        return resolve(
            spec.request,
            platform=probe.platform,
            index=self._index_options(spec, params, task_vars),
            min_age_s=params["min_age"],
            sha256=params["checksum"],
            warn=_console.warn,
        )

    def _trusted(
        self, spec: InstallSpec, params: Mapping[str, Any], task_vars: dict[str, Any], described: Asset
    ) -> Asset:
        """The asset of task, lock or index for a build that the host describes; the host's own data fetches nothing."""
        if spec.asset and spec.asset.is_same_as(described):
            return spec.asset
        index = self._index_options(spec, params, task_vars)
        asset = resolve_installed(described, spec.path, index=index, warn=_console.warn)
        self._require_provenance(asset, spec, params, task_vars)
        return asset

    def _index_options(self, spec: InstallSpec, params: Mapping[str, Any], task_vars: dict[str, Any]) -> IndexOptions:
        """The index of the task. When the user names none, the credentials are for a mirror."""
        index = params["index"] or self._default("index", task_vars)
        return IndexOptions(
            tuple(index) or None,
            spec.url if index else spec.url.without_credentials(),
            max_release_age_s=self._index_max_age_s(params, task_vars),
        )

    def _default(self, option: str, task_vars: dict[str, Any]) -> list[str]:
        return default_of(option, task_vars, self._templar)

    def _index_max_age_s(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> int:
        given: int | None = params["index_max_age"]
        return default_max_age_s(task_vars, self._templar) if given is None else given

    def _mirrors(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> list[str]:
        given = params["mirror"] or self._default("mirror", task_vars)
        return given or list(mirrors_from_environment(os.environ))

    def _require_provenance(
        self, asset: Asset | None, spec: InstallSpec, params: Mapping[str, Any], task_vars: dict[str, Any]
    ) -> None:
        """Check the provenance of the build that will replace another, whether fetched or in the store already."""
        if asset is None or not is_to_be_verified(params["verify_provenance"], params["provenance"]):
            return
        policy = Policy.from_params(params["provenance"])
        archive = spec.archive if spec.archive and not params["remote_src"] else None
        places = Places(
            repository=policy.repository,
            archive=str(self._find_needle("files", archive)) if archive else None,
            mirrors=self._mirrors(params, task_vars),
            options=spec.url,
        )
        require_provenance(asset, policy, places, os.environ, _console.warn)

    def _is_settled(self, decided: Plan) -> bool:
        """Whether the result is known without the module, which is needed to inspect content that looks suspicious."""
        if self._task.check_mode:
            return decided.step != INSPECT
        return decided == Plan(NOTHING)

    def _arguments(self, spec: InstallSpec, params: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The module's arguments, without an archive that is on the controller."""
        arguments = {option: value for option, value in params.items() if option not in _CONTROLLER_ONLY}
        arguments.update(state=spec.state, mirror=self._mirrors(params, task_vars))
        if spec.asset:
            arguments["asset"] = spec.asset.as_dict()
        if spec.platform:
            arguments[HOST_PLATFORM] = spec.platform.as_dict()
        if spec.request is None:
            arguments.pop("name")
            arguments["allow_minor_change"] = spec.allow_minor_change or spec.spans_minors  # as the name allowed it
        if not params["remote_src"] and arguments.pop("archive"):
            arguments["delivery"] = "push"
        return {option: value for option, value in arguments.items() if value is not None}

    def _carried_out(
        self, delivery: Delivery, decided: Plan, probe: Probe, task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        """The module's result. An archive that is certainly needed is sent first, any other on request."""
        asset, why = delivery.certain(decided), ""
        if asset is None:
            asset, result = self._left_to_send(delivery, decided, task_vars)
            why = str(result.get("msg", ""))
            if asset is None:
                return result
        say = _console.say
        with delivery.archive(asset, why=why, warn=_console.warn, say=say) as packed:
            size_bytes = os.path.getsize(packed.path)
            preflight(delivery.spec, decided, probe, archive_bytes=size_bytes)
            with sending(f"{task_vars.get('inventory_hostname')}: {asset.file_name}", size_bytes, say):
                sent = {"archive": self._transferred(packed.path), "asset": asset.as_dict()}
            if packed.sha256:
                sent["checksum"] = packed.sha256  # of the file; the asset has the digest of the published archive
            return self._worked(delivery, sent, task_vars)

    def _left_to_send(
        self, delivery: Delivery, decided: Plan, task_vars: dict[str, Any]
    ) -> tuple[Asset | None, dict[str, Any]]:
        """The module's result and, where it needs one, the asset whose archive the controller has to send.

        Only the module can find a changed build. The controller then fetches what it knows itself about that build.
        """
        fetched = delivery.certain_there(decided)
        result = self._fetched(delivery, fetched, task_vars) if fetched else self._worked(delivery, {}, task_vars)
        asset = delivery.asked_for(result)
        if asset and not fetched and delivery.way != "push":
            result = self._fetched(delivery, asset, task_vars)
            asset = delivery.asked_for(result)
        return (asset if delivery.way != "pull" else None), result

    def _fetched(self, delivery: Delivery, asset: Asset, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of a module run that fetches the archive on the host."""
        self._fetches = True
        try:
            return self._module_result(delivery.to_fetch(asset), task_vars)
        finally:
            self._fetches = False

    def _worked(self, delivery: Delivery, sent: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of a module run that fetches nothing; `sent` describes the archive that was sent, if any."""
        return self._module_result({**delivery.to_work(), **sent}, task_vars)

    def _module_result(self, arguments: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        result = self._own_module(MODULE, arguments, BUILD_ARGUMENTS, task_vars)
        if result.get("failed") and result.get("rc") == COMMAND_NOT_FOUND:
            raise UnsupportedHost(
                "This host has no Python where Ansible looks for one, and to change something takes one. Play "
                "standalone.python.bootstrap first, which needs none, or set ansible_python_interpreter."
            )
        return result

    def _warn_of_untried(self, health: Mapping[str, Any] | None, spec: InstallSpec) -> None:
        if health and health["result"] != "passed" and spec.health_imports:
            _console.warn(f"The new interpreter at {spec.path} was not tried out. {health.get('reason')}")

    def _checked_archive(self, archive: str, asset: Asset) -> str:
        """The archive's path on the controller, once its digest has been verified."""
        from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file

        local = str(self._find_needle("files", archive))
        verify_file(local, asset.sha256)
        return local

    def _transferred(self, local: str) -> str:
        """Send an archive and return its path on the host, where the user who runs the module may read it.

        With pipelining, the temporary directory holds nothing but the archive, which is no secret. So if another user
        without privileges runs the module, everyone may read it. Without pipelining the directory gets the module too,
        and Ansible's own ways to hand a file to one user have to do.
        """
        shell = self._connection._shell
        if shell.tmpdir is None:
            self._make_tmp_path()
        remote = str(shell.join_path(shell.tmpdir, "archive"))
        self._transfer_file(local, remote)
        if self._connection.is_pipelining_enabled() and self._is_become_unprivileged():
            answer = self._remote_chmod((shell.tmpdir, remote), "a+rX")
            if answer["rc"] != 0:
                raise StoreError(
                    f"Cannot let the user who installs read {remote}: {printed(answer['stdout'], answer['stderr'])}. "
                    "Nothing was installed. Set remote_tmp to a directory in which chmod works, or delivery to pull."
                )
        else:
            self._fixup_perms2((shell.tmpdir, remote), execute=False)  # saves the call that would make it executable
        return remote
