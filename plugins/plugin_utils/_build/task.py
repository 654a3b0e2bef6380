# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task on one host, step by step: spec, state, plan, apply, report.

The host answers one shell command. The module runs only when the host must be changed or inspected more closely.
"""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import candidate_urls
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DownloadError,
    StoreError,
    UnsupportedHost,
)
from ansible_collections.standalone.python.plugins.module_utils._install.plan import INSPECT, NOTHING, Plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._os.paths import checked_path
from ansible_collections.standalone.python.plugins.module_utils._store.store import default_store

from .. import _console
from .._components.table import completed
from .._fleet.answer import DamagedAnswer
from .._host import Controller, Host
from .._index.clock import Clock
from .._module_result import may_get_interpreter, require_build_answer
from .._probe import probe as _probe
from .._probe.probe import Probe
from .._probe.shell import shell_command
from . import sources
from .apply import apply
from .decision import Decision
from .delivery import NEEDED, Delivery
from .image import described, exported_epoch
from .options import BuildOptions, parsed_params
from .preflight import fips_fault, preflight
from .sboms import with_sboms
from .sources import pinned

RequireLinks = Callable[[Mapping[str, Any]], None]


class BuildTask:
    """What `spec` asks for, brought about on `host`."""

    # Raises where the role could not link the build of a foreseen result. Asked before a user without root installs.
    require_links: RequireLinks | None = None

    def __init__(self, spec: InstallSpec, options: BuildOptions, host: Host) -> None:
        self.spec = spec
        self.options = options
        self.host = host

    @classmethod
    def from_params(cls, params: Mapping[str, Any], controller: Controller, host: Host) -> BuildTask:
        """The task in validated options. Raises a `StandaloneError` for options that make no sense together."""
        parsed = parsed_params(params, host.expand_paths)
        local = controller.files.located_in(parsed)
        spec = InstallSpec.from_params(local)
        of_controller = {**parsed, "provenance": local["provenance"]}
        return cls(spec, BuildOptions.from_params(of_controller, spec, controller), host)

    def run(self) -> dict[str, Any]:
        """The task's result. Raises a `StandaloneError` when there is none."""
        result = self._with_sboms(self._result())
        if "components" not in result or not result.get("build"):
            return result
        build = Build.from_dict(result["build"], f"The answer of the host about {self.spec.path}: build", DamagedAnswer)
        return {**result, "components": completed(build, result["components"])}

    def _with_sboms(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """The result, once the store has an SBOM of the build if it keeps any."""
        system = self.spec.system
        interpreter = self.interpreter_after(result)
        return with_sboms(result, self.host, system.root, interpreter, exported_epoch(system))

    def interpreter_after(self, _result: Mapping[str, Any]) -> str | None:
        """The interpreter of another module on the host; None for the one that Ansible chooses."""
        return None

    def _result(self) -> dict[str, Any]:
        decision = self._decision()
        self._check(decision)
        if self.is_settled(decision):
            is_foreseen = decision.plan.changes and self.options.controller.check_mode
            refusal = self.refusal(Delivery(decision, self.options)) if is_foreseen else None
            return refusal or decision.report()
        result = self.apply(Delivery(decision, self.options))
        self._require_true_result(result, decision)
        return result

    def is_settled(self, decision: Decision) -> bool:
        """Whether the result is known without the module, which is needed to inspect content that looks suspicious."""
        if self.options.controller.check_mode:
            return decision.plan.step != INSPECT
        return decision.plan == Plan(NOTHING)

    def refusal(self, delivery: Delivery) -> dict[str, Any] | None:
        """In check mode, the module's result if it fails before it would change anything; else None.

        A host without an interpreter passes: an earlier task may bring one, and check mode has not run that.
        """
        result = self.host.run_module("build", delivery.to_work())
        if not result.get("failed") or may_get_interpreter(result):
            return None
        require_build_answer(result, delivery.decision.spec)
        return result

    def apply(self, delivery: Delivery) -> dict[str, Any]:
        """The module's result, once the host has the archive that it needs."""
        return apply(delivery, self.host)

    def _decision(self) -> Decision:
        """What has to happen. A host that has to do something is asked once more, for what only a change needs."""
        spec = self.spec
        expects_change = spec.state == "absent" or spec.verify == "full" or spec.system.is_image
        probe = self._state(complete=expects_change)
        first_name = self._first_name_of_path(probe)
        if first_name:
            store = default_store(first_name) if spec.store == default_store(spec.path) else spec.store
            settings = spec.settings._replace(prefix=first_name)
            self.spec = spec._replace(path=first_name, store=store, settings=settings)
            probe = self._state(complete=expects_change)
        decision = self._plan(probe)
        lacks_something = decision.probe.is_partial and decision.plan != Plan(NOTHING)
        # The probe waits for no lock, so a build that another run removed meanwhile looks like damage.
        if lacks_something or decision.state.damage:
            return self._plan(self._state(complete=True))
        return decision

    def _first_name_of_path(self, probe: Probe) -> str | None:
        """The name of the path that the build there was made for; None if the task uses it, and if there is no other.

        Under a second name, as by a link in place of a parent directory, each run would install the build again.
        """
        receipt, path = probe.receipts.get(probe.entry or ""), self.spec.path
        name = str(receipt.get("prefix")) if receipt and not self.spec.system.is_image else path
        if name == path or posixpath.basename(name) != posixpath.basename(path):
            return None
        try:
            name = checked_path(name, "path")
        except StoreError:
            return None  # a damaged receipt, which the plan repairs
        parents = " -ef ".join(shlex.quote(posixpath.dirname(one)) for one in (name, path))
        return name if self.host.run_command(shell_command(f"[ {parents} ]")).rc == 0 else None

    def _state(self, *, complete: bool) -> Probe:
        """What the host reports about itself, the path and the store; not all of it unless `complete` or needed."""
        spec = self.spec
        command = _probe.build_command(
            spec.path,
            spec.store,
            verify=spec.verify,
            will_remove=spec.state == "absent",
            root=spec.system.root,
            complete=complete,
            cpu_level=spec.request.cpu_level if spec.request else "baseline",
        )
        answer = self.host.run_command(command)
        probe = described(_probe.parse(answer.stdout, rc=answer.rc, stderr=answer.stderr), spec)
        if probe.answer:
            probe.answer.warn_of_malformed(_console.warn, f"{self.host.name} to the probe")
        return probe

    def _plan(self, probe: Probe) -> Decision:
        """What has to happen. An index is read only if the plan needs a build that the task does not pin."""
        spec, options = self.spec._replace(platform=probe.platform), self.options
        if spec.state != "absent":
            spec = pinned(spec, lock=options.lock, checksum=options.sha256, platform=probe.platform)
        decision = Decision.of(spec, probe)
        needs_index = decision.plan.needs_asset and spec.asset is None
        return sources.resolved(decision, options) if needs_index else decision

    def _check(self, decision: Decision) -> None:
        """Raise for a change that is not permitted or known to fail, so that check mode does not promise it."""
        asset, spec, options = decision.asset, decision.spec, self.options
        if asset:
            Clock.read(_console.warn).require_released(asset.build)
            sources.require_verified(asset, spec, options)
        elif decision.stored and options.is_verified:
            sources.require_verified(sources.trusted(decision.stored, spec, options), spec, options)
        self._check_fips(decision)
        archive = options.checked_archive(asset) if options.archive and asset else None
        size_bytes = os.path.getsize(archive) if archive else None
        preflight(spec, decision.plan, decision.probe, archive_bytes=size_bytes)
        if asset and asset.url and not spec.archive:
            candidate_urls(asset.url, options.mirrors)  # raises for an address that the host could not use
        if self.require_links and asset and decision.probe.user_id and not spec.system.is_image:
            self.require_links(decision.report())

    def _check_fips(self, decision: Decision) -> None:
        """Raise or warn, as the task says, where a build would come to a host in FIPS mode."""
        policy = self.options.params["fips"]
        fault = fips_fault(decision.spec, decision.plan, decision.probe) if policy != "ignore" else None
        if fault and policy == "refuse":
            raise UnsupportedHost(
                f"Cannot install a build at {self.spec.path}: {fault}. Use the Python of the operating system there, "
                "or set `fips` to warn or ignore."
            )
        if fault:
            _console.warn(
                f"{self.host.name}: {fault}. What Python at {self.spec.path} encrypts or signs there is not "
                "FIPS-validated. Set `fips` to ignore if that is right, or to refuse to keep builds from such hosts."
            )

    def _require_true_result(self, result: Mapping[str, Any], decision: Decision) -> None:
        """Raise for a result that the module never returns or that asks for an archive which nobody sends.

        In check mode, raise for a change that a run could not make.
        """
        spec, receipt = decision.spec, decision.state.receipt
        require_build_answer(result, spec)
        if result.get("failed"):
            return
        if NEEDED in result:
            raise DownloadError(result.get("msg") or f"The host asks for an archive that {spec.path} does not need.")
        is_foreseen = self.options.controller.check_mode and decision.plan.step == INSPECT and result.get("changed")
        if is_foreseen and receipt:
            sources.trusted(receipt.asset, spec, self.options)  # raises where the repair would
        health = result.get("health")
        if health and health["result"] != "passed" and spec.health_imports:
            _console.warn(f"The new interpreter at {spec.path} was not tried out. {health.get('reason')}")
