# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`build` for a host without a usable Python: send the archive, and let its own interpreter run the ordinary module.

A host that has the build costs one shell command, the probe. Any other host costs the probe, one command that unpacks
the archive in the staging directory, which later runs sweep, and the module.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import INSPECT, NOTHING, RECORD, TIDY

from .. import _console
from .._build import sources
from .._build.decision import Decision
from .._build.delivery import Delivery
from .._build.preflight import preflight
from .._build.task import BuildTask
from .._module_result import lacks_interpreter
from . import interpreter as _interpreter
from .interpreter import TemporaryInterpreter, Unpacking

# The options of `build` that bootstrap has: it only installs, from an archive that the controller fetched.
_OPTIONS = (
    "name", "path", "store", "flavor", "target", "cpu_level", "prerelease", "min_age", "exclude", "index",
    "index_max_age", "lock", "mirror", "archive", "checksum", "asset", "verify_provenance", "provenance", "keep",
    "owner", "group", "compile_bytecode", "externally_managed", "verify", "health_imports",
    "allow_minor_change", "fips", *URL_ARGUMENTS,
)  # fmt: skip
BOOTSTRAP_ARGUMENTS: dict[str, dict[str, Any]] = {
    **{option: BUILD_ARGUMENTS[option] for option in _OPTIONS},
    "flavor": {"type": "str", "choices": ["install_only_stripped", "install_only"]},
}
_WITH_OWN_INTERPRETER = (NOTHING, RECORD, TIDY)  # the build at the path works
_UNPACKED_TWICE = 2  # for the temporary interpreter, and for the build


class BootstrapTask(BuildTask):
    """A `BuildTask` whose module is run by an interpreter that the task brings along."""

    def run(self) -> dict[str, Any]:
        """The task's result. Raises a `StandaloneError` when there is none."""
        try:
            return super().run()
        except _InterpreterVanished:  # another run removed it before the module started; that run has ended, or waits
            return super().run()

    def is_settled(self, decision: Decision) -> bool:
        """Whether the probe settled the task. In check mode there is no interpreter to look closer with."""
        if not self.options.controller.check_mode:
            return super().is_settled(decision)
        if decision.plan.step == INSPECT:
            _console.warn(
                "The build at the path may have changed since it was installed. Without check mode its content is "
                "compared, and the build is reinstalled if that differs."
            )
        return True

    def refusal(self, delivery: Delivery) -> None:
        """In check mode, raise what unpacking refuses before it writes anything."""
        decision = delivery.decision
        if decision.plan.step in _WITH_OWN_INTERPRETER:
            return
        if decision.plan.step != INSPECT:  # else it is unknown whether an archive is needed
            _interpreter.require_suitable(self._asset_to_run(decision))
            if self.options.archive:
                _interpreter.require_gzip(self.options.controller.files.find(self.options.archive, "archive"))
        settings = self.spec.settings
        command = _interpreter.checking_command(self.spec.store, settings.owner, settings.group)
        answer = self.host.run_command(command)
        _interpreter.require_possible(answer.stdout, rc=answer.rc, stderr=answer.stderr)

    def apply(self, delivery: Delivery) -> dict[str, Any]:
        """The result of the module, run by the build at the path if that works, else by one from the archive."""
        decision = delivery.decision
        if decision.plan.step in _WITH_OWN_INTERPRETER:
            return self._run_module(_own_interpreter(decision), delivery.to_work())
        asset = self._asset_to_run(decision)
        _interpreter.require_suitable(asset)
        with delivery.archive(asset, as_published=True) as packed:  # the host's own tar and gzip have to read it
            size_bytes = os.path.getsize(packed.path) * _UNPACKED_TWICE
            preflight(decision.spec, decision.plan, decision.probe, archive_bytes=size_bytes)
            temporary = self._unpacked(asset, packed.path)
        return self._run_module(temporary.program, delivery.to_unpack(asset, temporary.archive, packed))

    def interpreter_after(self, result: Mapping[str, Any]) -> str | None:
        """The build itself: the host has no other."""
        return result.get("executable")

    def _asset_to_run(self, decision: Decision) -> Asset:
        """The asset whose archive has the interpreter, which is also the one that the module may need."""
        spec, receipt = decision.spec, decision.state.receipt
        described = receipt.asset if decision.plan.step == INSPECT and receipt else decision.stored
        if described:
            return sources.trusted(described, spec, self.options)
        if spec.asset is None:
            raise sources.nothing_named(spec)
        return spec.asset

    def _unpacked(self, asset: Asset, path: str) -> TemporaryInterpreter:
        """Send the archive the way that modules are sent: as a command's input where pipelining is on, else as a file.

        The user who runs the command receives its input, so no other user and no other directory matters then.
        """
        _interpreter.require_gzip(path)
        by_input = self.host.commands_take_input
        sent = None if by_input else self.host.send_file(path)
        settings = self.spec.settings
        unpacking = Unpacking(self.spec.store, asset, sent, settings.owner, settings.group)
        content = Path(path).read_bytes() if by_input else None
        answer = self.host.run_command(unpacking.command(), input_bytes=content)
        return unpacking.parse(answer.stdout, rc=answer.rc, stderr=answer.stderr)

    def _run_module(self, program: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        result = self.host.run_module("build", arguments, interpreter=program)
        if lacks_interpreter(result):
            raise _InterpreterVanished(
                f"The interpreter {program}, which was there a moment ago, does not start. Look what else works in "
                "that store."
            )
        return result


class _InterpreterVanished(StoreError):
    """The temporary interpreter has been removed since it was unpacked."""


def _own_interpreter(decision: Decision) -> str:
    receipt = decision.state.receipt
    name = receipt.asset.build.interpreter if receipt else "python"
    return posixpath.join(decision.spec.path, "bin", name)
