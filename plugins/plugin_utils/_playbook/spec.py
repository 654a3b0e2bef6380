# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specs of playbooks: the variables of each, and their possible values.

A spec is `playbooks/argument_specs/NAME.yml`. `does` completes "Cannot ..."; `prefixes` are those of its variables, so
that an unknown variable with one of them is an error; `prefixes_by_mistake` are those that a user may assume; `hosts`
is the variable with the pattern of hosts; `localhost: true` says that the playbook runs only there; `role` is a role of
this collection whose variables it has as well. The keys of `options` are those of `Setting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ansible_collections.standalone.python.plugins.module_utils._argspec import SECRET_OPTIONS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import COUNTS

from .._options import nearest

_COLLECTION = Path(__file__).resolve().parents[3]
SPECS = _COLLECTION / "playbooks" / "argument_specs"

# Variables that the roles set for their users, with the same prefix.
_RESULTS = {
    "interpreter": ("interpreter_installed", "interpreter_rolled_back", "interpreter_pruned"),
    "mirror": ("mirror_synced",),
}
_CLOSE = 0.75  # of difflib, between names without their prefix: helth_command and health_command have 0.96


@dataclass(frozen=True)
class Setting:
    """One variable. `type`, `elements`, `choices` and `default` are as in Ansible's argument specs.

    `form` restricts the type further: one of the keys in `values`. `scope` says whether hosts may differ, or whether
    the value counts once for the whole run. `required` is the advice when it is missing, and `without` a warning. A
    value that is `late` may refer to values that are known only during the run. `secret` values are not shown. `items`
    are the options that dictionaries in a list may have, each with its name there, empty for any.
    """

    name: str
    type: str = "str"
    elements: str | None = None
    choices: tuple[Any, ...] = ()
    default: Any = None
    form: str | None = None
    scope: Literal["host", "run"] = "host"
    required: str | None = None
    without: str | None = None
    late: bool = False
    may_be_empty: bool = False
    secret: bool = False
    items: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaybookSpec:
    """The spec in a playbook's file, with the variables of its role."""

    does: str
    page: str
    prefixes: tuple[str, ...]
    settings: Mapping[str, Setting]
    results: tuple[str, ...] = ()
    prefixes_by_mistake: tuple[str, ...] = ()
    hosts: str | None = None
    runs_on_localhost: bool = False
    role: str | None = None

    def unknown(self, names: Iterable[str]) -> list[str]:
        """The `names` that look like variables of this playbook but are not."""
        return sorted({name for name in names if self._is_unknown(name)})

    def nearest(self, name: str) -> str | None:
        """The variable probably meant by an unknown one with a right or mistaken prefix of this playbook; else None."""
        for prefix in (*self.prefixes, *self.prefixes_by_mistake):
            if name.startswith(prefix):
                return _nearest_after_prefix(name[len(prefix) :], self.prefixes[0], self.settings)
        return None

    def misspelt(self, name: str) -> str | None:
        """The variable probably meant by one with another prefix, such as uprgade_hosts; else None."""
        close = nearest(name, self.settings, cutoff=0.85) or name
        is_slip = close[0] == name[0] or sorted(close) == sorted(name)  # clock_file is near lock_file, and another word
        return close if is_slip and close != name else None

    def _is_unknown(self, name: str) -> bool:
        if name in self.settings or name in self.results:
            return False
        if any(name.startswith(prefix) for prefix in self.prefixes):
            # Names with two underscores are internal to the playbook and change from version to version.
            return not any(name.startswith(f"{prefix}_") for prefix in self.prefixes)
        return any(name.startswith(prefix) for prefix in self.prefixes_by_mistake) and self.nearest(name) is not None


def playbooks() -> list[str]:
    """The names of all playbooks with a spec, sorted."""
    return sorted(file.stem for file in SPECS.glob("*.yml"))


@cache
def spec_of(playbook: str) -> PlaybookSpec:
    """The spec of a playbook."""
    content = _yaml(SPECS / f"{playbook}.yml")
    role = content.get("role")
    options = {**(_role_options(role) if role else {}), **content["options"]}
    return PlaybookSpec(
        does=content["does"],
        page=content["page"],
        prefixes=tuple(content["prefixes"]),
        settings={name: _setting(name, option) for name, option in options.items()},
        results=(*_RESULTS.get(role, ()), *content.get("results", ())),
        prefixes_by_mistake=tuple(content.get("prefixes_by_mistake", ())),
        hosts=content.get("hosts"),
        runs_on_localhost=content.get("localhost", False),
        role=role,
    )


def require_role_variables(role: str, names: Iterable[str]) -> None:
    """Raise `InvalidName` for variables so close to one of the role's that they must be misspelt.

    Others with the role's prefix may belong to the user of the role, such as a registered `mirror_result`.
    """
    prefix = f"{role}_"
    known = _role_names(role)
    slips = []
    for name in sorted(set(names) - known):
        rest = name.removeprefix(prefix)
        meant = None if rest == name or rest.startswith("_") else _nearest_after_prefix(rest, prefix, known)
        if meant:
            slips.append(f"{name} is no variable of the role. Did you mean {meant}?")
    if slips:
        raise InvalidName(f"Cannot run the role {role}: {' '.join(slips)}")


@cache
def _role_names(role: str) -> frozenset[str]:
    """The names of the role's variables. This runs for each host, and parsing YAML would take fifty times as long."""
    text = (_COLLECTION / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return frozenset(re.findall(rf"^ +({role}_\w+):", text, re.MULTILINE)) | {*_RESULTS.get(role, ())}


def _nearest_after_prefix(rest: str, prefix: str, known: Iterable[str]) -> str | None:
    """The known name nearest to `rest`. Both are compared without the prefix, which would make all names similar."""
    rests = {name.removeprefix(prefix): name for name in known}
    close = nearest(rest, rests, cutoff=_CLOSE)
    return rests[close] if close else None


@cache
def _role_options(role: str) -> dict[str, Any]:
    """The variables of all entry points, since one inventory has them all. The role itself checks required ones."""
    found: dict[str, Any] = {}
    for entry_point in _yaml(_COLLECTION / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"].values():
        for name, option in entry_point["options"].items():
            items = {one: _setting(one, _role_option(one, item)) for one, item in option.get("options", {}).items()}
            given = _role_option(name.removeprefix(f"{role}_"), option)
            found.setdefault(name, {**given, "items": items, "late": True})
    return found


# The forms of options of `build`, which argument specs of roles cannot say. Others are as they are called.
_FORMS_OF_OPTIONS = {
    **dict.fromkeys(("min_age", "index_max_age"), "age"),
    **{option: option for option in ("name", "checksum", "target", "keep", *(option for option, *_more in COUNTS))},
    "exclude": "builds",
    "rollback_from_build": "build_to_roll_back_from",
}


def _role_option(name: str, option: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: option[key] for key in _OF_A_ROLE if key in option}, "form": _FORMS_OF_OPTIONS.get(name)}


_SECRETS = (*SECRET_OPTIONS, "source", "pip_extra_args")  # the last two are variables of roles
_OF_A_ROLE = ("type", "elements", "choices", "no_log")


def option_of_build(name: str) -> Setting:
    """The form of an option of `build`, as for an item of the builds of the role `interpreter`."""
    found: Setting | None = spec_of("install").settings["interpreter_builds"].items.get(name)
    return found or Setting(name, "raw")


def _setting(name: str, option: Mapping[str, Any]) -> Setting:
    given = {"secret": _may_hold_a_secret(name, option), **option, "choices": tuple(option.get("choices", ()))}
    return Setting(name=name, **{key: value for key, value in given.items() if key != "no_log"})


def _may_hold_a_secret(name: str, option: Mapping[str, Any]) -> bool:
    """Whether a value can hold a secret: always, or in a URL with a login."""
    return bool(option.get("no_log")) or any(name.endswith(f"_{secret}") for secret in _SECRETS)


def _yaml(file: Path) -> Any:
    import yaml

    return yaml.safe_load(file.read_text(encoding="utf-8"))
