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
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.action import build
from ansible_collections.standalone.python.plugins.module_utils._argspec import BOOTSTRAP_ARGUMENTS, BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import (
    INSPECT,
    NOTHING,
    RECORD,
    SWITCH,
    TIDY,
    Plan,
)
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap import interpreter as _temporary_python
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.interpreter import (
    TemporaryInterpreter,
    Unpacking,
)
from ansible_collections.standalone.python.plugins.plugin_utils._build.delivery import Delivery
from ansible_collections.standalone.python.plugins.plugin_utils._build.preflight import preflight
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import Probe

_UNPACKED_TWICE = 2  # for the temporary interpreter, and for the build


class ActionModule(build.ActionModule):
    """`standalone.python.bootstrap` as a task sees it."""

    def _validated_params(self) -> dict[str, Any]:
        self.validate_argument_spec(BOOTSTRAP_ARGUMENTS)
        return super()._validated_params()

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._outcome(task_vars)
        except _InterpreterVanished:  # another run removed it before the module started; that run has ended, or waits
            return super()._outcome(task_vars)

    def _is_settled(self, decided: Plan) -> bool:
        """Whether the probe settled the task. In check mode there is no interpreter to look closer with."""
        if self._task.check_mode:
            if decided.step == INSPECT:
                _console.warn(
                    "The build at the path may have changed since it was installed. Without check mode its content is "
                    "compared, and the build installed anew if that differs."
                )
            return True
        return super()._is_settled(decided)

    def _carried_out(
        self, delivery: Delivery, decided: Plan, probe: Probe, task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        spec, state = delivery.spec, delivery.state
        if decided.step in (NOTHING, RECORD, TIDY):  # the build at the path works, and can run the module too
            return self._run_module(_own_interpreter(spec, state), delivery.to_work(), task_vars)
        asset = _asset_to_run(delivery, decided)
        _temporary_python.require_suitable(asset)
        as_published = replace(delivery, reads_zstd=False)  # the host's own tar and gzip have to read it
        with as_published.archive(asset, why="", warn=_console.warn, say=_console.say) as packed:
            preflight(spec, decided, probe, archive_bytes=os.path.getsize(packed.path) * _UNPACKED_TWICE)
            temporary = self._temporary_python(spec.store, asset, packed.path)
        sent = {"archive": temporary.archive, "asset": asset.as_dict()}
        return self._run_module(temporary.program, {**delivery.to_work(), **sent}, task_vars)

    def _temporary_python(self, store: str, asset: Asset, local: str) -> TemporaryInterpreter:
        """Send the archive the way that modules are sent: as a command's input where pipelining is on, else as a file.

        The user who runs the command receives its input, so no other user and no other directory matters then.
        """
        _temporary_python.require_gzip(local)
        by_input = self._connection.is_pipelining_enabled()
        archive = None if by_input else self._transferred(local)
        unpacking = Unpacking(store, asset, archive)
        data = Path(local).read_bytes() if by_input else None
        answer = self._low_level_execute_command(unpacking.command(), in_data=data)
        return unpacking.parse(answer["stdout"], rc=answer["rc"], stderr=answer["stderr"])

    def _run_module(self, program: str, arguments: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        result = self._own_module(build.MODULE, arguments, BUILD_ARGUMENTS, self._with_interpreter(task_vars, program))
        if result.get("failed") and result.get("rc") == build.COMMAND_NOT_FOUND:
            raise _InterpreterVanished(
                f"The interpreter {program}, which was there a moment ago, is gone. Look what else works in that store."
            )
        return result

    def _with_interpreter(self, task_vars: dict[str, Any], program: str) -> dict[str, Any]:
        """The task's variables with the interpreter of modules, where they are read: a delegate has its own."""
        interpreter = {"ansible_python_interpreter": program}
        host = self._task.delegate_to
        if not host:
            return {**task_vars, **interpreter}
        delegated = task_vars["ansible_delegated_vars"]
        return {**task_vars, "ansible_delegated_vars": {**delegated, host: {**delegated[host], **interpreter}}}


class _InterpreterVanished(StoreError):
    """The temporary interpreter has been removed since it was unpacked."""


def _own_interpreter(spec: InstallSpec, state: State) -> str:
    name = state.receipt.asset.build.interpreter if state.receipt else "python"
    return posixpath.join(spec.path, "bin", name)


def _asset_to_run(delivery: Delivery, decided: Plan) -> Asset:
    """The asset whose archive the module will need; None when it needs none."""
    spec, state = delivery.spec, delivery.state
    if decided.step == SWITCH:
        return delivery.trusted(state.stored[decided.entry or ""].asset)
    if decided.step == INSPECT and state.receipt:
        return delivery.trusted(state.receipt.asset)
    if spec.asset is None:
        raise InvalidName("Neither a name nor an asset says what is wanted.")
    return spec.asset
