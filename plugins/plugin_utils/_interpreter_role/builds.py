# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that the variables of the role `interpreter` ask for, and what is refused of them.

This is Python and not Jinja since it is evaluated for every host of a fleet in every run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.common.validation import check_type_list

from ansible_collections.standalone.python.plugins.module_utils._argspec import SECRET_OPTIONS
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._store.store import default_store

from .._links.options import LINKED_BUILD_ARGUMENTS, LINKS_INFO_ARGUMENTS
from .._links.profiles import Profiles
from .._links.requirements_file import require_arguments
from .._links.spec import LinksSpec, absolute_path, is_in
from .._options import as_absolute
from .._playbook.spec import require_role_variables

Build = dict[str, Any]
Variables = Mapping[str, Any]


def interpreter_builds(given: Sequence[Build] | None, variables: Variables) -> list[Build]:
    """The builds, each with its options; `name`, `state`, `path`, `store`, `virtualenv` and `requirements` are there.

    `is_default` says which of them gets the unversioned commands. Ansible shows the items of a loop, so options that
    can hold a secret are left out. `number` is the index of the item in `given`, which has them.

    `given` is the variable interpreter_builds, None when it is not set. `variables` are the others without prefix, None
    when they are not set; `links`, those that are options of `links_info`; and `names`, the names of all variables with
    that prefix.

    Raises `InvalidName` for contradictory or impossible variables.
    """
    require_role_variables("interpreter", variables.get("names", ()))
    _require_one_form(given, variables)
    builds = [_completed(build, number, variables) for number, build in enumerate([{}] if given is None else given)]
    _refuse_shared_paths(builds)
    _refuse_shared_links(variables["links"].get("alternatives"), builds)
    _refuse_other_default(variables["default"], builds)
    _refuse_requirements_in(variables["root"], builds)
    if any(build["requirements"] and build["state"] != "absent" for build in builds):
        require_arguments(map(str, as_list(variables.get("pip_extra_args"))), "interpreter_pip_extra_args")
    _refuse_venvs_in_builds(builds)
    _refuse_shared_venvs(builds)
    _refuse_links(variables["links"], builds, given or ())
    return builds


def as_list(value: Any) -> list[Any]:
    """A variable that is a list, as Ansible converts the text that `-e` makes of it; None gives an empty list."""
    return [] if value is None else list(check_type_list(value))


def _require_one_form(given: Sequence[Build] | None, variables: Variables) -> None:
    """Raise `InvalidName` unless the variables have the short form, for one build, or the list."""
    short = [f"interpreter_{name}" for name in ("name", "asset", "path") if variables[name] is not None]
    if given is not None and short:
        raise InvalidName(
            f"Cannot choose the builds of this host: interpreter_builds is set, and {' and '.join(short)} too, which "
            "is for one build. Leave out one of them."
        )
    if given is None and not short:
        raise InvalidName(
            "Cannot choose the builds of this host: neither interpreter_name nor interpreter_builds is set. For one "
            'build, write interpreter_name: "3.13"; for several, interpreter_builds, a list whose items have a name.'
        )


_NO_BUILD: Build = {"state": "present", "number": 0, **dict.fromkeys(("name", "path", "store"), "")}


def refused(why: str) -> list[Build]:
    """In place of the builds: one item, with the reason.

    Ansible wraps what a filter or lookup in a template raises in further messages, so that a task has to fail with it.
    """
    return [{**_NO_BUILD, "virtualenv": None, "requirements": None, "refusal": why}]


def checked(builds: Sequence[Build], faults: Sequence[str]) -> Sequence[Build]:
    """The builds to install; when they are refused or files have `faults`, an item with which the first task fails.

    Ansible shows the item, so the message is not in it.
    """
    is_refused = bool(faults) or any("refusal" in build for build in builds)
    return [{**_NO_BUILD, "is_refused": True}] if is_refused else builds


def _completed(given: Build, number: int, variables: Variables) -> Build:
    name = str(given.get("name") or variables["name"] or "")
    path = os.path.normpath(_path_of(given, name, variables))
    open_options = {option: value for option, value in given.items() if option not in SECRET_OPTIONS}
    files = {option: variables[option] for option in ("store", "virtualenv", "requirements")}
    files.update({option: open_options[option] for option in files if option in open_options})
    return {
        "state": variables["state"],
        **open_options,
        **{option: None if file is None else str(file) for option, file in files.items()},  # YAML may give a number
        "store": str(files["store"] or default_store(path)),
        "number": number,
        "name": name,
        "path": path,
        "is_default": bool(variables["default"]) and str(variables["default"]) in (name, path),
    }


def _path_of(given: Build, name: str, variables: Variables) -> str:
    asset = given.get("asset") or variables["asset"] or {}
    path = given.get("path") or variables["path"]
    return str(path) if path else _usual_path(name or asset.get("name", ""), variables)


def _usual_path(name: str, variables: Variables) -> str:
    """The path of a build that names none: its minor version, and t and d for free-threaded and debug."""
    request = RequestedName.parse(name) if name else RequestedName("latest")
    if request.series is None:
        raise InvalidName(
            f'Cannot derive a path from the name "{name}": it does not say the minor version. Set interpreter_path, or '
            "path in the item of interpreter_builds."
        )
    absolute_path(_as_absolute(variables["builds_dir"]), "interpreter_builds_dir")
    return f"{variables['builds_dir'].rstrip('/')}/{request.series}"


