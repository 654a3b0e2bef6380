# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run instead of a module: one shell command probes the host, and this plugin decides the rest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._store import history
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._links import probe
from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.discovered_python import (
    DISCOVERED,
    Going,
    candidates,
    lasting_python,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_commands import (
    CommandPlan,
    Registration,
    plan_commands,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_default import DefaultPlan, plan_default
from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_venvs import (
    kept_venvs,
    plan_venvs,
    refused_venvs,
    surplus_venvs,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import LinksState
from ansible_collections.standalone.python.plugins.plugin_utils._links.profiles import (
    Profiles,
    plan_profiles,
    surplus_profiles,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.requirements import read_requirements
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinksSpec

_BUILD_ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True},
    "store": {"type": "str"},
    "executable": {"type": "str"},
    "executables": {"type": "list", "elements": "str"},
    "release": {"type": "str"},
    "venv": {"type": "str"},
    "requirements": {"type": "str"},
    "is_default": {"type": "bool", "default": False},
}

_ARGUMENTS: dict[str, dict[str, Any]] = {
    "builds": {"type": "list", "elements": "dict", "required": True, "options": _BUILD_ARGUMENTS},
    "alternatives": {"type": "str", "choices": ["auto", "alternatives", "links", "none"], "default": "auto"},
    "priority": {"type": "int", "default": 100},
    "link_dir": {"type": "str", "default": "/usr/local/bin"},
    "man_dir": {"type": "str"},
    "allow_system": {"type": "bool", "default": False},
    "root": {"type": "str"},
    "profile": {"type": "bool", "default": False},
    "profile_dir": {"type": "str", "default": "/etc/profile.d"},
    "csh_dir": {"type": "str", "default": "/etc/csh/login.d"},
    "fish_dir": {"type": "str", "default": "/etc/fish/conf.d"},
    "environment_d": {"type": "bool", "default": False},
    "environment_dir": {"type": "str", "default": "/etc/environment.d"},
    "systemd_units": {"type": "list", "elements": "str", "default": []},
    "systemd_dir": {"type": "str", "default": "/etc/systemd/system"},
}


class ActionModule(CollectionAction):
    """`standalone.python.links_info` as a task sees it."""

    def _outcome(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        _unused, params = self.validate_argument_spec(_ARGUMENTS)
        params["builds"] = [self._with_requirements(build) for build in params["builds"]]
        profiles = Profiles.from_params(params)
        spec = LinksSpec.from_params(params)
        question = spec.question(list(profiles.places), list(profiles.directories))
        answer = self._low_level_execute_command(question.command())
        state = probe.parse(answer["stdout"], rc=answer["rc"], stderr=answer["stderr"], root=spec.root)
        if state.answer:
            asked = f"{task_vars.get('inventory_hostname')} to what it has that leads to builds"
            state.answer.warn_of_malformed(_console.warn, asked)
        decided = {"changed": False, **_decided(spec, state, profiles)}
        going = _going(decided, state)
        # the facts would belong to another host, or to a system that is not running
        if not going or self._task.delegate_to or spec.root:
            return decided
        return {**decided, **self._with_lasting_python(going, task_vars)}

    def _with_lasting_python(self, going: Going, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The fact that makes Ansible run modules by an interpreter that stays, if its present one will be removed."""
        setting = constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        discoverable = constants.config.get_config_value("INTERPRETER_PYTHON_FALLBACK", variables=task_vars)
        configured = self._templar.template(setting)
        pythons = candidates(configured, discoverable)
        # as Ansible itself looks for it, without become
        answer = self._low_level_execute_command(going.command(pythons), sudoable=False)
        where = str(task_vars.get("inventory_hostname"))
        lasting = lasting_python(answer["stdout"], pythons, _console.warn, where)
        is_discovered = pythons is discoverable and lasting
        return {"ansible_facts": {DISCOVERED: lasting}} if is_discovered else {}

    def _with_requirements(self, build: dict[str, Any]) -> dict[str, Any]:
        """The build with the content of its requirements file in addition to the file's name."""
        if build["requirements"] is None:
            return build
        file = self._find_needle("files", build["requirements"])
        content = read_requirements(file, self._loader.get_text_file_contents).content
        return {**build, "requirements": content, "requirements_file": build["requirements"]}


def _decided(spec: LinksSpec, state: LinksState, profiles: Profiles) -> dict[str, Any]:
    commands = plan_commands(spec, state)
    default = plan_default(spec, state)
    refused = [*commands.refused, *default.refused, *refused_venvs(spec, state)]
    if refused:
        return {"failed": True, "refused": refused, "msg": " ".join(refused)}
    parts = _parts(spec, state, commands, default, profiles)
    differs = [part for part, content in parts.items() if content]
    warnings = [*commands.left_out, *kept_venvs(spec, state)]
    return {
        **parts,
        "differs": differs,
        "default_before": _default_before(default, state),
        "missing_directories": _missing_directories(commands, state),
        "foreseen": [] if spec.root else _foreseen(commands, state),
        "left_out": list(commands.left_out),
        "warnings": warnings,
        "tools": sorted(state.tools),
        "systemd": state.systemd,
        "python_apt": state.python_apt,
    }


def _going(decided: dict[str, Any], state: LinksState) -> Going:
    """What exists of all that will be removed, including what is then created again; nothing of what was refused."""
    if decided.get("failed"):
        return Going()
    groups = [*decided["unregister"], *(one for one in decided["register"] if one["again"])]
    links = [*(group["link"] for group in groups), *decided["unlink"], *decided["default_unlink"]]
    return Going(
        links=tuple(link for link in links if link in state.links),
        builds=tuple(path for path in decided["absent"] if any(file.startswith(f"{path}/") for file in state.has)),
    )


def _parts(
    spec: LinksSpec, state: LinksState, commands: CommandPlan, default: DefaultPlan, profiles: Profiles
) -> dict[str, list[Any]]:
    """The changes, part by part, in the shape of the module's RETURN."""
    ours = {history.file_name(build.path) for build in spec.builds}
    others = not spec.builds or not state.roots <= ours
    texts = plan_profiles(spec, state, profiles)
    return {
        "default_links": [_link(*change) for change in default.links],
        "default_unlink": list(default.unlink),
        "unregister": [_registered(group, path) for group, path in commands.unregister],
        "unlink": list(commands.unlink),
        "surplus_profiles": list(surplus_profiles(spec, state, profiles, others=others)),
        "surplus_venvs": list(surplus_venvs(spec, state)),
        "absent": [build.path for build in spec.builds if not build.executable],
        "register": [_alternative(one) for one in commands.register],
        "links": [_link(*link) for link in commands.links],
        "profiles": [{"path": path, "content": text} for path, text in texts.items()],
        "venvs": [asdict(venv) for venv in plan_venvs(spec, state)],
    }


def _default_before(default: DefaultPlan, state: LinksState) -> list[dict[str, Any]]:
    """The present state of each link that the default changes, so that a rescue can restore it."""
    touched = [*(path for path, _target in default.links), *default.unlink]
    return [_link(path, state.links[path]) for path in touched if path in state.links]


def _missing_directories(commands: CommandPlan, state: LinksState) -> list[str]:
    """The directories that must be created before alternatives can be registered."""
    links = {one.link for one in commands.register}
    links |= {follower.link for one in commands.register for follower in one.followers}
    return sorted({link.rpartition("/")[0] for link in links} - state.directories)


def _foreseen(commands: CommandPlan, state: LinksState) -> list[dict[str, Any]]:
    """The links of groups whose program does not exist yet, as before the first run; the module would refuse them."""
    absent = (one for one in commands.register if one.path not in state.has)
    return [_link(one.link, f"{LINKS_DIRECTORY}/{one.name}") for one in absent]


def _alternative(registration: Registration) -> dict[str, Any]:
    return {
        "name": registration.name,
        "link": registration.link,
        "path": registration.path,
        "priority": registration.priority,
        "subcommands": [asdict(follower) for follower in registration.followers],
        "again": registration.again,
    }


def _registered(group: Group, path: str) -> dict[str, Any]:
    choice = group.choice(path)
    return {"name": group.name, "link": group.link, "path": path, "priority": choice.priority if choice else 0}


def _link(path: str, target: str) -> dict[str, Any]:
    return {"path": path, "target": target}
