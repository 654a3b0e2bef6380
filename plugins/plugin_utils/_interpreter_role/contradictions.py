# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles `interpreter` and `bootstrap` refuse of variables that make no sense together, without any host.

The tasks of the roles refuse the same, by the same code, when the turn of a host comes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec

from .._bootstrap.task import BOOTSTRAP_ARGUMENTS
from .._build.options import CONSTRAINTS, parsed_params
from .._links.options import LINKS_INFO_ARGUMENTS
from .._options import addresses, as_absolute
from .builds import interpreter_builds

_ROLES = Path(__file__).resolve().parents[3] / "roles"
_OF_A_BUILD = (
    "name", "asset", "path", "builds_dir", "state", "store", "virtualenv", "requirements", "root", "default",
    "pip_extra_args",
)  # fmt: skip
_UNSET = (None, "")


def contradiction(role: str, values: Mapping[str, Any]) -> str | None:
    """Why the role refuses the `values` of its variables on a host; None if it does not. Each value was checked."""
    try:
        if role == "interpreter":
            _require_install(values)
        elif role == "bootstrap":
            _require_bootstrap(values)
    except StandaloneError as error:
        return str(error)
    return None


def _require_install(given: Mapping[str, Any]) -> None:
    values = {**_defaults("interpreter"), **given}
    items = values.get("interpreter_builds")
    variables = {name: values.get(f"interpreter_{name}") for name in _OF_A_BUILD}
    links = {name: values.get(f"interpreter_{name}") for name in LINKS_INFO_ARGUMENTS if name != "builds"}
    for build in interpreter_builds(items, {**variables, "links": links}):
        item = (items or [{}])[build["number"]]
        if build["state"] != "absent":
            options = {option: values.get(f"interpreter_{option}") for option in BUILD_ARGUMENTS}
            _require_options({**options, **item, **{key: build[key] for key in ("name", "state", "path", "store")}})


def _require_bootstrap(values: Mapping[str, Any]) -> None:
    options = {option: values.get(f"bootstrap_{option}") for option in BOOTSTRAP_ARGUMENTS}
    _require_options(options, required_one_of=[("name", "asset")])


def _require_options(options: Mapping[str, Any], **more: Sequence[Collection[str]]) -> None:
    """Raise the error of `build` for options that contradict each other."""
    given = {option: value for option, value in options.items() if option in BUILD_ARGUMENTS and value not in _UNSET}
    validator = ArgumentSpecValidator(BUILD_ARGUMENTS, **{**CONSTRAINTS, **more})
    result = validator.validate(given)
    if result.error_messages:
        raise InvalidName(f"The options of {given.get('path')}: {'; '.join(result.error_messages)}.")
    params = result.validated_parameters
    InstallSpec.from_params(parsed_params({**params, "mirror": addresses(params["mirror"])}, _expanded))


def _expanded(paths: Collection[str]) -> dict[str, str]:
    """The paths on a host whose homes and variables are not known."""
    return {path: as_absolute(path) for path in paths}


@cache
def _defaults(role: str) -> Mapping[str, Any]:
    import yaml

    defaults: dict[str, Any] = yaml.safe_load((_ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    return defaults