def _refuse_shared_paths(builds: Sequence[Build]) -> None:
    names: dict[str, list[str]] = {}
    for build in builds:
        names.setdefault(build["path"], []).append(build["name"] or "a build without a name")
    for path, those in names.items():
        if len(those) > 1:
            raise InvalidName(
                f"Cannot have {' and '.join(those)} at one path, {path}. Set path in the items of interpreter_builds."
            )


def _refuse_shared_links(alternatives: str | None, builds: Sequence[Build]) -> None:
    """Raise `InvalidName` for builds with the same commands where the user asks for plain links.

    With `auto`, only the host can say whether alternatives can have both.
    """
    first: dict[str, str] = {}
    for build in (one for one in builds if alternatives == "links" and one["name"] and one["state"] != "absent"):
        series = RequestedName.parse(build["name"]).series
        other = first.setdefault(series, build["path"]) if series else build["path"]
        if other != build["path"]:
            raise InvalidName(
                f"Cannot link python{series} to the builds at both {other} and {build['path']}. Leave one out, or set "
                "interpreter_alternatives: alternatives where the host has these."
            )


def _refuse_links(options: Mapping[str, Any], builds: Sequence[Build], given: Sequence[Build]) -> None:
    """Raise what `links_info` raises, which would be after builds were installed."""
    defaults = {name: argument.get("default") for name, argument in LINKS_INFO_ARGUMENTS.items()}
    linked = []
    for build in builds:
        paths = {name: _linked_path(build, name, given) for name in ("path", "store", "virtualenv")}
        executable = None if build["state"] == "absent" else f"{paths['path']}/bin/python3"
        linked.append({**dict.fromkeys(LINKED_BUILD_ARGUMENTS), **paths, "executable": executable})
    written = {name: _as_absolute(value) if name.endswith("_dir") else value for name, value in options.items()}
    params = {**defaults, **written, "systemd_units": as_list(options.get("systemd_units")), "builds": linked}
    LinksSpec.from_params({**params, "priority": int(params["priority"])}, "interpreter_")
    Profiles.from_params(params, "interpreter_")


def _linked_path(build: Build, option: str, given: Sequence[Build]) -> str:
    """A path of the build. Raises `InvalidName`, with the variable that has it, for one that links cannot point to."""
    is_in_item = option in (given[build["number"]] if given else {})
    owner = f"interpreter_builds[{build['number']}]." if is_in_item else "interpreter_"
    return absolute_path(_as_absolute(build[option]), f"{owner}{option}") if build[option] else ""


def _as_absolute(path: Any) -> Any:
    return as_absolute(path) if isinstance(path, str) else path


def _refuse_other_default(default: str | None, builds: Sequence[Build]) -> None:
    if default and not any(build["is_default"] for build in builds):
        names = ", ".join(build["name"] or build["path"] for build in builds)
        raise InvalidName(
            f"Cannot make {default} the default: the builds are {names}. Set interpreter_default to the name or path "
            "of one of them."
        )


def _refuse_requirements_in(root: str | None, builds: Sequence[Build]) -> None:
    """Raise `InvalidName` for requirements in an image before any build is installed there."""
    wanting = [build["path"] for build in builds if build["requirements"] and build["state"] != "absent"]
    if root and wanting:
        raise InvalidName(
            f"Cannot install requirements for {', '.join(wanting)}: nothing runs in the directory {root} that could "
            "install them. Use the chroot connection for this image, or leave out interpreter_requirements."
        )


def _refuse_venvs_in_builds(builds: Sequence[Build]) -> None:
    for build in (one for one in builds if one["virtualenv"] and one["state"] != "absent"):
        venv = os.path.normpath(build["virtualenv"])
        for other in builds:
            store = os.path.normpath(other["store"])
            if is_in(venv, other["path"]) or is_in(venv, store):
                raise InvalidName(
                    f"Cannot make the environment {venv}: it would be part of the build at {other['path']}, "
                    "and go with it when that is upgraded or repaired. Set interpreter_virtualenv to a directory "
                    "beside the build."
                )
            if is_in(other["path"], venv) or is_in(store, venv):
                raise InvalidName(
                    f"Cannot make the environment {venv}: the build at {other['path']} would be part of it, and go "
                    "with it when it is made again. Set interpreter_virtualenv to a directory beside the build."
                )


def _refuse_shared_venvs(builds: Sequence[Build]) -> None:
    asked = [build for build in builds if build["virtualenv"] and build["requirements"] and build["state"] != "absent"]
    first: dict[str, str] = {}
    for build in asked:
        venv = os.path.normpath(build["virtualenv"])
        other = first.setdefault(venv, build["path"])
        if other != build["path"]:
            raise InvalidName(
                f"Cannot make the environment {venv} for both {other} and {build['path']}: it can be of one build "
                "only. Set virtualenv in the items of interpreter_builds, or leave out requirements in one of them."
            )
