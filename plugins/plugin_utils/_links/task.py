# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of `links_info` on one host, step by step: spec, state, plan, report. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _console
from .._host import Controller, Host
from . import probe
from .discovered_python import DISCOVERED, Going, candidates, lasting_python
from .options import LINKS_INFO_ARGUMENTS
from .probe import LinksState
from .profiles import Profiles
from .report import decided, going, require_alternatives_module, require_alternatives_program
from .requirements_file import REQUIREMENTS, read_requirements
from .spec import LinksSpec
from .unwritable import unwritable

_PATHS = frozenset(("path", "store", "virtualenv", *(name for name in LINKS_INFO_ARGUMENTS if name.endswith("_dir"))))


class LinksTask:
    """The comparison of `host` with the links, alternatives and profiles of the spec."""

    def __init__(self, spec: LinksSpec, profiles: Profiles, controller: Controller, host: Host) -> None:
        self._spec = spec
        self._profiles = profiles
        self._controller = controller
        self._host = host

    @classmethod
    def from_params(cls, params: Mapping[str, Any], controller: Controller, host: Host) -> LinksTask:
        """The task in validated options. Raises `InvalidName` for impossible ones."""
        builds = [_with_requirements(build, controller) for build in params["builds"]]
        # `~` and variables are those of the running system
        paths = [] if params["root"] else [path for part in (params, *builds) for path in _paths_in(part).values()]
        expanded = host.expand_paths(paths)
        whole = {**_expanded(params, expanded), "builds": [_expanded(build, expanded) for build in builds]}
        profiles = Profiles.from_params(whole)
        return cls(LinksSpec.from_params(whole), profiles, controller, host)

    def run(self) -> dict[str, Any]:
        """The task's result. Raises a `StandaloneError` when there is none."""
        state = self._state()
        result = {"changed": False, **decided(self._spec, state, self._profiles)}
        require_alternatives_program(result, self._spec, state)
        if not self._spec.root:  # in an image, a module of this collection registers them, and looks before it writes
            require_alternatives_module(result, self._controller.has_module)
            result["unwritable"] = unwritable(result, self._host)
        removed = going(result, state)
        # the facts would belong to another host, or to a system that is not running
        if not removed or self._controller.is_delegated or self._spec.root:
            return result
        return {**result, **self._lasting_python(removed)}

    def _state(self) -> LinksState:
        spec, profiles = self._spec, self._profiles
        question = spec.question(list(profiles.patterns), list(profiles.directories))
        answer = self._host.run_command(question.command())
        state = probe.parse(answer.stdout, rc=answer.rc, stderr=answer.stderr, root=spec.root)
        if state.answer:
            state.answer.warn_of_malformed(_console.warn, f"{self._host.name} to the question about its links")
        return state

    def _lasting_python(self, removed: Going) -> dict[str, Any]:
        """The fact that makes Ansible run modules by an interpreter that stays, if its present one will be removed."""
        configured, discoverable = self._controller.module_interpreters()
        pythons = candidates(configured, discoverable)
        # as Ansible itself looks for it, without become
        answer = self._host.run_command(removed.command(pythons), become=False)
        lasting = lasting_python(answer.stdout, pythons, _console.warn, self._host.name)
        is_discovered = pythons is discoverable and lasting
        return {"ansible_facts": {DISCOVERED: lasting}} if is_discovered else {}


def _paths_in(params: Mapping[str, Any]) -> dict[str, str]:
    """Those of the parameters that are paths on the host."""
    return {name: path for name, path in params.items() if path and name in _PATHS}


def _expanded(params: Mapping[str, Any], expanded: Mapping[str, str]) -> dict[str, Any]:
    return {**params, **{name: expanded.get(path, path) for name, path in _paths_in(params).items()}}


def _with_requirements(build: Mapping[str, Any], controller: Controller) -> dict[str, Any]:
    """The build with the content of its requirements file in addition to the file's name."""
    name = build["requirements"]
    if name is None:
        return dict(build)
    content = read_requirements(controller.files.find(name, REQUIREMENTS), controller.files.read).content
    return {**build, "requirements": content, "requirements_file": name}
