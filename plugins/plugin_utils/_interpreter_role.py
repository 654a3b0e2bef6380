# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the variables of the role `interpreter` into its builds and the options of `links_info`.

This is Python and not Jinja since it is evaluated for every host of a fleet in every run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.common.validation import check_type_list

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, SECRET_OPTIONS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import SAFE_NAME
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._install import local_fact as local_facts
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import MEASURED
from ansible_collections.standalone.python.plugins.module_utils._store.store import SBOM_ENDINGS, default_store

from ._build.sboms import path_of
from ._components.table import completed
from ._fleet.answer import DamagedAnswer, HostAnswer
from ._links.options import LINKED_BUILD_ARGUMENTS, LINKS_INFO_ARGUMENTS
from ._links.profiles import Profiles
from ._links.requirements_file import require_arguments
from ._links.spec import LinksSpec, is_in
from ._options import VARIABLE
from ._playbook.spec import require_role_variables
from ._sbom.contents import Subject
from ._sbom.sbom import of_build, rendered

Build = dict[str, Any]
Variables = Mapping[str, Any]


def interpreter_builds(given: Sequence[Build] | None, variables: Variables) -> list[Build]:
    """The builds, each with `name`, `state`, `path`, `store`, `venv`, `requirements` and `is_default`, and its options.

    Ansible shows the items of a loop, so options that can hold a secret are left out. `number` is the index of the item
    in `given`, which has them.

    `given` is the variable interpreter_builds, None when it is not set. `variables` are the others without prefix, None
    when they are not set; `links`, those that are options of `links_info`; and `names`, the names of all variables with
    that prefix.

    Raises `InvalidName` for contradictory or impossible variables.
    """
    require_role_variables("interpreter", variables.get("names", ()))
    _require_one_form(given, variables)
    builds = [_completed(build, number, variables) for number, build in enumerate([{}] if given is None else given)]
    _refuse_shared_paths(builds)
    _refuse_other_default(variables["default"], builds)
    _refuse_requirements_in(variables["root"], builds)
    if any(build["requirements"] and build["state"] != "absent" for build in builds):
        require_arguments(map(str, as_list(variables.get("pip_args"))), "interpreter_pip_args")
    _refuse_venvs_in_builds(builds)
    _refuse_shared_venvs(builds)
    _refuse_links(variables["links"], builds)
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
    return [{**_NO_BUILD, "venv": None, "requirements": None, "refusal": why}]


def checked(builds: Sequence[Build], faults: Sequence[str]) -> Sequence[Build]:
    """The builds to install; when they are refused or files have `faults`, an item with which the first task fails.

    Ansible shows the item, so the message is not in it.
    """
    is_refused = bool(faults) or any("refusal" in build for build in builds)
    return [{**_NO_BUILD, "is_refused": True}] if is_refused else builds


# The variable of tasks whose options come from the role's variables by `build_options` and `links_options`
TAKES_OPTIONS = "interpreter__takes_options"
# Options of `build` that the role's task has itself, or that no variable of the role sets
_IN_TASK = ("name", "state", "path", "store", "root", "provisional")
_OPTIONAL = ("root", "man_dir")  # options of `links_info` without a default in the role


