# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that the role `interpreter` runs, from its variables and from results before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, SECRET_OPTIONS
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .._fleet.answer import DamagedAnswer, HostAnswer
from .._links.options import LINKS_INFO_ARGUMENTS

if TYPE_CHECKING:
    from .builds import Build

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


def _linked(build: Build, result: Mapping[str, Any] | None) -> Build:
    always = {"virtualenv": build["virtualenv"], "is_default": build["is_default"]}
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