def build_options(build: Build, variables: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The options that `build`, an item of the role's loop, or the role's `variables` set: values, and templates.

    An option has the value of the build, else of the variable. The task has no text for them, since a template for each
    of 40 options costs every host time, even for those that nothing sets.
    """
    values, templates = {}, {}
    for option in (name for name in BUILD_ARGUMENTS if name not in _IN_TASK):
        sources = [f"interpreter_{option}"] if f"interpreter_{option}" in variables else []
        if option == "verify" and "interpreter__verify" in variables:
            sources.insert(0, "interpreter__verify")
        elif option in SECRET_OPTIONS and "interpreter_builds" in variables:  # those are not in the item
            sources.insert(0, f"interpreter__given[interpreter__build.number].{option}")
        elif option in build:
            values[option] = build[option]
            continue
        if sources:
            templates[option] = _first_defined(*sources)
    return values, templates


def links_options(variables: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The options of `links_info` but `builds`, from the role's `variables`: values, and templates, as for a build.

    A value can have templates in it, as the variable has.
    """
    names = [name for name in LINKS_INFO_ARGUMENTS if f"interpreter_{name}" in variables]
    templates = {name: _first_defined(f"interpreter_{name}") for name in names if name in _OPTIONAL}
    return {name: variables[f"interpreter_{name}"] for name in names if name not in (*_OPTIONAL, "builds")}, templates


def _first_defined(*sources: str) -> str:
    return f"{{{{ {' | '.join([sources[0], *(f'default({source})' for source in (*sources[1:], 'omit'))])} }}}}"


def interpreter_linked(results: Sequence[Mapping[str, Any]], builds: Sequence[Build]) -> list[Build]:
    """The option `builds` of `links_info`, from the registered `results` of the role's loop over the module `build`.

    A build without a result is one that must be absent.
    """
    by_path = {result["interpreter__build"]["path"]: result for result in results}
    return [_linked(build, by_path.get(build["path"])) for build in builds]


def interpreter_uses(info: Any, builds: Sequence[Build]) -> list[dict[str, Any]]:
    """The paths of `builds` that have a build, from the result of `build_info`: what keeps it at the path.

    That is `path`, `store`, the exact `name` of the build, and `externally_managed`. There is no address and no digest,
    since those from a host are not trusted. Raises `DamagedAnswer`.
    """
    answer = HostAnswer.parse(info)
    paths = {build["path"] for build in builds}
    used = [(path, answer.build_at(path.entry, path.store)) for path in answer.paths if path.path in paths]
    return [
        {
            "path": path.path,
            "store": path.store,
            "name": found.asset.build.name,
            "externally_managed": found.fields.flag("externally_managed"),
        }
        for path, found in used
        if found
    ]


# Key of the result of `links_info` -> the finding for each thing listed there; under the others are only paths.
_WRONG = {
    "register": "The alternative {name} does not point to {path}.",
    "links": "{path} does not point to {target}.",
    "default_links": "{path} does not point to {target}.",
    "unregister": "The alternative {name} still points to {path}.",
    "profiles": "{path} does not have the content that it should have.",
    "venvs": "The environment {path} does not have the requirements.",
}
_SURPLUS = ("unlink", "default_unlink", "surplus_venvs", "surplus_profiles")


def interpreter_records(
    info: Any, builds: Sequence[Build], form: str | None, local_fact: bool | None
) -> dict[str, list[Any]]:
    """The options `files` and `absent` of `links` for SBOMs beside the builds and for the local fact.

    `info` is the result of `build_info`. `form` is the format of the SBOMs, None to keep none. The local fact is left
    as it is when `local_fact` is None. Raises `DamagedAnswer`.
    """
    answer = HostAnswer.parse(info)
    stores = {build["store"] for build in builds}
    files, absent = [], []
    for found in answer.builds if form else ():
        if found.store not in stores or not SAFE_NAME.fullmatch(found.entry):
            raise DamagedAnswer(f"{found.where} is damaged: it should be in a store of the role.")
        for other in SBOM_ENDINGS:
            path = path_of(found.store, found.entry, other)
            if other == form:
                subject = Subject(found.asset, completed(found.asset.build, found.components()))
                files.append({"path": path, "content": rendered(of_build(form, subject))})
            else:
                absent.append(path)
    paths = _fact_of(answer) if local_fact else {}
    if paths:
        files.append({"path": local_facts.FILE, "content": local_facts.rendered(paths)})
    elif local_fact is not None:
        absent.append(local_facts.FILE)
    return {"files": files, "absent": absent}


def _fact_of(answer: HostAnswer) -> dict[str, Any]:
    """The local fact as the modules write it: with what was measured."""
    paths = {}
    for path in answer.paths:
        found = answer.build_at(path.entry, path.store)
        if found:
            known = found.components().items()
            measured = {name: component["version"] for name, component in known if component["source"] == MEASURED}
            paths[path.path] = local_facts.entry(path.path, found.asset.build, measured)
    return paths


def interpreter_findings(
    look: Mapping[str, Any], installed: Sequence[Mapping[str, Any]], absent: Sequence[Mapping[str, Any]]
) -> list[str]:
    """A message for each change that a run of the role would make; without any, the host is as it should be.

    `look` is the result of `links_info`. `installed` and `absent` are the registered results of the loops over the
    module `build` in check mode.
    """
    return [
        *(f"{one['path']} is not as requested: {_difference(one)}." for one in installed if one["changed"]),
        *(f"{one['path']} has a build, and must be absent." for one in absent if one["diff"]["before"].get("build")),
        *(text.format(**one) for key, text in _WRONG.items() for one in look[key]),
        *(f"{name} is no longer wanted." for key in _SURPLUS for name in look[key]),
    ]


def _difference(result: Mapping[str, Any]) -> str:
    """How a build differs from the requested one, in words without a full stop."""
    drift = "; ".join(f"{kind} {', '.join(files)}" for kind, files in (result.get("drift") or {}).items() if files)
    before = result["diff"]["before"]
    return drift or str(before.get("does not run here") or f"it would be {result['build']['name']}").rstrip(".")


def _completed(given: Build, number: int, variables: Variables) -> Build:
    name = str(given.get("name") or variables["name"] or "")
    path = os.path.normpath(_path_of(given, name, variables))
    open_options = {option: value for option, value in given.items() if option not in SECRET_OPTIONS}
    files = {option: variables[option] for option in ("store", "venv", "requirements")}
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
    return f"{variables['builds_dir'].rstrip('/')}/{request.series}"


def _linked(build: Build, result: Mapping[str, Any] | None) -> Build:
    always = {"venv": build["venv"], "is_default": build["is_default"]}
    if result is None:
        return {**always, "path": build["path"], "store": build["store"]}
    answer = Fields(result, f"The result of the build at {build['path']}", DamagedAnswer)
    return {
        **always,
        **{key: answer.text(key) for key in ("path", "store", "executable")},
        "executables": list(answer.texts("executables")),
        "release": Fields(answer.object("build"), f"The build at {build['path']}", DamagedAnswer).text("release"),
        "requirements": build["requirements"] or None,
    }


def _refuse_shared_paths(builds: Sequence[Build]) -> None:
    names: dict[str, list[str]] = {}
    for build in builds:
        names.setdefault(build["path"], []).append(build["name"] or "a build without a name")
    for path, those in names.items():
        if len(those) > 1:
            raise InvalidName(
                f"Cannot have {' and '.join(those)} at one path, {path}. Set path in the items of interpreter_builds."
            )


def _refuse_links(options: Mapping[str, Any], builds: Sequence[Build]) -> None:
    """Raise what `links_info` raises, which would be after builds were installed."""
    defaults = {name: argument.get("default") for name, argument in LINKS_INFO_ARGUMENTS.items()}
    linked = []
    for build in builds:
        paths = {name: _as_absolute(build[name] or "") for name in ("path", "store", "venv")}
        executable = None if build["state"] == "absent" else f"{paths['path']}/bin/python3"
        linked.append({**dict.fromkeys(LINKED_BUILD_ARGUMENTS), **paths, "executable": executable})
    written = {name: _as_absolute(value) if name.endswith("_dir") else value for name, value in options.items()}
    params = {**defaults, **written, "systemd_units": as_list(options.get("systemd_units")), "builds": linked}
    LinksSpec.from_params({**params, "priority": int(params["priority"])}, "interpreter_")
    Profiles.from_params(params, "interpreter_")


def _as_absolute(path: Any) -> Any:
    """The path with other text for `~` and variables, which have values only on the host."""
    return re.sub(r"^~", "/~", VARIABLE.sub("~", path)) if isinstance(path, str) else path


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
    for build in (one for one in builds if one["venv"] and one["state"] != "absent"):
        venv = os.path.normpath(build["venv"])
        for other in builds:
            store = os.path.normpath(other["store"])
            if is_in(venv, other["path"]) or is_in(venv, store):
                raise InvalidName(
                    f"Cannot make the environment {venv}: it would be part of the build at {other['path']}, and go "
                    "with it when that is upgraded or repaired. Set interpreter_venv to a directory beside the build."
                )
            if is_in(other["path"], venv) or is_in(store, venv):
                raise InvalidName(
                    f"Cannot make the environment {venv}: the build at {other['path']} would be part of it, and go "
                    "with it when it is made again. Set interpreter_venv to a directory beside the build."
                )


def _refuse_shared_venvs(builds: Sequence[Build]) -> None:
    asked = [build for build in builds if build["venv"] and build["requirements"] and build["state"] != "absent"]
    first: dict[str, str] = {}
    for build in asked:
        venv = os.path.normpath(build["venv"])
        other = first.setdefault(venv, build["path"])
        if other != build["path"]:
            raise InvalidName(
                f"Cannot make the environment {venv} for both {other} and {build['path']}: it can be of one build "
                "only. Set venv in the items of interpreter_builds, or leave out requirements in one of them."
            )
